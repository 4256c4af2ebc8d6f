import {
  CHOSEN, CROWDED, degreeAt, EDGES, ENTRY, FINE, LIST, LIST_ROOM, linksOf, newRound, pointer, POOL, queryOf, REFINED, REMOVED, scoreList, SEEN, similarity, TOP, UPPER_DEGREE,
  word,
} from './graph';
import { enter, insert, isCrowded, refine, searchLevel } from './level';
import { I32s, U8s } from '../types';

/**
 * Links a slot whose codes are in place into the graph (Malkov & Yashunin 2018, algorithm 1).
 * @param level its highest level
 * @param ef how many candidates to look for on each of its levels
 */
export function hnswInsert(g: I32s, slot: i32, level: i32, ef: i32): void {
  for (let l = 0; l <= level; l++) memory.fill(linksOf(g, slot, l), 0xff, (<usize>degreeAt(g, l)) << 2);
  if (word(g, ENTRY) < 0) {
    store<i32>(g + (ENTRY << 2), slot);
    store<i32>(g + (TOP << 2), level);
    return;
  }
  queryOf(g, slot);
  enter(g);
  const top = word(g, TOP);
  for (let l = top; l > level; l--) searchLevel(g, l, 1, 1);
  const pool = pointer(g, POOL);
  const chosen = pointer(g, CHOSEN);
  for (let l = min(level, top); l >= 0; l--) {
    const size = closely(g, l, searchLevel(g, l, 1, ef), ef);
    const nearest = load<u64>(pool);
    const count = choose(g, pool, present(g, pool, size), word(g, UPPER_DEGREE));
    memory.copy(linksOf(g, slot, l), chosen, (<usize>count) << 2);
    for (let k = 0; k < count; k++) linkBack(g, load<i32>(linksOf(g, slot, l) + ((<usize>k) << 2)), slot, l);
    store<i32>(g + (REFINED << 2), 0);
    store<u64>(pool, nearest);
    queryOf(g, slot); // linking back asks for the neighbours of others
  }
  if (level <= top) return;
  store<i32>(g + (ENTRY << 2), slot);
  store<i32>(g + (TOP << 2), level);
}

/**
 * Where the candidates of a slot are too close together for codes, searches on by fine ones, which the links are then chosen by as well.
 * @returns how many candidates there are
 */
function closely(g: usize, level: i32, size: i32, ef: i32): i32 {
  const degree = word(g, UPPER_DEGREE);
  if (size < degree || !isCrowded(g, degree)) return size;
  if (!word(g, FINE)) {
    store<i32>(g + (CROWDED << 2), 1);
    return size;
  }
  refine(g, size);
  return searchLevel(g, level, size, ef);
}

/**
 * Repairs the links of the slots lo..hi after removals: a link to a removed slot is replaced by what that slot linked to, and of all
 * candidates the best are chosen anew (Singh et al. 2021, FreshDiskANN, algorithm 4). Lists of removed slots stay as they are
 * until all others are repaired.
 * @param levels one u8 per slot: its highest level
 */
export function hnswMend(g: I32s, lo: i32, hi: i32, levels: U8s, ef: i32): void {
  const removed = pointer(g, REMOVED);
  store<i32>(g + (REFINED << 2), word(g, FINE) ? 1 : 0);
  for (let slot = lo; slot < hi; slot++) {
    if (load<u8>(removed + <usize>slot)) continue;
    const top = <i32>load<u8>(levels + <usize>slot);
    for (let level = 0; level <= top; level++) mend(g, slot, level, ef);
  }
  store<i32>(g + (REFINED << 2), 0);
}

