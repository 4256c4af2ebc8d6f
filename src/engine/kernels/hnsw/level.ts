import { fineScore, scoreList } from './codes';
import { ALLOWED, degreeAt, EDGES, LIST, LIST_ROOM, meet, meetIf, meetNone, pointer, POOL, REFINED, SCALES, SEEN, word } from './graph';
import { linksOf } from './packed';
import { touchLinks } from './touch';

/** Flags an entry of the pool whose links have been followed. */
const FOLLOWED: i32 = 1 << 30;

/** Resets the pool to one slot. */
export function start(g: usize, slot: i32): void {
  const list = pointer(g, LIST);
  store<i32>(list, slot);
  scoreList(g, 1);
  const pool = pointer(g, POOL);
  store<f32>(pool, load<f32>(list + ((<usize>word(g, LIST_ROOM)) << 2)));
  store<i32>(pool, slot, 4);
}

/** Walks down the levels from..to, without the last, on each always on to the nearest; where that ends is in the pool, alone. */
export function descend(g: usize, from: i32, to: i32): void {
  const pool = pointer(g, POOL);
  for (let l = from; l > to; l--) while (step(g, pool, l)) {}
}

/** Moves the first of the pool to the nearest of its links, if that is nearer. */
// @ts-ignore: decorator of AssemblyScript
@inline
function step(g: usize, pool: usize, level: i32): bool {
  const list = pointer(g, LIST);
  const links = linksOf(g, load<i32>(pool, 4), level);
  const degree = degreeAt(g, level);
  let count = 0;
  for (; count < degree; count++) {
    const other = load<i32>(links + ((<usize>count) << 2));
    if (other < 0) break;
    store<i32>(list + ((<usize>count) << 2), other);
  }
  scoreList(g, count);
  const scores = list + ((<usize>word(g, LIST_ROOM)) << 2);
  let moved = false;
  for (let k = 0; k < count; k++) {
    const score = load<f32>(scores + ((<usize>k) << 2));
    if (!(score > load<f32>(pool))) continue;
    store<f32>(pool, score);
    store<i32>(pool, load<i32>(list + ((<usize>k) << 2)), 4);
    moved = true;
  }
  return moved;
}

/**
 * Best-first search on one level from the first `size` entries of the pool (algorithm 2). Candidates and results are one sorted
 * list: for the sizes in use, moving its tail costs less than two heaps.
 * @param isFiltered whether only allowed slots come into the pool; on the lowest level
 * @returns how many entries the pool has, at most ef
 */
export function searchLevel(g: usize, level: i32, size: i32, ef: i32, isFiltered: bool = false): i32 {
  const pool = pointer(g, POOL);
  const list = pointer(g, LIST);
  const scores = list + ((<usize>word(g, LIST_ROOM)) << 2);
  const seen = pointer(g, SEEN);
  meetNone(g);
  for (let k = 0; k < size; k++) meet(seen, load<i32>(pool + ((<usize>k) << 3), 4));
  let next = 0;
  while (next < size) {
    const entry = pool + ((<usize>next) << 3);
    const slot = load<i32>(entry, 4);
    if (slot & FOLLOWED) {
      next++;
      continue;
    }
    store<i32>(entry, slot | FOLLOWED, 4);
    const fresh = isFiltered ? allowedNear(g, slot) : freshLinks(g, slot, level);
    next++;
    if (next < size) touchLinks(g, load<i32>(pool + ((<usize>next) << 3), 4) & ~FOLLOWED, level); // most likely the next to be followed
    scoreList(g, fresh);
    for (let k = 0; k < fresh; k++) {
      const score = load<f32>(scores + ((<usize>k) << 2));
      if (size == ef && !(score > load<f32>(pool + ((<usize>(ef - 1)) << 3)))) continue;
      const place = insert(pool, size, ef, score, load<i32>(list + ((<usize>k) << 2)));
      if (size < ef) size++;
      if (place < next) next = place;
    }
  }
  for (let k = 0; k < size; k++) {
    const entry = pool + ((<usize>k) << 3);
    store<i32>(entry, load<i32>(entry, 4) & ~FOLLOWED, 4);
  }
  return size;
}

