// What the kernels over codes share: where codes lie, inner products of them, and how far these may be off (codes.ts).

import { unfolded } from '../constants';

/** Added to every error: products of the smallest numbers may vanish. */
const gamma: f32 = 1e-40;

/** What is told apart of a coarse error by 32 bits, as a share of it. */
const told: f32 = 2e-6;

/** Rows whose memory is asked for together: the processor then waits once for all of them. */
export const together: i32 = 8;

/** Reads a little of what some rows have, `size` bytes each, so that it is in the cache afterwards. @returns what keeps a compiler from leaving that out */
export function touch(list: usize, count: i32, size: usize, rows: usize): i32 {
  let all = 0;
  for (const end = list + (<usize>count << 2); list < end; list += 4) {
    const row = rows + <usize>load<i32>(list) * size;
    for (let p = row; p < row + size; p += 64) all += load<i32>(p);
  }
  return all;
}

/** Where the upper halves of the codes of the four rows of a group begin, of which `row` is the first; two bytes for each dimension. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function upperHalves(high: usize, row: i32, width: i32): usize {
  return high + <usize>(row >> 2) * <usize>(width << 1);
}

/**
 * Sixteen times the inner products of the upper halves of the codes of four rows with the digits of a query, as f32, which holds them exactly. A lane
 * of 16 bits holds all four rows: the product of each is that of the bits up to the end of its own, less that of those below.
 *
 * @param bias eight times the sum of the digits
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function upperProducts(row: i32, query: usize, bias: i32, width: i32, high: usize): v128 {
  const one = i16x8.splat(<i16>unfolded(0xf, width)), two = i16x8.splat(<i16>unfolded(0xff, width)), three = i16x8.splat(<i16>unfolded(0xfff, width));
  let a = i32x4.splat(0), b = a, c = a, d = a;
  let p = upperHalves(high, row, width);
  const end = query + (<usize>width << 1);
  for (let q = query; q < end; q += 32) {
    let digits = v128.load(q), v = v128.load(p);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.and(v, one), digits));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.and(v, two), digits));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.and(v, three), digits));
    d = i32x4.add(d, i32x4.dot_i16x8_s(v, digits));
    digits = v128.load(q, 16);
    v = v128.load(p, 16);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.and(v, one), digits));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.and(v, two), digits));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.and(v, three), digits));
    d = i32x4.add(d, i32x4.dot_i16x8_s(v, digits));
    p += 32;
  }
  const all = sums(a, b, c, d);
  const below = i32x4.shuffle(all, i32x4.splat(0), 4, 0, 1, 2);
  const own = i32x4.sub(i32x4.sub(all, below), i32x4.mul(i32x4.splat(bias), i32x4(1, 16, 256, 0))); // times 1, 16, 256, 4096
  return f32x4.mul(f32x4.convert_i32x4_s(own), f32x4(16, 1, 0.0625, 0.00390625));
}

/**
 * The inner product of the lower half of the code of a row with the digits of a query, each eight of which follow the last ones, or those of a second
 * query in between if `paired`.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function lowerProduct(row: i32, query: usize, paired: bool, bias: i32, width: i32, low: usize): i32 {
  let a = i32x4.splat(0), b = a, c = a, d = a;
  let p = low + <usize>row * (<usize>width >> 1);
  const one = i16x8.splat(<i16>unfolded(0xf, width)), two = i16x8.splat(<i16>unfolded(0xf0, width)), three = i16x8.splat(<i16>unfolded(0xf00, width));
  const end = p + (<usize>width >> 1), eight: usize = paired ? 32 : 16;
  for (let q = query; p < end; p += 16) {
    const v = v128.load(p);
    a = i32x4.add(a, i32x4.dot_i16x8_s(v128.and(v, one), v128.load(q)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(v128.and(v, two), v128.load(q + eight)));
    c = i32x4.add(c, i32x4.dot_i16x8_s(v128.and(v, three), v128.load(q + 2 * eight)));
    d = i32x4.add(d, i32x4.dot_i16x8_s(i16x8.shr_u(v, 12), v128.load(q + 3 * eight)));
    q += 4 * eight;
  }
  const all = sums(a, b, c, d);
  return i32x4.extract_lane(all, 0) + (i32x4.extract_lane(all, 1) >> 4) + (i32x4.extract_lane(all, 2) >> 8) + i32x4.extract_lane(all, 3) - bias;
}

/** The sums of four accumulators, one per lane. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function sums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7)); // a02 b02 a13 b13
  const cd = i32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return i32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/**
 * Inner products of four rows with two, of 16-bit integers. Row k of the four begins at a + k * aRow, and its next eight numbers follow aNext bytes
 * later, up to aEnd; likewise the two at b. The products with the first of the two go to `out`, those with the second 16 bytes behind. If
 * `packed`, each lane of the four holds two rows (coarse.ts), and the products are added to 32 bytes for each of the two.
 * Where distances are constants, the inlined loop is the one that would be written out.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
export function fourTimesTwo(a: usize, aRow: usize, aNext: usize, aEnd: usize, b: usize, bRow: usize, bNext: usize, out: usize, packed: bool): void {
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  while (a < aEnd) {
    const u = v128.load(b), v = v128.load(b + bRow);
    let r = v128.load(a);
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(r, u));
    t0 = i32x4.add(t0, i32x4.dot_i16x8_s(r, v));
    r = v128.load(a + aRow);
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(r, u));
    t1 = i32x4.add(t1, i32x4.dot_i16x8_s(r, v));
    r = v128.load(a + 2 * aRow);
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(r, u));
    t2 = i32x4.add(t2, i32x4.dot_i16x8_s(r, v));
    r = v128.load(a + 3 * aRow);
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(r, u));
    t3 = i32x4.add(t3, i32x4.dot_i16x8_s(r, v));
    a += aNext;
    b += bNext;
  }
  if (packed) {
    addPacked(s0, s1, s2, s3, out);
    addPacked(t0, t1, t2, t3, out + 32);
  } else {
    v128.store(out, sums(s0, s1, s2, s3));
    v128.store(out, sums(t0, t1, t2, t3), 16);
  }
}

/** Adds four sums of packed rows: those of the rows in the low bits alone to `place`, both together behind it. */
// @ts-ignore: decorator of AssemblyScript
@inline
function addPacked(a: v128, b: v128, c: v128, d: v128, place: usize): void {
  const e = i32x4.shr_s(i32x4.shl(a, 20), 20), f = i32x4.shr_s(i32x4.shl(b, 20), 20);
  const g = i32x4.shr_s(i32x4.shl(c, 20), 20), h = i32x4.shr_s(i32x4.shl(d, 20), 20);
  v128.store(place, i32x4.add(v128.load(place), sums(e, f, g, h)));
  v128.store(place, i32x4.add(v128.load(place, 16), sums(a, b, c, d)), 16);
}

