import { degreeAt, ENTRY, LIST, LIST_ROOM, linksOf, newRound, pointer, POOL, scoreList, SEEN, word } from './graph';

/** Flags an entry of the pool whose links have been followed. */
const FOLLOWED: i32 = 1 << 30;

/** Resets the pool to the entry point alone. */
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

/** Inserts an entry after all that are at least as good; the last of `room` is dropped. @returns its position. */
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
