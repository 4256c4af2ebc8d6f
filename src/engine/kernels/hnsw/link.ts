import { choose, setLinks } from './choose';
import { queryOf, scoreList } from './codes';
import {
  CROWDED, degreeAt, EDGES, ENTRY, FINE, LIST, LIST_ROOM, pointer, POOL, REFINED, RECORD, REMOVED, TOP, UPPER_DEGREE, word,
} from './graph';
import { descend, insert, isCrowded, refine, searchLevel, start } from './level';
import { linksOf, pack } from './packed';
import { I32s, U8s } from '../types';

// A batch of slots is linked in steps that all threads share (Manohar et al. 2024, ParlayANN): each slot of the batch finds where to begin, then
// chooses its links in the graph as it was before the batch, then each slot that was chosen takes the links back. No list is written by two threads, and
// none is read while it may be written, so the graph is the same however many threads there are. `scratch` is the header of a thread.

/**
 * Each of the slots lo..hi of a batch walks down to its highest level. There must be an entry point.
 * @param batch slots whose codes are in place, three numbers each: the slot, where it came to on level 2, and where its search begins
 * @param levels one u8 per slot: its highest level
 */
export function hnswEnter(lo: i32, hi: i32, block: i32, scratch: usize, batch: I32s, levels: U8s): void {
  const top = word(scratch, TOP), pool = pointer(scratch, POOL);
  for (let k = lo; k < hi; k++) {
    const row = batch + <usize>k * 12;
    const slot = load<i32>(row);
    const level = <i32>load<u8>(levels + <usize>slot);
    queryOf(scratch, slot);
    start(scratch, word(scratch, ENTRY));
    descend(scratch, top, max(level, 1));
    store<i32>(row, load<i32>(pool, 4), 4);
    descend(scratch, 1, level);
    store<i32>(row, load<i32>(pool, 4), 8);
  }
}

/**
 * Each of the slots lo..hi of a batch chooses its links (Malkov & Yashunin 2018, algorithm 1). Nothing leads to them yet.
 * @param batch and `levels` as {@link hnswEnter} has left them
 * @param ef how many candidates to look for on each of its levels
 */
export function hnswLink(lo: i32, hi: i32, block: i32, scratch: usize, batch: I32s, levels: U8s, ef: i32): void {
  for (let k = lo; k < hi; k++) {
    const row = batch + <usize>k * 12;
    const slot = load<i32>(row);
    link(scratch, slot, load<i32>(row, 8), <i32>load<u8>(levels + <usize>slot), ef);
  }
}

function link(g: usize, slot: i32, from: i32, level: i32, ef: i32): void {
  for (let l = 0; l <= level; l++) setLinks(g, slot, l, 0);
  if (word(g, ENTRY) < 0) return;
  const top = min(level, word(g, TOP));
  queryOf(g, slot);
  start(g, from);
  const pool = pointer(g, POOL);
  for (let l = top; l >= 0; l--) {
    if (l < top) queryOf(g, slot);
    const size = closely(g, l, searchLevel(g, l, 1, ef), ef);
    const nearest = load<u64>(pool);
    setLinks(g, slot, l, choose(g, pool, present(g, pool, size), word(g, UPPER_DEGREE)));
    store<i32>(g + (REFINED << 2), 0);
    store<u64>(pool, nearest);
  }
}

/**
 * Where the candidates of a slot are too close together for codes, searches on by fine ones, which the links are then chosen by as well.
 * @returns how many candidates there are
 */
function closely(g: usize, level: i32, size: i32, ef: i32): i32 {
  const pool = pointer(g, POOL);
  const degree = word(g, UPPER_DEGREE);
  if (size < degree || !isCrowded(g, pool, degree)) return size;
  if (!word(g, FINE)) {
    store<i32>(g + (CROWDED << 2), 1);
    return size;
  }
  refine(g, pool, size);
  return searchLevel(g, level, size, ef);
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
 * Each of the targets lo..hi takes links back.
 * @param targets two numbers each, a slot and a level
 * @param offsets one more than targets: where the slots begin that chose it
 * @param sources the slots that chose them
 */
export function hnswLinkBack(lo: i32, hi: i32, block: i32, scratch: usize, targets: I32s, offsets: I32s, sources: I32s): void {
  for (let k = lo; k < hi; k++) {
    const target = targets + ((<usize>k) << 3), offset = offsets + ((<usize>k) << 2);
    const from = load<i32>(offset);
    linkBack(scratch, load<i32>(target), load<i32>(target, 4), sources + ((<usize>from) << 2), load<i32>(offset, 4) - from);
  }
}

/** Adds slots to the links of a node; when there is no room, the best are chosen of all. */
function linkBack(g: usize, node: i32, level: i32, from: usize, count: i32): void {
  const links = linksOf(g, node, level);
  const degree = degreeAt(g, level);
  let own = 0;
  while (own < degree && load<i32>(links + ((<usize>own) << 2)) >= 0) own++;
  if (own + count <= degree) {
    memory.copy(links + ((<usize>own) << 2), from, (<usize>count) << 2);
    if (level == 0 && word(g, RECORD)) pack(g, node, links, own + count);
    return;
  }
  const list = pointer(g, LIST);
  memory.copy(list, links, (<usize>own) << 2);
  memory.copy(list + ((<usize>own) << 2), from, (<usize>count) << 2);
  const all = own + count;
  queryOf(g, node);
  scoreList(g, all);
  const scores = list + ((<usize>word(g, LIST_ROOM)) << 2);
  const edges = pointer(g, EDGES);
  for (let k = 0; k < all; k++) {
    const at = (<usize>k) << 2;
    insert(edges, k, all, load<f32>(scores + at), load<i32>(list + at));
  }
  if (word(g, FINE) && isCrowded(g, edges, min(all, word(g, UPPER_DEGREE)))) refine(g, edges, all);
  setLinks(g, node, level, choose(g, edges, all, degree));
  store<i32>(g + (REFINED << 2), 0);
}
