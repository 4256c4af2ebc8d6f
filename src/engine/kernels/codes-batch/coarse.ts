// A first prefilter for many queries at once: the upper halves of the codes of codes.ts, two rows in each lane of 16 bits.
//
// With the upper half h of a code, row v is 16 scale h + residual, and query q is step * digits + remainder, with small digits. So
// q . v <= 16 scale step (h . digits) + |q| |residual| + |remainder| |16 scale h|        (Cauchy-Schwarz).
//
// A lane holds a + 4096 b, where a = h + 8 is of one row and b = h of the row four below it. One multiplication makes the products of both:
// over `chunk` dimensions the sum of the a's stays below 2048, which the caller sees to when it makes the digits, so both sums can be read off.
// That is half the arithmetic of one row in a lane, which limits the speed of a batch.

import { fourTimesTwo, lanes, lowerProduct, slackOf, smallSlackOf, upperHalves } from '../codes/products';
import { unfolded } from '../constants';
import { levelsOf } from './levels';
import { F32s, I16s, I32s, Optional, U8s } from '../types';

/** Dimensions whose sums stay apart; semantic/indexes/shared/coarse-query.ts knows it too. */
const chunk: i32 = 128;

/** Bytes of a digit of a query: 2 here, 1 in coarse.relaxed.ts. */
export function digitBytes(): i32 {
  return 2;
}

/** Spreads the upper halves of two groups of four rows, eight dimensions, to lanes of two rows: the first of both, the second of both, and so on. */
// @ts-ignore: decorator of AssemblyScript
@inline
function spread(a: v128, b: v128, four: v128, upmost: v128, flip: v128, tile: usize): void {
  v128.store(tile, v128.or(v128.and(a, four), v128.xor(i16x8.shl(b, 12), flip)));
  v128.store(tile, v128.or(v128.and(i16x8.shr_u(a, 4), four), v128.xor(v128.and(i16x8.shl(b, 8), upmost), flip)), 16);
  v128.store(tile, v128.or(v128.and(i16x8.shr_u(a, 8), four), v128.xor(v128.and(i16x8.shl(b, 4), upmost), flip)), 32);
  v128.store(tile, v128.or(i16x8.add(i16x8.shr_s(a, 12), i16x8.splat(8)), v128.and(b, upmost)), 48);
}

// @ts-ignore: decorator of AssemblyScript
@inline
function upper(sum: v128, offset: v128, own: usize, scale: v128, error: v128, length: v128): v128 {
  const product = f32x4.mul(f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load32_splat(own)), offset), scale);
  const slack = slackOf(v128.load32_splat(own, 12), v128.load32_splat(own, 16), length, error);
  return f32x4.add(product, slack);
}

/** Bounds of four rows, of which those that `maybe` says are bounded again, by their whole codes. `place` has room for the four. */
function closer(
  uppers: v128, maybe: v128, place: usize, row: i32, query: usize, own: usize, width: i32, low: usize, scales: usize, errors: usize,
  coarseErrors: usize, lengths: usize,
): v128 {
  const at = <usize>row << 2;
  const alpha = v128.load32_splat(own, 12), beta = v128.load32_splat(own, 16);
  const length = v128.load(lengths + at), coarseError = v128.load(coarseErrors + at);
  const rest = f32x4.sub(smallSlackOf(alpha, beta, length, coarseError, v128.load(errors + at)), slackOf(alpha, beta, length, coarseError));
  v128.store(place, f32x4.add(uppers, rest));
  const bias = <i32>load<f32>(own, 8), step = load<f32>(own) * <f32>0.0625;
  for (let bits = i32x4.bitmask(maybe); bits; bits &= bits - 1) {
    const k = ctz(bits), mine = place + (<usize>k << 2);
    const more = <f32>lowerProduct(row + k, query, true, bias, width, low) * step * load<f32>(scales + at + (<usize>k << 2));
    store<f32>(mine, load<f32>(mine) + more);
  }
  return v128.load(place);
}

