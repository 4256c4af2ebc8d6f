// A hierarchical navigable small world graph in linear memory: where its parts are, and the similarity of two of its nodes.
// A node is a slot: a row of i8 codes with an f32 scale, one list of links per level, and a flag for removed nodes. The header is a
// list of 32-bit words; src/semantic/indexes/hnsw/hnsw-graph.ts writes it and names the same words.

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
/** One u16 per slot: the round that visited it last. */
export const SEEN = 9;
export const ROUND = 10;
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

/** Starts a round: no slot has been seen in it. @returns its number. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function newRound(g: usize): u32 {
  let round = <u32>word(g, ROUND) + 1;
  if (round > 0xffff) {
    memory.fill(pointer(g, SEEN), 0, (<usize>word(g, SLOTS)) << 1);
    round = 1;
  }
  store<u32>(g + (ROUND << 2), round);
  return round;
}

/** Where the links of a slot on a level begin. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function linksOf(g: usize, slot: i32, level: i32): usize {
  if (level == 0) return pointer(g, LINKS) + <usize>slot * ((<usize>word(g, DEGREE)) << 2);
  const block = load<i32>(pointer(g, UPPER_OF) + ((<usize>slot) << 2)) + level - 1;
  return pointer(g, UPPER) + <usize>block * ((<usize>word(g, UPPER_DEGREE)) << 2);
}

// @ts-ignore: decorator of AssemblyScript
@inline
export function degreeAt(g: usize, level: i32): i32 {
  return word(g, level == 0 ? DEGREE : UPPER_DEGREE);
}

/** The codes of a slot become the query. */
export function queryOf(g: usize, slot: i32): void {
  const width = <usize>word(g, WIDTH);
  if (word(g, FOUR_BIT)) {
    fourBitQuery(g, slot);
    return;
  }
  const from = pointer(g, CODES) + <usize>slot * width;
  const to = pointer(g, QUERY);
  for (let k: usize = 0; k < width; k += 8) v128.store(to + (k << 1), v128.load8x8_s(from + k));
  store<i32>(g + (CENTRE << 2), slot);
  store<f32>(g + (QUERY_SCALE << 2), load<f32>(pointer(g, SCALES) + ((<usize>slot) << 2)));
}

/** The sums of four vectors, as one. */
// @ts-ignore: decorator of AssemblyScript
@inline
function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/**
 * Similarities of the query with the slots of `LIST`, written behind them. Four rows at a time: their cache misses overlap,
 * and a part of the query is loaded once for four. The list is filled up to a multiple of 4 with its last slot.
 */
export function scoreList(g: usize, count: i32): void {
  if (count == 0) return;
  if (word(g, REFINED)) {
    scoreFinely(g, count);
    return;
  }
  if (word(g, FOUR_BIT)) {
    scoreFourBits(g, count);
    return;
  }
  const list = pointer(g, LIST);
  const out = list + ((<usize>word(g, LIST_ROOM)) << 2);
  const width = <usize>word(g, WIDTH);
  const codes = pointer(g, CODES);
  const scales = pointer(g, SCALES);
  const query = pointer(g, QUERY);
  const queryScale = f32x4.splat(load<f32>(g + (QUERY_SCALE << 2)));
  const last = load<i32>(list + ((<usize>count - 1) << 2));
  for (let k = count; k & 3; k++) store<i32>(list + ((<usize>k) << 2), last);
  for (let k = 0; k < count; k += 4) {
    const at = list + ((<usize>k) << 2);
    const s0 = <usize>load<u32>(at), s1 = <usize>load<u32>(at, 4), s2 = <usize>load<u32>(at, 8), s3 = <usize>load<u32>(at, 12);
    let r0 = codes + s0 * width, r1 = codes + s1 * width, r2 = codes + s2 * width, r3 = codes + s3 * width;
    let a = i32x4.splat(0), b = a, c = a, d = a;
    const end = query + (width << 1);
    for (let q = query; q < end; q += 32) {
      const x = v128.load(q), y = v128.load(q, 16);
      a = i32x4.add(a, i32x4.dot_i16x8_s(x, v128.load8x8_s(r0)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(x, v128.load8x8_s(r1)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(x, v128.load8x8_s(r2)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(x, v128.load8x8_s(r3)));
      a = i32x4.add(a, i32x4.dot_i16x8_s(y, v128.load8x8_s(r0, 8)));
      b = i32x4.add(b, i32x4.dot_i16x8_s(y, v128.load8x8_s(r1, 8)));
      c = i32x4.add(c, i32x4.dot_i16x8_s(y, v128.load8x8_s(r2, 8)));
      d = i32x4.add(d, i32x4.dot_i16x8_s(y, v128.load8x8_s(r3, 8)));
      r0 += 16; r1 += 16; r2 += 16; r3 += 16;
    }
    const scale = f32x4(
      load<f32>(scales + (s0 << 2)), load<f32>(scales + (s1 << 2)), load<f32>(scales + (s2 << 2)), load<f32>(scales + (s3 << 2)),
    );
    v128.store(out + ((<usize>k) << 2), f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sums(a, b, c, d)), scale), queryScale));
  }
}