function mend(g: usize, slot: i32, level: i32, ef: i32): void {
  const removed = pointer(g, REMOVED);
  const links = linksOf(g, slot, level);
  const degree = degreeAt(g, level);
  let broken = false;
  for (let k = 0; k < degree; k++) {
    const other = load<i32>(links + ((<usize>k) << 2));
    if (other < 0) break;
    if (load<u8>(removed + <usize>other)) broken = true;
  }
  if (!broken) return;
  const seen = pointer(g, SEEN);
  const round = newRound(g);
  store<u16>(seen + ((<usize>slot) << 1), <u16>round);
  const list = pointer(g, LIST);
  const room = word(g, LIST_ROOM);
  // Removed slots wait at the end of the list until their own links have been looked at; live ones gather at its start.
  let count = 0;
  let waiting = room;
  let from = links;
  for (;;) {
    for (let k = 0; k < degree && count < waiting; k++) {
      const other = load<i32>(from + ((<usize>k) << 2));
      if (other < 0) break;
      const mark = seen + ((<usize>other) << 1);
      if (load<u16>(mark) == round) continue;
      store<u16>(mark, <u16>round);
      if (load<u8>(removed + <usize>other)) {
        waiting--;
        store<i32>(list + ((<usize>waiting) << 2), other);
      } else {
        store<i32>(list + ((<usize>count) << 2), other);
        count++;
      }
    }
    // Enough live slots have been found nearby: no need to go on through the removed ones.
    if (waiting == room || count >= ef) break;
    from = linksOf(g, load<i32>(list + ((<usize>waiting) << 2)), level);
    waiting++;
  }
  queryOf(g, slot);
  scoreList(g, count);
  const pool = pointer(g, POOL);
  const scores = list + ((<usize>room) << 2);
  let size = 0;
  for (let k = 0; k < count; k++) {
    const at = (<usize>k) << 2;
    const score = load<f32>(scores + at);
    if (size == ef && !(score > load<f32>(pool + ((<usize>(ef - 1)) << 3)))) continue;
    insert(pool, size, ef, score, load<i32>(list + at));
    if (size < ef) size++;
  }
  const chosen = choose(g, pool, size, degree);
  memory.fill(links, 0xff, (<usize>degree) << 2);
  memory.copy(links, pointer(g, CHOSEN), (<usize>chosen) << 2);
}

/** Takes removed slots out of the pool, unless nothing else is in it. @returns how many are left. */
function present(g: usize, pool: usize, size: i32): i32 {
  const removed = pointer(g, REMOVED);
  let left = 0;
  for (let k = 0; k < size; k++) {
    const entry = pool + ((<usize>k) << 3);
    if (load<u8>(removed + <usize>load<u32>(entry, 4))) continue;
    store<u64>(pool + ((<usize>left) << 3), load<u64>(entry));
    left++;
  }
  return left > 0 ? left : size;
}

/**
 * Chooses links among sorted candidates: one is taken when it is closer to the node than to all that were taken (algorithm 4),
 * so that links point in different directions. Ties count as closer, otherwise a cluster of equal vectors would link only to itself.
 * @returns how many, at most m; they are in `CHOSEN`
 */
function choose(g: usize, entries: usize, count: i32, m: i32): i32 {
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

/** Adds `slot` to the links of `node`; when there is no room, the best are chosen of all. */
function linkBack(g: usize, node: i32, slot: i32, level: i32): void {
  const links = linksOf(g, node, level);
  const degree = degreeAt(g, level);
  const list = pointer(g, LIST);
  let count = 0;
  for (; count < degree; count++) {
    const other = load<i32>(links + ((<usize>count) << 2));
    if (other < 0) {
      store<i32>(links + ((<usize>count) << 2), slot);
      return;
    }
    store<i32>(list + ((<usize>count) << 2), other);
  }
  store<i32>(list + ((<usize>degree) << 2), slot);
  queryOf(g, node);
  scoreList(g, degree + 1);
  const scores = list + ((<usize>word(g, LIST_ROOM)) << 2);
  const edges = pointer(g, EDGES);
  for (let k = 0; k <= degree; k++) {
    const at = (<usize>k) << 2;
    insert(edges, k, degree + 1, load<f32>(scores + at), load<i32>(list + at));
  }
  const taken = choose(g, edges, degree + 1, degree);
  memory.fill(links, 0xff, (<usize>degree) << 2);
  memory.copy(links, pointer(g, CHOSEN), (<usize>taken) << 2);
}
