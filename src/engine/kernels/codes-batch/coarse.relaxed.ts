// The kernels of coarse.ts once more, for processors that multiply sixteen bytes by one instruction (relaxed SIMD): rows are bounded by their whole codes at
// once, which leaves few of them.
//
// The bytes of the rows are signed, those of the queries have seven bits, so no product is rounded or cut off, and every processor gives the same sums.
// A query is step * (bytes - 64) + remainder. So with the bounds of codes.ts
// q . v <= step scale (code . bytes - 64 sum of the code) + |q| |residual| + |remainder| |scale * code|.

import { lanes, smallSlackOf, sums, upperHalves } from '../codes/products';
import { levelsOf } from './levels';
import { F32s, I16s, Optional, U8s } from '../types';

/** What is added to the digits of queries; semantic/indexes/shared/byte-query.ts knows it too. */
const bias: i32 = 64;
/** What both halves of a code have too much: 8 each. */
const added: i32 = 136;

export function digitBytes(): i32 {
  return 1;
}

/** Two times eight codes as bytes, from sixteen numbers of eight bits. */
// @ts-ignore: decorator of AssemblyScript
@inline
function bytes(a: v128, b: v128): v128 {
  return i8x16.sub(i8x16.narrow_i16x8_u(a, b), i8x16.splat(<i8>added));
}

/** The codes of a row of four, 32 dimensions, from the halves of all four at `p` and its own lower ones. */
// @ts-ignore: decorator of AssemblyScript
@inline
function spreadRow(p: usize, shift: i32, flip: v128, low: v128, tile: usize): void {
  const upmost = i16x8.splat(0xf0), four = i16x8.splat(0xf);
  // Shifts lanes of 16 bits to the right by 4 less than the row's place; the first row to the left.
  let a = v128.load(p), b = v128.load(p, 16), c = v128.load(p, 32), d = v128.load(p, 48);
  if (shift < 0) {
    a = i16x8.shl(a, 4); b = i16x8.shl(b, 4); c = i16x8.shl(c, 4); d = i16x8.shl(d, 4);
  } else {
    a = i16x8.shr_u(a, shift); b = i16x8.shr_u(b, shift); c = i16x8.shr_u(c, shift); d = i16x8.shr_u(d, shift);
  }
  a = v128.or(v128.xor(v128.and(a, upmost), flip), v128.and(low, four));
  b = v128.or(v128.xor(v128.and(b, upmost), flip), v128.and(i16x8.shr_u(low, 4), four));
  c = v128.or(v128.xor(v128.and(c, upmost), flip), v128.and(i16x8.shr_u(low, 8), four));
  d = v128.or(v128.xor(v128.and(d, upmost), flip), i16x8.shr_u(low, 12));
  v128.store(tile, bytes(a, b));
  v128.store(tile, bytes(c, d), 64);
}

/** The codes of four rows as bytes, interleaved by 16 dimensions. @returns 64 times the sum of each */
function spread(row: i32, width: i32, high: usize, low: usize, tile: usize): v128 {
  const none = i16x8.splat(0), flip = i16x8.splat(0x80), ones = i8x16.splat(<i8>bias);
  const end = tile + (<usize>width << 2), next = <usize>width >> 1;
  let p = upperHalves(high, row, width), l = low + <usize>row * next;
  let a = i32x4.splat(0), b = a, c = a, d = a;
  for (let t = tile; t < end; t += 128) {
    spreadRow(p, -4, none, v128.load(l), t);
    spreadRow(p, 0, none, v128.load(l + next), t + 16);
    spreadRow(p, 4, none, v128.load(l + 2 * next), t + 32);
    spreadRow(p, 8, flip, v128.load(l + 3 * next), t + 48);
    p += 64;
    l += 16;
  }
  for (let t = tile; t < end; t += 64) {
    a = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(t), ones, a);
    b = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(t, 16), ones, b);
    c = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(t, 32), ones, c);
    d = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(t, 48), ones, d);
  }
  return sums(a, b, c, d);
}

/** Inner products of four rows with two queries, those with the second 16 bytes behind. */
// @ts-ignore: decorator of AssemblyScript
@inline
function fourTimesTwo(a: usize, aEnd: usize, q: usize, out: usize): void {
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
  for (; a < aEnd; a += 64) {
    const u = v128.load(q), v = v128.load(q, 16);
    let r = v128.load(a);
    s0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, u, s0);
    t0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, v, t0);
    r = v128.load(a, 16);
    s1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, u, s1);
    t1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, v, t1);
    r = v128.load(a, 32);
    s2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, u, s2);
    t2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, v, t2);
    r = v128.load(a, 48);
    s3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, u, s3);
    t3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, v, t3);
    q += 32;
  }
  v128.store(out, sums(s0, s1, s2, s3));
  v128.store(out, sums(t0, t1, t2, t3), 16);
}

/** Bounds of four rows, as levels; 0 for those that do not reach the threshold. @param places the query's own numbers, and its sums */
// @ts-ignore: decorator of AssemblyScript
@inline
function fourLevels(own: usize, sum: v128, scale: v128, error: v128, coarseError: v128, length: v128, there: v128): v128 {
  const product = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load32_splat(own)), scale);
  const bound = f32x4.add(product, smallSlackOf(v128.load32_splat(own, 12), v128.load32_splat(own, 16), length, coarseError, error));
  return v128.and(levelsOf(bound, own), v128.andnot(there, f32x4.lt(bound, v128.load32_splat(own, 24))));
}

export function coarseMany(
  lo: i32, hi: i32, block: i32, scratch: usize, pairs: i32, queries: U8s, own: F32s, width: i32, high: I16s, low: I16s, scales: F32s,
  errors: F32s, coarseErrors: F32s, lengths: F32s, marks: Optional<U8s>, levels: U8s, stride: i32,
): void {
  const second = scratch + (<usize>width << 2), tileEnd = scratch + (<usize>width << 3);
  const totals = tileEnd, size = <usize>width << 1;
  for (let row = lo; row < hi; row += 8) {
    const out = levels + <usize>row;
    if (marks && load<i64>(marks + <usize>row) == 0) {
      for (let k = 0; k < 2 * pairs; k++) store<u64>(out + <usize>k * <usize>stride, 0);
      continue;
    }
    const sumsA = spread(row, width, high, low, scratch), sumsB = spread(row + 4, width, high, low, second);
    const at = <usize>row << 2;
    const thereA = lanes(row, hi, marks), thereB = lanes(row + 4, hi, marks);
    let q = queries;
    for (let k = 0; k < 2 * pairs; k += 2) {
      fourTimesTwo(scratch, second, q, totals);
      fourTimesTwo(second, tileEnd, q, totals + 32);
      q += size;
      for (let side = 0; side < 2; side++) {
        const mine = own + (<usize>(k + side) << 5), place = totals + (<usize>side << 4);
        const a = fourLevels(
          mine, i32x4.sub(v128.load(place), sumsA), v128.load(scales + at), v128.load(errors + at), v128.load(coarseErrors + at),
          v128.load(lengths + at), thereA,
        );
        const b = fourLevels(
          mine, i32x4.sub(v128.load(place, 32), sumsB), v128.load(scales + at, 16), v128.load(errors + at, 16),
          v128.load(coarseErrors + at, 16), v128.load(lengths + at, 16), thereB,
        );
        const both = i16x8.narrow_i32x4_s(a, b);
        v128.store64_lane(out + <usize>(k + side) * <usize>stride, i8x16.narrow_i16x8_u(both, both), 0);
      }
    }
  }
}