/**
 * Block job: upper bounds of q . v for the rows lo..hi (lo a multiple of 8) and 2 * pairs queries, as one-byte levels: the bound times a number of
 * the query, cut to 0..255. The level of row r and query k stands at levels + k * stride + r; rows whose flag is 0 or that do not reach the threshold of
 * the query have 0, the others the level of their whole codes.
 * `queries` has the digits of the two of a pair (i16), interleaved by 16 bytes; `own` 32 bytes per query: sixteen steps, offset of the rows a, eight times the sum of the
 * digits, alpha, beta, levels per unit, and the threshold. Scratch: 8 * width bytes and 64 per pair.
 */
export function coarseMany(
  lo: i32, hi: i32, block: i32, scratch: usize, pairs: i32, queries: U8s, own: F32s, width: i32, high: I16s, low: I16s, scales: F32s,
  errors: F32s, coarseErrors: F32s, lengths: F32s, marks: Optional<U8s>, levels: U8s, stride: i32,
): void {
  const four = i16x8.splat(<i16>unfolded(0xf, width)), upmost = i16x8.splat(<i16>unfolded(-4096, width)), flip = i16x8.splat(<i16>unfolded(-32768, width));
  const tileEnd = scratch + (<usize>width << 3), totals = tileEnd, totalsEnd = totals + (<usize>pairs << 6);
  for (let row = lo; row < hi; row += 8) {
    const out = levels + <usize>row;
    if (marks && load<i64>(marks + <usize>row) == 0) {
      for (let k = 0; k < 2 * pairs; k++) store<u64>(out + <usize>k * <usize>stride, 0);
      continue;
    }
    let p = upperHalves(high, row, width), s = upperHalves(high, row + 4, width);
    for (let t = scratch; t < tileEnd; t += 64) {
      spread(v128.load(p), v128.load(s), four, upmost, flip, t);
      p += 16;
      s += 16;
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
    const scaleA = v128.load(scales + at), errorA = v128.load(coarseErrors + at), lengthA = v128.load(lengths + at);
    const scaleB = v128.load(scales + at, 16), errorB = v128.load(coarseErrors + at, 16), lengthB = v128.load(lengths + at, 16);
    const thereA = lanes(row, hi, marks), thereB = lanes(row + 4, hi, marks);
    for (let k = 0; k < 2 * pairs; k++) {
      const mine = own + (<usize>k << 5), place = totals + (<usize>k << 5), to = out + <usize>k * <usize>stride;
      const sumA = v128.load(place), sumB = i32x4.shr_s(i32x4.sub(v128.load(place, 16), sumA), 12);
      let a = upper(sumA, v128.load32_splat(mine, 4), mine, scaleA, errorA, lengthA);
      let b = upper(sumB, i32x4.splat(0), mine, scaleB, errorB, lengthB);
      const least = v128.load32_splat(mine, 24);
      const maybeA = v128.andnot(thereA, f32x4.lt(a, least)), maybeB = v128.andnot(thereB, f32x4.lt(b, least));
      if (!v128.any_true(v128.or(maybeA, maybeB))) {
        store<u64>(to, 0);
        continue;
      }
      const digits = queries + <usize>(k >> 1) * (<usize>width << 2) + (<usize>(k & 1) << 4);
      a = closer(a, maybeA, place, row, digits, mine, width, low, scales, errors, coarseErrors, lengths);
      b = closer(b, maybeB, place, row + 4, digits, mine, width, low, scales, errors, coarseErrors, lengths);
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
 * Lists the rows whose level is at least `least`, by their numbers.
 * @param count how many rows there are, a multiple of 16
 * @returns how many it lists
 */
export function listRows(levels: U8s, count: i32, least: i32, list: I32s): i32 {
  const from = i8x16.splat(<i8>least);
  let found = 0;
  for (let k = 0; k < count; k += 16) {
    for (let bits = i8x16.bitmask(i8x16.ge_u(v128.load(levels + <usize>k), from)); bits; bits &= bits - 1) {
      store<i32>(list + (<usize>found << 2), k + <i32>ctz(bits));
      found++;
    }
  }
  return found;
}
