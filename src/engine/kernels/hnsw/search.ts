import {
  CODES, degreeAt, ENTRY, LIST, LIST_ROOM, linksOf, newRound, pointer, POOL, ROUND, scoreList, SEEN, TOP, word,
} from './graph';

/** Marks an entry of the pool whose links have been followed. */
const FOLLOWED: i32 = 1 << 30;

/**
 * The slots nearest to the query, from the top of the graph down (Malkov & Yashunin 2018, algorithm 5). They stand in the pool.
 * @param ef how many to keep on the lowest level
 * @returns how many were found
 */
export function hnswSearch(g: usize, ef: i32): i32 {
  if (word(g, ENTRY) < 0) return 0;
  enter(g);
  for (let level = word(g, TOP); level > 0; level--) searchLevel(g, level, 1, 1);
  return searchLevel(g, 0, 1, ef);
}

/** Scores the slots of the list. */
export function hnswScores(g: usize, count: i32): void {
  scoreList(g, count);
}

/** Makes the pool the entry point alone. */
export function enter(g: usize): void {
  const list = pointer(g, LIST);
  store<i32>(list, word(g, ENTRY));
  scoreList(g, 1);
  const pool = pointer(g, POOL);
  store<f32>(pool, load<f32>(list + ((<usize>word(g, LIST_ROOM)) << 2)));
  store<i32>(pool, word(g, ENTRY), 4);
}

/**
 * Best-first search on one level from the first `size` entries of the pool (algorithm 2). Candidates and results are one sorted
 * list: for the sizes in use, moving its tail costs less than two heaps.
 * @returns how many entries the pool has, at most ef
 */
export function searchLevel(g: usize, level: i32, size: i32, ef: i32): i32 {
  const pool = pointer(g, POOL);
  const list = pointer(g, LIST);
  const scores = list + ((<usize>word(g, LIST_ROOM)) << 2);
  const seen = pointer(g, SEEN);
  const bytes = (<usize>degreeAt(g, level)) << 2;
  const round = newRound(g);
  for (let k = 0; k < size; k++) store<u16>(seen + ((<usize>load<u32>(pool + ((<usize>k) << 3), 4)) << 1), <u16>round);
  let next = 0;
  while (next < size) {
    const entry = pool + ((<usize>next) << 3);
    const slot = load<i32>(entry, 4);
    if (slot & FOLLOWED) {
      next++;
      continue;
    }
    store<i32>(entry, slot | FOLLOWED, 4);
    let at = linksOf(g, slot, level);
    const end = at + bytes;
    let fresh = 0;
    for (; at < end; at += 4) {
      const other = load<i32>(at);
      if (other < 0) break;
      const mark = seen + ((<usize>other) << 1);
      if (load<u16>(mark) == round) continue;
      store<u16>(mark, <u16>round);
      store<i32>(list + ((<usize>fresh) << 2), other);
      fresh++;
    }
    scoreList(g, fresh);
    next++;
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

/** Puts an entry behind all that are as good; the last of `room` falls out. @returns where it stands. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function insert(pool: usize, size: i32, room: i32, score: f32, slot: i32): i32 {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f32>(pool + ((<usize>middle) << 3)) >= score) low = middle + 1;
    else high = middle;
  }
  const to = pool + ((<usize>low) << 3);
  for (let at = pool + ((<usize>(size < room ? size : room - 1)) << 3); at > to; at -= 8) store<u64>(at, load<u64>(at - 8));
  store<f32>(to, score);
  store<i32>(to, slot, 4);
  return low;
}

/** How many of the marks are not 0. Sums of single bytes hold 255 rounds. */
export function hnswCount(marks: usize, count: i32): i32 {
  let total = 0;
  let k = 0;
  for (; k + 16 <= count; k += 16) total += 16 - popcnt(i8x16.bitmask(i8x16.eq(v128.load(marks + <usize>k), i8x16.splat(0))));
  for (; k < count; k++) total += load<u8>(marks + <usize>k) ? 1 : 0;
  return total;
}

/**
 * Writes to the list the slots of the keys from..to that are present and marked, at most as many as it has room for.
 * @param marks a byte a key from `from` on
 * @param slotOf slot + 1 of each key, 0 = none
 */
export function hnswMarked(g: usize, marks: usize, from: i32, to: i32, slotOf: usize): i32 {
  const list = pointer(g, LIST);
  let found = 0;
  for (let k = from; k < to; ) {
    const at = marks + <usize>(k - from);
    if (k + 16 <= to && !v128.any_true(v128.load(at))) {
      k += 16;
      continue;
    }
    const end = min(to, k + 16);
    for (; k < end; k++) {
      if (!load<u8>(marks + <usize>(k - from))) continue;
      const slot = load<i32>(slotOf + ((<usize>k) << 2));
      if (slot == 0) continue;
      store<i32>(list + ((<usize>found) << 2), slot - 1);
      found++;
    }
  }
  return found;
}