/** The similarity of two slots: what `scoreList` gives for one of them as the query of the other. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function similarity(g: usize, slot: i32, other: i32): f32 {
  if (word(g, FOUR_BIT)) return fourBitSimilarity(g, slot, other);
  return word(g, REFINED) ? fineSimilarity(g, slot, other) : coarseSimilarity(g, slot, other);
}

// @ts-ignore: decorator of AssemblyScript
@inline
function coarseSimilarity(g: usize, slot: i32, other: i32): f32 {
  const width = <usize>word(g, WIDTH);
  const codes = pointer(g, CODES);
  const scales = pointer(g, SCALES);
  let a = codes + <usize>slot * width, b = codes + <usize>other * width;
  let s = i32x4.splat(0), t = s;
  const end = a + width;
  while (a < end) {
    s = i32x4.add(s, i32x4.dot_i16x8_s(v128.load8x8_s(a), v128.load8x8_s(b)));
    t = i32x4.add(t, i32x4.dot_i16x8_s(v128.load8x8_s(a, 8), v128.load8x8_s(b, 8)));
    a += 16; b += 16;
  }
  s = i32x4.add(s, t);
  const sum = i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1) + (i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3));
  return <f32>sum * load<f32>(scales + ((<usize>other) << 2)) * load<f32>(scales + ((<usize>slot) << 2));
}

function scoreFinely(g: usize, count: i32): void {
  const list = pointer(g, LIST);
  const out = list + ((<usize>word(g, LIST_ROOM)) << 2);
  for (let k = 0; k < count; k++) store<f32>(out + ((<usize>k) << 2), fineScore(g, load<i32>(list + ((<usize>k) << 2))));
}

/** The similarity of the query with a slot by both of its codes. */
export function fineScore(g: usize, slot: i32): f32 {
  const centre = word(g, CENTRE);
  if (centre >= 0) return fineSimilarity(g, centre, slot);
  const width = <usize>word(g, WIDTH), row = <usize>slot * width;
  let a = pointer(g, CODES) + row, b = pointer(g, FINE) + row, q = pointer(g, QUERY);
  let s = i32x4.splat(0), t = s;
  const end = a + width;
  while (a < end) {
    const x = v128.load(q);
    s = i32x4.add(s, i32x4.dot_i16x8_s(x, v128.load8x8_s(a)));
    t = i32x4.add(t, i32x4.dot_i16x8_s(x, v128.load8x8_s(b)));
    a += 8; b += 8; q += 16;
  }
  return scaled(total(s), total(t), 0, load<f32>(pointer(g, SCALES) + ((<usize>slot) << 2)), load<f32>(g + (QUERY_SCALE << 2)));
}