/** Lists the links of a slot that this search has not met. @returns how many */
// @ts-ignore: decorator of AssemblyScript
@inline
function freshLinks(g: usize, slot: i32, level: i32): i32 {
  const list = pointer(g, LIST);
  const seen = pointer(g, SEEN);
  let at = linksOf(g, slot, level);
  const end = at + ((<usize>degreeAt(g, level)) << 2);
  let fresh = 0;
  for (; at < end; at += 4) {
    const other = load<i32>(at);
    if (other < 0) break;
    // Without a branch, which would be mispredicted for many links.
    store<i32>(list + ((<usize>fresh) << 2), other);
    fresh += <i32>meet(seen, other);
  }
  return fresh;
}

/**
 * Lists allowed slots that a slot of the lowest level leads to: those among its links, and in the place of one that is not allowed those
 * among its links (Patel et al. 2024, ACORN-1), until it has met half as many as a slot has links. @returns how many were new
 */
function allowedNear(g: usize, slot: i32): i32 {
  const list = pointer(g, LIST);
  const seen = pointer(g, SEEN);
  const allowed = pointer(g, ALLOWED);
  const degree = degreeAt(g, 0);
  const bytes = (<usize>degree) << 2;
  const enough = degree >> 1;
  const rejected = pointer(g, EDGES);
  let fresh = 0, met = 0, others = 0;
  // Without branches but for lists that end: what is allowed cannot be predicted.
  let at = linksOf(g, slot, 0);
  for (const end = at + bytes; at < end; at += 4) {
    const other = load<i32>(at);
    if (other < 0) break;
    const isAllowed = <i32>(load<u8>(allowed + <usize>other) != 0);
    store<i32>(list + ((<usize>fresh) << 2), other);
    store<i32>(rejected + ((<usize>others) << 2), other);
    fresh += meetIf(seen, other, isAllowed);
    others += 1 - isAllowed;
    met += isAllowed;
  }
  for (let k = 0; k < others && met < enough; k++) {
    if (k + 1 < others) touchLinks(g, load<i32>(rejected + ((<usize>k) << 2), 4), 0);
    const other = load<i32>(rejected + ((<usize>k) << 2));
    if (!meet(seen, other)) continue;
    at = linksOf(g, other, 0, 1);
    for (const end = at + bytes; at < end && met < enough; at += 4) {
      const far = load<i32>(at);
      if (far < 0) break;
      const isAllowed = <i32>(load<u8>(allowed + <usize>far) != 0);
      store<i32>(list + ((<usize>fresh) << 2), far);
      fresh += meetIf(seen, far, isAllowed);
      met += isAllowed;
    }
  }
  return fresh;
}

/** Scores `size` sorted entries, those of the pool or of a node's links, again by both codes, and sorts them. */
export function refine(g: usize, pool: usize, size: i32): void {
  store<i32>(g + (REFINED << 2), 1);
  for (let k = 0; k < size; k++) {
    const slot = load<i32>(pool + ((<usize>k) << 3), 4);
    insert(pool, k, k + 1, fineScore(g, slot), slot);
  }
}

/**
 * Whether the first `count` of sorted entries are so close together that the roundings of codes decide their order: a similarity is off by .3 steps
 * of its code times the length of the query, or so, and of vectors that are nearly equal the similarity is the square of their length.
 */
export function isCrowded(g: usize, pool: usize, count: i32): bool {
  const best = load<f32>(pool), last = load<f32>(pool + ((<usize>(count - 1)) << 3));
  const step = load<f32>(pointer(g, SCALES) + ((<usize>load<u32>(pool, 4)) << 2));
  return best > 0 && best - last < 4 * step * sqrt<f32>(best);
}

/** Inserts an entry after all that are at least as good; the last of `room` is dropped. @returns its position. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function insert(pool: usize, size: i32, room: i32, score: f32, slot: i32): i32 {
  // Without branches: half of them would be mispredicted.
  let to = pool;
  let n = size;
  while (n > 1) {
    const half = n >> 1;
    to += goodAs(to + ((<usize>(half - 1)) << 3), score) & ((<usize>half) << 3);
    n -= half;
  }
  if (n == 1) to += goodAs(to, score) & 8;
  let end = pool + ((<usize>(size < room ? size : room - 1)) << 3);
  for (; end >= to + 16; end -= 16) v128.store(end - 8, v128.load(end - 16));
  if (end > to) store<u64>(end, load<u64>(end - 8));
  store<f32>(to, score);
  store<i32>(to, slot, 4);
  return <i32>((to - pool) >> 3);
}

/** All bits set when an entry is at least as good as a score, none otherwise. */
// @ts-ignore: decorator of AssemblyScript
@inline
function goodAs(entry: usize, score: f32): usize {
  return <usize>-(<i32>(load<f32>(entry) >= score));
}
