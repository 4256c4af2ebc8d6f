// The kernels of coarse.ts once more, for processors that multiply sixteen bytes by one instruction (relaxed SIMD): rows are bounded by their whole codes at
// once, which leaves few of them.
//
// The bytes of the rows are signed, those of the queries have seven bits, so no product is rounded or cut off, and every processor gives the same sums.
// A query is step * (bytes - 64) + remainder. So with the bounds of codes.ts
// q . v <= step scale (code . bytes - 64 sum of the code) + |q| |residual| + |remainder| |scale * code|.

import { lanes, slackOf, smallErrorOf, sums, upperHalves, wholeLengthOf } from '../codes/products';
import { levelsOf } from './levels';
import { F32s, I16s, Optional, U8s } from '../types';

/** What is added to the digits of queries; semantic/indexes/shared/byte-query.ts knows it too. */
const bias: i32 = 64;
/** Bytes between a row's sixteen codes and its next ones: those of six rows lie together. */
const next: usize = 96;
/** Bytes of what is known of four rows. */
const knownBytes: usize = 80;
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
function spreadRow(p: usize, shift: i32, flip: v128, low: v128, place: usize): void {
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
  v128.store(place, bytes(a, b));
  v128.store(place, bytes(c, d), next);
}

/** Adds `bias` times the sums of 32 codes of a row, four by four. */
// @ts-ignore: decorator of AssemblyScript
@inline
function addCodes(sum: v128, place: usize, ones: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(place), ones, i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(place, next), ones, sum));
}

/** Where the row of a number among those that are multiplied together begins, in tiles of six rows. */
// @ts-ignore: decorator of AssemblyScript
@inline
function placeOf(k: i32, width: i32, tiles: usize): usize {
  return tiles + <usize>((k / 6) * 6 * width + (k % 6) * 16);
}

/** The codes of four rows as bytes, of which the first has number k among those that are multiplied together. @returns 64 times the sum of each */
function spread(row: i32, k: i32, width: i32, high: usize, low: usize, tiles: usize): v128 {
  const none = i16x8.splat(0), flip = i16x8.splat(0x80), ones = i8x16.splat(<i8>bias);
  const half = <usize>width >> 1;
  let p = upperHalves(high, row, width), l = low + <usize>row * half;
  let s = placeOf(k, width, tiles), t = placeOf(k + 1, width, tiles), u = placeOf(k + 2, width, tiles), v = placeOf(k + 3, width, tiles);
  let a = i32x4.splat(0), b = a, c = a, d = a;
  for (const end = l + half; l < end; l += 16) {
    spreadRow(p, -4, none, v128.load(l), s);
    spreadRow(p, 0, none, v128.load(l + half), t);
    spreadRow(p, 4, none, v128.load(l + 2 * half), u);
    spreadRow(p, 8, flip, v128.load(l + 3 * half), v);
    a = addCodes(a, s, ones);
    b = addCodes(b, t, ones);
    c = addCodes(c, u, ones);
    d = addCodes(d, v, ones);
    p += 64;
    s += 2 * next;
    t += 2 * next;
    u += 2 * next;
    v += 2 * next;
  }
  return sums(a, b, c, d);
}

/** Inner products of six rows with two queries: twelve sums, as many as the registers hold, since each takes five cycles to grow. */
// @ts-ignore: decorator of AssemblyScript
@inline
function sixTimesTwo(a: usize, aEnd: usize, q: usize, first: usize, second: usize): void {
  let s0 = i32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0, t4 = s0, t5 = s0;
  for (; a < aEnd; a += next) {
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
    r = v128.load(a, 64);
    s4 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, u, s4);
    t4 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, v, t4);
    r = v128.load(a, 80);
    s5 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, u, s5);
    t5 = i32x4.relaxed_dot_i8x16_i7x16_add_s(r, v, t5);
    q += 32;
  }
  v128.store(first, sums(s0, s1, s2, s3));
  v128.store(second, sums(t0, t1, t2, t3));
  const rest = sums(s4, s5, t4, t5);
  v128.store64_lane(first, rest, 0, 16);
  v128.store64_lane(second, rest, 1, 16);
}