/** The similarity of two slots by both of their codes: products of the first ones, mixed ones, products of the second ones. */
function fineSimilarity(g: usize, slot: i32, other: i32): f32 {
  const width = <usize>word(g, WIDTH), codes = pointer(g, CODES), fine = pointer(g, FINE), scales = pointer(g, SCALES);
  let a = codes + <usize>slot * width, b = codes + <usize>other * width;
  let c = fine + <usize>slot * width, d = fine + <usize>other * width;
  let s = i32x4.splat(0), t = s, u = s, v = s;
  const end = a + width;
  while (a < end) {
    const w = v128.load8x8_s(a), x = v128.load8x8_s(b), y = v128.load8x8_s(c), z = v128.load8x8_s(d);
    s = i32x4.add(s, i32x4.dot_i16x8_s(w, x));
    t = i32x4.add(t, i32x4.dot_i16x8_s(w, z));
    u = i32x4.add(u, i32x4.dot_i16x8_s(y, x));
    v = i32x4.add(v, i32x4.dot_i16x8_s(y, z));
    a += 8; b += 8; c += 8; d += 8;
  }
  const mixed = <f64>total(t) + <f64>total(u);
  return scaled(total(s), mixed, total(v), load<f32>(scales + ((<usize>other) << 2)), load<f32>(scales + ((<usize>slot) << 2)));
}

// @ts-ignore: decorator of AssemblyScript
@inline
function total(s: v128): i32 {
  return i32x4.extract_lane(s, 0) + i32x4.extract_lane(s, 1) + (i32x4.extract_lane(s, 2) + i32x4.extract_lane(s, 3));
}

// @ts-ignore: decorator of AssemblyScript
@inline
function scaled(first: i32, mixed: f64, second: i32, a: f32, b: f32): f32 {
  return <f32>((<f64>first + mixed / 254 + <f64>second / 64516) * <f64>a * <f64>b);
}

/** Sixteen codes as what they stand for. */
// @ts-ignore: decorator of AssemblyScript
@inline
function levels(codes: v128): v128 {
  return i8x16.sub(i8x16.add(codes, codes), i8x16.splat(15));
}

function fourBitQuery(g: usize, slot: i32): void {
  const width = <usize>word(g, WIDTH), half = i8x16.splat(15);
  const from = pointer(g, CODES) + <usize>slot * (width >> 1);
  let to = pointer(g, QUERY);
  for (let k: usize = 0; k < width >> 1; k += 16) {
    const both = v128.load(from + k);
    const low = levels(v128.and(both, half)), high = levels(i8x16.shr_u(both, 4));
    v128.store(to, i16x8.extend_low_i8x16_s(low));
    v128.store(to, i16x8.extend_high_i8x16_s(low), 16);
    v128.store(to, i16x8.extend_low_i8x16_s(high), 32);
    v128.store(to, i16x8.extend_high_i8x16_s(high), 48);
    to += 64;
  }
  const end = pointer(g, QUERY) + ((<usize>word(g, FOUR_BIT)) << 1);
  memory.fill(end, 0, to - end);
  store<i32>(g + (CENTRE << 2), slot);
  store<f32>(g + (QUERY_SCALE << 2), load<f32>(pointer(g, SCALES) + ((<usize>slot) << 2)));
}

