import { similarity } from './codes';
import { CHOSEN, degreeAt, placeOf, pointer, RECORD, word } from './graph';
import { pack } from './packed';

/**
 * Chooses links among sorted candidates: one is taken when it is closer to the node than to all that were taken (Malkov & Yashunin 2018, algorithm
 * 4), so that links point in different directions. Ties count as closer, otherwise a cluster of equal vectors would link only to itself.
 * @returns how many, at most m; they are in `CHOSEN`
 */
export function choose(g: usize, entries: usize, count: i32, m: i32): i32 {
  const chosen = pointer(g, CHOSEN);
  let taken = 0;
  for (let k = 0; k < count && taken < m; k++) {
    const entry = entries + ((<usize>k) << 3);
    const score = load<f32>(entry);
    const slot = load<i32>(entry, 4);
    let near = false;
    for (let c = 0; c < taken && !near; c++) near = similarity(g, slot, load<i32>(chosen + ((<usize>c) << 2))) >= score;
    if (near) continue;
    store<i32>(chosen + ((<usize>taken) << 2), slot);
    taken++;
  }
  return taken;
}

/** Makes the first `count` of `CHOSEN` the links of a slot. */
export function setLinks(g: usize, slot: i32, level: i32, count: i32): void {
  const chosen = pointer(g, CHOSEN);
  if (level == 0 && word(g, RECORD)) {
    pack(g, slot, chosen, count);
    return;
  }
  const links = placeOf(g, slot, level);
  memory.fill(links, 0xff, (<usize>degreeAt(g, level)) << 2);
  memory.copy(links, chosen, (<usize>count) << 2);
}
