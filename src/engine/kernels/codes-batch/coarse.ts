// A first, coarser prefilter for many queries at once: the upper four bits of the codes of codes.ts, two rows in each lane of 16 bits.
//
// With h = code >> 4, row v is scale (16 h + 7.5) + residual, and query q is step * digits + remainder, with small digits. So
// q . v <= scale step ((16 h + 7.5) . digits) + |q| |residual| + |remainder| |scale (16 h + 7.5)|        (Cauchy-Schwarz).
//
// A lane holds a + 4096 b, where a = h + 8 is of one row and b = h of the row four below it. One multiplication makes the products of both:
// over `chunk` dimensions the sum of the a's stays below 2048, which the caller sees to when it makes the digits, so both sums can be read off.
// That is half the arithmetic of 8-bit codes, which limits the speed of a batch.

import { codeOf, fourTimesTwo, lanes, products, slackOf } from '../codes/products';
import { F32s, I16s, I32s, I8s, Optional, U8s } from '../types';

/** Dimensions whose sums stay apart; semantic/indexes/coarse-query.ts knows it too. */
const chunk: i32 = 128;

/** How far the rows lo..hi are from the upper bits of their codes, and how long what these stand for is. A row without a code is infinitely far. */
export function coarseErrors(
  lo: i32, hi: i32, rows: F32s, f: i32, width: i32, codes: I8s, scales: F32s, fineErrors: F32s, errors: F32s, lengths: F32s,
): void {
  for (let row = lo; row < hi; row++) {
    const x = rows + <usize>row * (<usize>f << 2);
    const code = codeOf(codes, row, width), at = <usize>row << 2;
    const scale = <f64>load<f32>(scales + at);
    let sum: f64 = 0, squares: f64 = 0;
    for (let d = 0; d < f; d++) {
      const w = scale * (<f64>(load<i8>(code + (<usize>(d & ~15) << 2) + <usize>(d & 15)) >> 4) * 16 + 7.5);
      const rest = <f64>load<f32>(x + (<usize>d << 2)) - w;
      sum += rest * rest;
      squares += w * w;
    }
    const coded = load<f32>(fineErrors + at) < f32.POSITIVE_INFINITY;
    store<f32>(errors + at, coded ? <f32>(sqrt(sum) * 1.000001 + 1e-44) : f32.POSITIVE_INFINITY);
    store<f32>(lengths + at, <f32>(sqrt(squares) * 1.000001 + 1e-44));
  }
}

/** The upper four bits of two codes in one lane. */
// @ts-ignore: decorator of AssemblyScript
@inline
function pack(a: v128, b: v128): v128 {
  return v128.or(i16x8.add(i16x8.shr_s(a, 4), i16x8.splat(8)), v128.and(i16x8.shl(b, 8), i16x8.splat(-4096)));
}

// @ts-ignore: decorator of AssemblyScript
@inline
function upper(sum: v128, offset: v128, own: usize, scale: v128, error: v128, length: v128): v128 {
  const product = f32x4.mul(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load32_splat(own)), offset), scale);
  const slack = slackOf(v128.load32_splat(own, 12), v128.load32_splat(own, 16), length, error);
  return f32x4.add(product, slack);
}

/** Bounds quantized to integers up to 255, monotonically; NaN becomes 255. */
// @ts-ignore: decorator of AssemblyScript
@inline
function levelsOf(bounds: v128, own: usize): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.pmin(f32x4.splat(255), f32x4.mul(bounds, v128.load32_splat(own, 20))));
}

/** Upper bounds of four rows by their whole codes. */
function closer(row: i32, query: usize, bounds: usize, width: i32, codes: usize, scales: usize, errors: usize): v128 {
  const at = <usize>row << 2;
  const scale = v128.load(scales + at), step = v128.load32_splat(bounds);
  const product = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(products(row, query, width, codes)), step), scale);
  const slack = slackOf(v128.load32_splat(bounds, 4), v128.load32_splat(bounds, 8), scale, v128.load(errors + at));
  return f32x4.add(product, slack);
}

/**
 * Block job: upper bounds of q . v for the rows lo..hi (lo a multiple of 8) and 2 * pairs queries, as one-byte levels: the bound times a number of
 * the query, cut to 0..255. The level of row r and query k stands at levels + k * stride + r; rows whose flag is 0 or that do not reach the threshold of
 * the query have 0. If the query says so, the level of those that do is that of their whole codes, which are in the cache.
 * `queries` has the two of a pair (i16), interleaved by 8 dimensions; `own` 32 bytes per query: step of 16, offset of the rows a, offset of the rows b, alpha,
 * beta, levels per unit, the threshold, and whether (i32) whole codes are asked for. `fines` and `bounds` are what boundRows of codes.ts takes as query and bounds, one query
 * after the other. Scratch: 8 * width bytes and 64 per pair.
 */
