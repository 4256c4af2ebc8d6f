import { scoreList } from './codes';
import { ALLOWED, ENTRY, LIST, pointer, POOL, REFINED, SLOTS, TOP, word } from './graph';
import { descend, refine, searchLevel, start } from './level';
import { I32s, U8s } from '../types';

/**
 * The slots nearest to the query, from the top of the graph down (Malkov & Yashunin 2018, algorithm 5). They are left in the pool.
 * @param ef how many to keep on the lowest level
 * @returns how many were found
 */
export function hnswSearch(g: I32s, ef: i32): i32 {
  if (word(g, ENTRY) < 0) return 0;
  start(g, word(g, ENTRY));
  descend(g, word(g, TOP), 0);
  return searchLevel(g, 0, 1, ef);
}

/** Searches on for allowed slots from the first `size` of the pool, which stay in it, allowed or not. @returns how many were found */
export function hnswSearchAllowed(g: I32s, size: i32, ef: i32): i32 {
  return searchLevel(g, 0, size, ef, true);
}

/** Searches on from the first `size` of the pool by both codes of each slot. @returns how many were found */
export function hnswRefine(g: I32s, size: i32, ef: i32, isFiltered: i32): i32 {
  refine(g, pointer(g, POOL), size);
  const count = searchLevel(g, 0, size, ef, isFiltered != 0);
  store<i32>(g + (REFINED << 2), 0);
  return count;
}

/** Forgets which slots are allowed. */
export function hnswForbid(g: I32s): void {
  memory.fill(pointer(g, ALLOWED), 0, <usize>word(g, SLOTS) + 1);
}

/**
 * Allows the slots of the flagged keys from..to; marks and slotOf as for {@link hnswMarked}. Without a branch, which would be mispredicted for
 * half of the keys: a key without a slot sets the byte behind the last one. Mostly 16 keys have 16 slots that follow each other.
 */
export function hnswAllow(g: I32s, marks: U8s, from: i32, to: i32, slotOf: I32s): void {
  const allowed = pointer(g, ALLOWED);
  const slots = word(g, SLOTS);
  for (let k = from; k < to; k++) {
    const place = slotOf + ((<usize>k) << 2);
    const slot = load<i32>(place);
    if (k + 16 <= to && slot > 0) {
      const first = i32x4.add(i32x4.splat(slot), i32x4(0, 1, 2, 3));
      const a = i32x4.eq(v128.load(place), first), b = i32x4.eq(v128.load(place, 16), i32x4.add(first, i32x4.splat(4)));
      const c = i32x4.eq(v128.load(place, 32), i32x4.add(first, i32x4.splat(8)));
      const d = i32x4.eq(v128.load(place, 48), i32x4.add(first, i32x4.splat(12)));
      if (v128.all_true<i32>(v128.and(v128.and(a, b), v128.and(c, d)))) {
        const at = allowed + <usize>(slot - 1);
        v128.store(at, v128.or(v128.load(at), v128.load(marks + <usize>(k - from))));
        k += 15;
        continue;
      }
    }
    const at = allowed + <usize>select<i32>(slot - 1, slots, slot > 0);
    store<u8>(at, load<u8>(at) | load<u8>(marks + <usize>(k - from)));
  }
}

/** Scores the slots of the list. */
export function hnswScores(g: I32s, count: i32): void {
  scoreList(g, count);
}

/** How many of the flags are not 0. */
export function hnswCount(marks: U8s, count: i32): i32 {
  let total = 0;
  let k = 0;
  for (; k + 16 <= count; k += 16) total += 16 - popcnt(i8x16.bitmask(i8x16.eq(v128.load(marks + <usize>k), i8x16.splat(0))));
  for (; k < count; k++) total += load<u8>(marks + <usize>k) ? 1 : 0;
  return total;
}

/**
 * Writes to the list the slots of the keys from..to that are present and flagged, at most as many as it has room for.
 * @param marks one byte per key from `from` on, and 15 more to read
 * @param slotOf slot + 1 of each key, 0 = none
 */
export function hnswMarked(g: I32s, marks: U8s, from: i32, to: i32, slotOf: I32s): i32 {
  const list = pointer(g, LIST);
  let found = 0;
  for (let k = from; k < to; k += 16) {
    let flagged = ~i8x16.bitmask(i8x16.eq(v128.load(marks + <usize>(k - from)), i8x16.splat(0))) & (to - k < 16 ? (1 << (to - k)) - 1 : 0xffff);
    for (; flagged; flagged &= flagged - 1) {
      const slot = load<i32>(slotOf + ((<usize>(k + ctz(flagged))) << 2));
      store<i32>(list + ((<usize>found) << 2), slot - 1);
      found += <i32>(slot != 0);
    }
  }
  return found;
}