/** As `scoreList`: twice the products of the query with the codes, less 15 times the sum of the query. */
function scoreFourBits(g: usize, count: i32): void {
  const list = pointer(g, LIST);
  const out = list + ((<usize>word(g, LIST_ROOM)) << 2);
  const width = <usize>word(g, WIDTH), row = width >> 1;
  const codes = pointer(g, CODES), scales = pointer(g, SCALES), query = pointer(g, QUERY);
  const queryScale = f32x4.splat(load<f32>(g + (QUERY_SCALE << 2)));
  const half = i8x16.splat(15), end = query + (width << 1);
  const last = load<i32>(list + ((<usize>count - 1) << 2));
  for (let k = count; k & 3; k++) store<i32>(list + ((<usize>k) << 2), last);
  let s = i32x4.splat(0);
  for (let q = query; q < end; q += 16) s = i32x4.add(s, i32x4.dot_i16x8_s(v128.load(q), i16x8.splat(15)));
  const base = i32x4.splat(total(s));
  for (let k = 0; k < count; k += 4) {
    const at = list + ((<usize>k) << 2);
    const s0 = <usize>load<u32>(at), s1 = <usize>load<u32>(at, 4), s2 = <usize>load<u32>(at, 8), s3 = <usize>load<u32>(at, 12);
    let r0 = codes + s0 * row, r1 = codes + s1 * row, r2 = codes + s2 * row, r3 = codes + s3 * row;
    let a = i32x4.splat(0), b = a, c = a, d = a;
    for (let q = query; q < end; q += 64) {
      const w = v128.load(q), x = v128.load(q, 16), y = v128.load(q, 32), z = v128.load(q, 48);
      let both = v128.load(r0), low = v128.and(both, half), high = i8x16.shr_u(both, 4);
      a = i32x4.add(a, i32x4.add(i32x4.dot_i16x8_s(w, i16x8.extend_low_i8x16_u(low)), i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_u(low))));
      a = i32x4.add(a, i32x4.add(i32x4.dot_i16x8_s(y, i16x8.extend_low_i8x16_u(high)), i32x4.dot_i16x8_s(z, i16x8.extend_high_i8x16_u(high))));
      both = v128.load(r1); low = v128.and(both, half); high = i8x16.shr_u(both, 4);
      b = i32x4.add(b, i32x4.add(i32x4.dot_i16x8_s(w, i16x8.extend_low_i8x16_u(low)), i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_u(low))));
      b = i32x4.add(b, i32x4.add(i32x4.dot_i16x8_s(y, i16x8.extend_low_i8x16_u(high)), i32x4.dot_i16x8_s(z, i16x8.extend_high_i8x16_u(high))));
      both = v128.load(r2); low = v128.and(both, half); high = i8x16.shr_u(both, 4);
      c = i32x4.add(c, i32x4.add(i32x4.dot_i16x8_s(w, i16x8.extend_low_i8x16_u(low)), i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_u(low))));
      c = i32x4.add(c, i32x4.add(i32x4.dot_i16x8_s(y, i16x8.extend_low_i8x16_u(high)), i32x4.dot_i16x8_s(z, i16x8.extend_high_i8x16_u(high))));
      both = v128.load(r3); low = v128.and(both, half); high = i8x16.shr_u(both, 4);
      d = i32x4.add(d, i32x4.add(i32x4.dot_i16x8_s(w, i16x8.extend_low_i8x16_u(low)), i32x4.dot_i16x8_s(x, i16x8.extend_high_i8x16_u(low))));
      d = i32x4.add(d, i32x4.add(i32x4.dot_i16x8_s(y, i16x8.extend_low_i8x16_u(high)), i32x4.dot_i16x8_s(z, i16x8.extend_high_i8x16_u(high))));
      r0 += 16; r1 += 16; r2 += 16; r3 += 16;
    }
    const scale = f32x4(
      load<f32>(scales + (s0 << 2)), load<f32>(scales + (s1 << 2)), load<f32>(scales + (s2 << 2)), load<f32>(scales + (s3 << 2)),
    );
    const sum = i32x4.sub(i32x4.shl(sums(a, b, c, d), 1), base);
    v128.store(out + ((<usize>k) << 2), f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sum), scale), queryScale));
  }
}

/** Padding counts one for each of its dimensions, since both of its codes stand for 1. */
function fourBitSimilarity(g: usize, slot: i32, other: i32): f32 {
  const width = word(g, WIDTH), row = <usize>(width >> 1);
  const codes = pointer(g, CODES), scales = pointer(g, SCALES);
  const half = i8x16.splat(15);
  let a = codes + <usize>slot * row, b = codes + <usize>other * row;
  const end = a + row;
  let s = i32x4.splat(0), t = s;
  while (a < end) {
    const x = v128.load(a), y = v128.load(b);
    let u = levels(v128.and(x, half)), v = levels(v128.and(y, half));
    s = i32x4.add(s, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(u), i16x8.extend_low_i8x16_s(v)));
    t = i32x4.add(t, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(u), i16x8.extend_high_i8x16_s(v)));
    u = levels(i8x16.shr_u(x, 4));
    v = levels(i8x16.shr_u(y, 4));
    s = i32x4.add(s, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(u), i16x8.extend_low_i8x16_s(v)));
    t = i32x4.add(t, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(u), i16x8.extend_high_i8x16_s(v)));
    a += 16; b += 16;
  }
  const sum = total(i32x4.add(s, t)) - (width - word(g, FOUR_BIT));
  return <f32>sum * load<f32>(scales + ((<usize>other) << 2)) * load<f32>(scales + ((<usize>slot) << 2));
}