export function coarseMany(
  lo: i32, hi: i32, block: i32, scratch: usize, pairs: i32, queries: I16s, own: F32s, width: i32, codes: I8s, scales: F32s,
  errors: F32s, lengths: F32s, fines: I16s, bounds: F32s, fineErrors: F32s, marks: Optional<U8s>, levels: U8s, stride: i32,
): void {
  const tileEnd = scratch + (<usize>width << 3), totals = tileEnd, totalsEnd = totals + (<usize>pairs << 6);
  for (let row = lo; row < hi; row += 8) {
    const out = levels + <usize>row;
    if (marks && load<i64>(marks + <usize>row) == 0) {
      for (let k = 0; k < 2 * pairs; k++) store<u64>(out + <usize>k * <usize>stride, 0);
      continue;
    }
    let p = codeOf(codes, row, width), s = codeOf(codes, row + 4, width);
    for (let t = scratch; t < tileEnd; t += 128) {
      v128.store(t, pack(v128.load8x8_s(p), v128.load8x8_s(s)));
      v128.store(t, pack(v128.load8x8_s(p, 16), v128.load8x8_s(s, 16)), 16);
      v128.store(t, pack(v128.load8x8_s(p, 32), v128.load8x8_s(s, 32)), 32);
      v128.store(t, pack(v128.load8x8_s(p, 48), v128.load8x8_s(s, 48)), 48);
      v128.store(t, pack(v128.load8x8_s(p, 8), v128.load8x8_s(s, 8)), 64);
      v128.store(t, pack(v128.load8x8_s(p, 24), v128.load8x8_s(s, 24)), 80);
      v128.store(t, pack(v128.load8x8_s(p, 40), v128.load8x8_s(s, 40)), 96);
      v128.store(t, pack(v128.load8x8_s(p, 56), v128.load8x8_s(s, 56)), 112);
      p += 64;
      s += 64;
    }
    for (let place = totals; place < totalsEnd; place += 16) v128.store(place, i32x4.splat(0));
    let q = queries;
    for (let pair = 0; pair < pairs; pair++) {
      const place = totals + (<usize>pair << 6);
      for (let from = scratch; from < tileEnd; from += <usize>chunk << 3) {
        const to = min(from + (<usize>chunk << 3), tileEnd);
        fourTimesTwo(from, 16, 64, to, q, 16, 32, place, true);
        q += (to - from) >> 1;
      }
    }
    const at = <usize>row << 2;
    const scaleA = v128.load(scales + at), errorA = v128.load(errors + at), lengthA = v128.load(lengths + at);
    const scaleB = v128.load(scales + at, 16), errorB = v128.load(errors + at, 16), lengthB = v128.load(lengths + at, 16);
    const thereA = lanes(row, hi, marks), thereB = lanes(row + 4, hi, marks);
    for (let k = 0; k < 2 * pairs; k++) {
      const mine = own + (<usize>k << 5), place = totals + (<usize>k << 5), to = out + <usize>k * <usize>stride;
      const sumA = v128.load(place), sumB = i32x4.shr_s(i32x4.sub(v128.load(place, 16), sumA), 12);
      let a = upper(sumA, v128.load32_splat(mine, 4), mine, scaleA, errorA, lengthA);
      let b = upper(sumB, v128.load32_splat(mine, 8), mine, scaleB, errorB, lengthB);
      const least = v128.load32_splat(mine, 24);
      const maybeA = v128.andnot(thereA, f32x4.lt(a, least)), maybeB = v128.andnot(thereB, f32x4.lt(b, least));
      if (!v128.any_true(v128.or(maybeA, maybeB))) {
        store<u64>(to, 0);
        continue;
      }
      if (load<i32>(mine, 28)) {
        const fine = fines + <usize>k * (<usize>width << 1), fineBounds = bounds + (<usize>k << 4);
        if (v128.any_true(maybeA)) a = closer(row, fine, fineBounds, width, codes, scales, fineErrors);
        if (v128.any_true(maybeB)) b = closer(row + 4, fine, fineBounds, width, codes, scales, fineErrors);
      }
      const both = i16x8.narrow_i32x4_s(v128.and(levelsOf(a, mine), maybeA), v128.and(levelsOf(b, mine), maybeB));
      v128.store64_lane(to, i8x16.narrow_i16x8_u(both, both), 0);
    }
  }
}

/** How many of `count` levels (a multiple of 16) are at least `least`. */
export function countLevels(levels: U8s, count: i32, least: i32): i32 {
  const from = i8x16.splat(<i8>least);
  let total = 0;
  for (let k = 0; k < count; k += 16) total += popcnt(i8x16.bitmask(i8x16.ge_u(v128.load(levels + <usize>k), from)));
  return total;
}

/**
 * Lists the groups of four rows whose highest level is at least `least` and below `end` (256: no end), by their numbers.
 * @param count how many rows there are, a multiple of 16
 * @returns how many it lists
 */
export function listGroups(levels: U8s, count: i32, least: i32, end: i32, list: I32s): i32 {
  const from = i8x16.splat(<i8>least), above = i8x16.splat(<i8>(end - 1));
  const none = i32x4.splat(0);
  let found = 0;
  for (let k = 0; k < count; k += 16) {
    const v = v128.load(levels + <usize>k);
    const some = i8x16.ge_u(v, from);
    if (!v128.any_true(some)) continue;
    const bits = i32x4.bitmask(v128.and(i32x4.ne(some, none), i32x4.eq(i8x16.gt_u(v, above), none)));
    for (let g = 0; g < 4; g++) {
      if (!((bits >> g) & 1)) continue;
      store<i32>(list + (<usize>found << 2), (k >> 2) + g);
      found++;
    }
  }
  return found;
}