/** All ones in the lanes of the rows from `row` on that are below hi and flagged (marks = 0: all are). */
// @ts-ignore: decorator of AssemblyScript
@inline
export function lanes(row: i32, hi: i32, marks: usize): v128 {
  const inside = i32x4.lt_s(i32x4.add(i32x4.splat(row), i32x4(0, 1, 2, 3)), i32x4.splat(hi));
  if (!marks) return inside;
  const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(marks + <usize>row)));
  return v128.and(inside, i32x4.ne(bytes, i32x4.splat(0)));
}

/** What an inner product may be off when only the upper halves of codes are known. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function slackOf(alpha: v128, beta: v128, length: v128, coarseError: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(alpha, coarseError), f32x4.mul(beta, length)), f32x4.splat(gamma));
}

/** What a whole code leaves of a row. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function smallErrorOf(error: v128, coarseError: v128): v128 {
  return f32x4.add(error, f32x4.mul(coarseError, f32x4.splat(told)));
}

/** How long a whole code is at most: as its upper half and both errors together. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function wholeLengthOf(length: v128, coarseError: v128, error: v128): v128 {
  return f32x4.add(f32x4.add(length, coarseError), error);
}

/** What an inner product may be off when whole codes are known. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function smallSlackOf(alpha: v128, beta: v128, length: v128, coarseError: v128, error: v128): v128 {
  return slackOf(alpha, beta, wholeLengthOf(length, coarseError, error), smallErrorOf(error, coarseError));
}