/** What is known of four rows: their scales, what their codes leave, how long these are, 64 times their sums, and ones where a row counts. */
// @ts-ignore: decorator of AssemblyScript
@inline
function describe(
  place: usize, row: i32, sum: v128, there: v128, scales: usize, errors: usize, coarseErrors: usize, lengths: usize,
): void {
  const at = <usize>row << 2, coarseError = v128.load(coarseErrors + at), error = smallErrorOf(v128.load(errors + at), coarseError);
  v128.store(place, v128.load(scales + at));
  v128.store(place, error, 16);
  v128.store(place, wholeLengthOf(v128.load(lengths + at), coarseError, error), 32);
  v128.store(place, sum, 48);
  v128.store(place, there, 64);
}

/** Bounds of four rows, from the sums of their products with a query and its own numbers. */
// @ts-ignore: decorator of AssemblyScript
@inline
function bounds(sum: v128, step: v128, alpha: v128, beta: v128, known: usize): v128 {
  const product = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(sum, v128.load(known, 48))), step);
  const slack = slackOf(alpha, beta, v128.load(known, 32), v128.load(known, 16));
  return f32x4.add(f32x4.mul(product, v128.load(known)), slack);
}

/** Levels of up to three groups of eight rows, whose first rows stand at `groups`, with all queries. */
function levelsOfGroups(
  groups: usize, count: i32, tiles: usize, pairs: i32, queries: usize, own: usize, width: i32, levels: usize, stride: i32,
): void {
  const known = groups + 16, first = known + 6 * knownBytes, second = first + 96, tile = <usize>width * 6, end = tiles + (<usize>(8 * count + 5) / 6) * tile;
  for (let k = 0; k < 2 * pairs; k += 2) {
    const q = queries + <usize>(k * width);
    for (let t = tiles, sum = first; t < end; t += tile, sum += 24) sixTimesTwo(t, t + tile, q, sum, sum + 96);
    for (let side = 0; side < 2; side++) {
      const mine = own + (<usize>(k + side) << 5);
      const step = v128.load32_splat(mine), alpha = v128.load32_splat(mine, 12), beta = v128.load32_splat(mine, 16), least = v128.load32_splat(mine, 24);
      const out = levels + <usize>(k + side) * <usize>stride;
      let sum = side ? second : first, rows = known;
      for (let g = 0; g < count; g++) {
        const a = bounds(v128.load(sum), step, alpha, beta, rows), b = bounds(v128.load(sum, 16), step, alpha, beta, rows + knownBytes);
        const maybeA = v128.andnot(v128.load(rows, 64), f32x4.lt(a, least)), maybeB = v128.andnot(v128.load(rows + knownBytes, 64), f32x4.lt(b, least));
        const to = out + <usize>load<i32>(groups + (<usize>g << 2));
        if (v128.any_true(v128.or(maybeA, maybeB))) {
          const both = i16x8.narrow_i32x4_s(v128.and(levelsOf(a, mine), maybeA), v128.and(levelsOf(b, mine), maybeB));
          v128.store64_lane(to, i8x16.narrow_i16x8_u(both, both), 0);
        } else store<u64>(to, 0);
        sum += 32;
        rows += 2 * knownBytes;
      }
    }
  }
}

export function coarseMany(
  lo: i32, hi: i32, block: i32, scratch: usize, pairs: i32, queries: U8s, own: F32s, width: i32, high: I16s, low: I16s, scales: F32s,
  errors: F32s, coarseErrors: F32s, lengths: F32s, marks: Optional<U8s>, levels: U8s, stride: i32,
): void {
  // Scratch: the codes of 24 rows, the first rows of three groups, what is known of all, and their sums with two queries.
  const groups = scratch + <usize>width * 24, known = groups + 16;
  let count = 0;
  for (let row = lo; row < hi; row += 8) {
    if (marks && load<i64>(marks + <usize>row) == 0) {
      for (let k = 0; k < 2 * pairs; k++) store<u64>(levels + <usize>row + <usize>k * <usize>stride, 0);
    } else {
      store<i32>(groups + (<usize>count << 2), row);
      for (let half = 0; half < 8; half += 4) {
        const sum = spread(row + half, 8 * count + half, width, high, low, scratch);
        const place = known + <usize>(2 * count + (half >> 2)) * knownBytes;
        describe(place, row + half, sum, lanes(row + half, hi, marks), scales, errors, coarseErrors, lengths);
      }
      count++;
    }
    if (count == 3 || (count > 0 && row + 8 >= hi)) {
      levelsOfGroups(groups, count, scratch, pairs, queries, own, width, levels, stride);
      count = 0;
    }
  }
}
