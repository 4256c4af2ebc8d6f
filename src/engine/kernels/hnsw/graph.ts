// A hierarchical navigable small world graph in linear memory: where its parts are. A node is a slot: a row of i8 codes with an f32
// scale, one list of links per level, and a flag for removed nodes. The header is a list of 32-bit words, which
// src/semantic/indexes/hnsw/graph-memory.ts writes by the same names. Each thread has a header of its own: the same graph, but a place of
// its own for what a search writes.

/** Bytes of a row of codes, a multiple of 16. */
export const WIDTH = 0;
/** Links a node may have on upper levels, and on the lowest. Lists end early with -1. */
export const UPPER_DEGREE = 1;
export const DEGREE = 2;
export const CODES = 3;
export const SCALES = 4;
export const LINKS = 5;
/** One i32 per slot: number of its first block of upper links, which has one list per level. */
export const UPPER_OF = 6;
export const UPPER = 7;
/** One u8 per slot: 0 live, 1 removed. */
export const REMOVED = 8;
/** One bit per slot: whether this search has met it. Few enough to stay in the cache, and to be cleared before each search. */
export const SEEN = 9;
/** Bytes of `SEEN`, a multiple of 8. */
export const SEEN_BYTES = 10;
export const SLOTS = 11;
export const ENTRY = 12;
export const TOP = 13;
/** One i16 per dimension, and its scale (f32). */
export const QUERY = 14;
export const QUERY_SCALE = 15;
/** Entries of 8 bytes: similarity (f32), slot (i32). Sorted, best first. */
export const POOL = 16;
/** Slots to score, and their similarities behind `LIST_ROOM` of them. */
export const LIST = 17;
/** A second list of entries, for the links of one node. */
export const EDGES = 18;
/** How many slots `LIST` has room for; a multiple of 4. */
export const LIST_ROOM = 19;
/** Slots that were chosen as links. */
export const CHOSEN = 20;
/** A second row of i8 codes per slot, of what the first ones leave, in steps 254 times as fine; 0: there is none. */
export const FINE = 21;
/** Whether similarities are those of both codes together. */
export const REFINED = 22;
/** The slot that is the query, -1 when it is none of them. */
export const CENTRE = 23;
/** One u8 per slot: whether a search may find it. */
export const ALLOWED = 24;
/** Set when vectors came that lie closer together than codes can tell, and there are no fine ones. */
export const CROWDED = 25;
/**
 * Dimensions, if codes have four bits each (semantic/indexes/four-bit), else 0. Such a code c stands for 2 c - 15; of 32 dimensions the first
 * 16 are the lower halves of 16 bytes. There is no second row of codes.
 */
export const FOUR_BIT = 26;
/** Bytes of a slot's links on the lowest level where they are packed (packed.ts), as they are beside codes of four bits; else 0. */
export const RECORD = 27;
/** Bits of a packed link that are written as they are. */
export const LOW_BITS = 28;
/** Room for two unpacked lists. */
export const UNPACKED = 29;
/** What was read for the cache alone. */
export const TOUCHED = 30;

// @ts-ignore: decorator of AssemblyScript
@inline
export function word(g: usize, k: i32): i32 {
  return load<i32>(g + ((<usize>k) << 2));
}

// @ts-ignore: decorator of AssemblyScript
@inline
export function pointer(g: usize, k: i32): usize {
  return <usize>load<u32>(g + ((<usize>k) << 2));
}

/** No slot has been met. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function meetNone(g: usize): void {
  memory.fill(pointer(g, SEEN), 0, <usize>word(g, SEEN_BYTES));
}

/** Meets a slot. @returns whether that is the first time */
// @ts-ignore: decorator of AssemblyScript
@inline
export function meet(seen: usize, slot: i32): bool {
  const at = seen + ((<usize>slot >> 5) << 2);
  const bits = load<u32>(at);
  const bit = <u32>1 << (slot & 31);
  store<u32>(at, bits | bit);
  return (bits & bit) == 0;
}

/** Meets a slot if `wanted` is 1, and does nothing if it is 0. @returns 1 if that is the first time, else 0 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function meetIf(seen: usize, slot: i32, wanted: i32): i32 {
  const at = seen + ((<usize>slot >> 5) << 2);
  const bits = load<u32>(at);
  store<u32>(at, bits | ((<u32>wanted) << (slot & 31)));
  return wanted & ~(bits >> (slot & 31));
}

/** Where the links of a slot on a level begin, unless they are packed. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function placeOf(g: usize, slot: i32, level: i32): usize {
  if (level == 0) return pointer(g, LINKS) + <usize>slot * ((<usize>word(g, DEGREE)) << 2);
  const block = load<i32>(pointer(g, UPPER_OF) + ((<usize>slot) << 2)) + level - 1;
  return pointer(g, UPPER) + <usize>block * ((<usize>word(g, UPPER_DEGREE)) << 2);
}

// @ts-ignore: decorator of AssemblyScript
@inline
export function degreeAt(g: usize, level: i32): i32 {
  return word(g, level == 0 ? DEGREE : UPPER_DEGREE);
}
