import { queryOf, scoreList } from './codes';
import { CHOSEN, degreeAt, LIST, LIST_ROOM, placeOf, pointer, RECORD, word } from './graph';
import { pack } from './packed';

/** Candidates that are compared with what was taken at once: where many are taken, those behind the last of them need not be looked at. */
const comparedAtOnce: i32 = 64;

/**
 * Chooses links among sorted candidates: one is taken when it is closer to the node than to all that were taken (Malkov & Yashunin 2018, algorithm
 * 4), so that links point in different directions. Ties count as closer, otherwise a cluster of equal vectors would link only to itself. Each
 * that is taken rules out candidates behind it, as the query of a list of them. Entries and query are lost.
 * @returns how many, at most m; they are in `CHOSEN`
 */
export function choose(g: usize, entries: usize, count: i32, m: i32): i32 {
  const chosen = pointer(g, CHOSEN);
  let taken = 0;
  for (let from = 0; from < count && taken < m; from += comparedAtOnce) {
    let next = entries + ((<usize>from) << 3);
    let left = min(comparedAtOnce, count - from);
    for (let c = 0; c < taken && left > 0; c++) left = notNear(g, load<i32>(chosen + ((<usize>c) << 2)), next, left);
    while (left > 0 && taken < m) {
      const slot = load<i32>(next, 4);
      store<i32>(chosen + ((<usize>taken) << 2), slot);
      taken++;
      next += 8;
      left = taken < m ? notNear(g, slot, next, left - 1) : 0;
    }
  }
  return taken;
}

/** Keeps those of `count` entries that are not as close to a slot as to what their scores are of. @returns how many */
function notNear(g: usize, slot: i32, entries: usize, count: i32): i32 {
  const list = pointer(g, LIST);
  for (let k = 0; k < count; k++) store<i32>(list + ((<usize>k) << 2), load<i32>(entries + ((<usize>k) << 3), 4));
  queryOf(g, slot);
  scoreList(g, count, true);
  const scores = list + ((<usize>word(g, LIST_ROOM)) << 2);
  let left = 0;
  for (let k = 0; k < count; k++) {
    const entry = load<u64>(entries + ((<usize>k) << 3));
    store<u64>(entries + ((<usize>left) << 3), entry);
    left += <i32>(load<f32>(scores + ((<usize>k) << 2)) < reinterpret<f32>(<i32>entry));
  }
  return left;
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
