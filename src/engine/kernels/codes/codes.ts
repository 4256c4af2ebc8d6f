// One byte per dimension for the rows of an exact index, in two halves, and bounds of inner products from them.
//
// Row v is scale * code + residual, query q is step * digits + remainder. So
// |q . v - scale * step * (code . digits)| <= |q| |residual| + |remainder| |scale * code|     (Cauchy-Schwarz),
// and alpha and beta, which are the query's and stand for |q| and |remainder|, are made by the caller so that they cover the rounding errors of this
// computation as well. The same holds with 16 h instead of code = 16 h + l, where h and l have four bits: the residual is then longer, but the
// halves h of all rows are half as much to read, and few rows are left whose l has to be looked at.
//
// The upper halves are stored in groups of four rows, 16 bits for each dimension, which are read in order: those of the first three rows with 8 added, from
// the lowest bits on, that of the last row as a signed number. Lower halves are stored row by row, 32 dimensions in 16 bytes, with 8 added: lane k of 16 bits has
// those of the dimensions k, 8 + k, 16 + k and 24 + k, from the lowest bits on.

import { lanes, lowerProduct, slackOf, smallSlackOf, together, touch, upperHalves, upperProducts } from './products';
import { F32s, I16s, I32s, Optional, U8s } from '../types';

/** Numbers of an absolute value from `small` to `large` are coded; below that the code is 0, above it the errors are infinite. */
const large: f64 = 1e12, small: f64 = 1e-12;
/** Codes are from -this to this: their upper halves then are from -7 to 7. */
const largest: f64 = 119;

/** Puts four bits in place of those that begin at `shift` of 16 bits. */
// @ts-ignore: decorator of AssemblyScript
@inline
function put(at: usize, shift: i32, bits: i32): void {
  store<u16>(at, <u16>((<i32>load<u16>(at) & ~(15 << shift)) | (bits << shift)));
}

/**
 * Codes of rows lo..hi, of f floats each; width is f rounded up to a multiple of 32. `errors` is what whole codes leave, `coarseErrors` what their upper halves
 * leave, and `lengths` is how long what these stand for is.
 */
export function encodeRows(
  lo: i32, hi: i32, rows: F32s, f: i32, width: i32, high: I16s, low: I16s, scales: F32s, errors: F32s, coarseErrors: F32s, lengths: F32s,
): void {
  for (let row = lo; row < hi; row++) {
    const x = rows + <usize>row * (<usize>f << 2), at = <usize>row << 2;
    const upper = upperHalves(high, row, width), lower = low + <usize>row * (<usize>width >> 1);
    const shift = (row & 3) << 2, flip = (row & 3) == 3 ? 8 : 0;
    let most: f64 = 0;
    for (let d = 0; d < f; d++) most = max(most, <f64>abs(load<f32>(x + (<usize>d << 2))));
    const coded = most < large;
    const scale: f32 = coded && most > small ? <f32>(most / largest) : 0;
    const inverse: f64 = scale > 0 ? 1 / <f64>scale : 0;
    let sum: f64 = 0, coarse: f64 = 0, squares: f64 = 0;
    for (let d = 0; d < f; d++) {
      const v = coded ? <f64>load<f32>(x + (<usize>d << 2)) : 0;
      const code = <i32>floor(v * inverse + 0.5) + 8;
      const rest = v - <f64>scale * <f64>(code - 8), half = <f64>scale * <f64>(code & -16);
      sum += rest * rest;
      coarse += (v - half) * (v - half);
      squares += half * half;
      put(upper + (<usize>d << 1), shift, ((code >> 4) + 8) ^ flip);
      put(lower + (<usize>(d & ~31) >> 1) + (<usize>(d & 7) << 1), (d >> 1) & 12, code & 15);
    }
    store<f32>(scales + at, scale);
    store<f32>(errors + at, coded ? <f32>(sqrt(sum) * 1.000001 + 1e-44) : f32.POSITIVE_INFINITY);
    store<f32>(coarseErrors + at, coded ? <f32>(sqrt(coarse) * 1.000001 + 1e-44) : f32.POSITIVE_INFINITY);
    store<f32>(lengths + at, <f32>(sqrt(squares) * 1.000001 + 1e-44));
  }
}

/**
 * Block job: what q . v can be at most by the upper halves of codes, for the rows lo..hi (lo a multiple of 32), and the largest of each strip of 32. Rows
 * whose flag is 0 have -infinity. query: i16; bounds: step, alpha, beta, bias, 32 bits each.
 */
export function boundStrips(
  lo: i32, hi: i32, block: i32, scratch: usize, query: I16s, bounds: F32s, width: i32, high: I16s, scales: F32s, coarseErrors: F32s, lengths: F32s,
  marks: Optional<U8s>, uppers: F32s, strips: F32s,
): void {
  const step = v128.load32_splat(bounds), alpha = v128.load32_splat(bounds, 4), beta = v128.load32_splat(bounds, 8);
  const bias = <i32>load<f32>(bounds, 12);
  const none = f32x4.splat(f32.NEGATIVE_INFINITY);
  for (let strip = lo; strip < hi; strip += 32) {
    let most = none;
    const end = min(hi, strip + 32);
    for (let row = strip; row < end; row += 4) {
      const at = <usize>row << 2;
      if (marks && load<i32>(marks + <usize>row) == 0) {
        v128.store(uppers + at, none);
        continue;
      }
      const product = f32x4.mul(f32x4.mul(upperProducts(row, query, bias, width, high), step), v128.load(scales + at));
      const upper = f32x4.add(product, slackOf(alpha, beta, v128.load(lengths + at), v128.load(coarseErrors + at)));
      const there = v128.bitselect(upper, none, lanes(row, hi, marks));
      v128.store(uppers + at, there);
      most = f32x4.max(most, there); // keeps NaN, so that the row is looked at
    }
    most = f32x4.max(most, i32x4.shuffle(most, most, 2, 3, 0, 1));
    store<f32>(strips + (<usize>strip >> 3), f32x4.extract_lane(f32x4.max(most, i32x4.shuffle(most, most, 1, 0, 3, 2)), 0));
  }
}

/**
 * What q . v can be at most by whole codes, for `count` rows that a list names. `uppers` has what {@link boundStrips} says of all rows, so that upper halves
 * need not be read again.
 */
export function refineRows(
  list: I32s, count: i32, query: I16s, bounds: F32s, width: i32, low: I16s, scales: F32s, errors: F32s, coarseErrors: F32s, lengths: F32s,
  uppers: F32s, out: F32s,
): void {
  const step = <f64>load<f32>(bounds), bias = <i32>load<f32>(bounds, 12);
  const alpha = v128.load32_splat(bounds, 4), beta = v128.load32_splat(bounds, 8);
  for (let k = 0; k < count; k++) {
    const row = load<i32>(list + (<usize>k << 2)), at = <usize>row << 2, place = out + (<usize>k << 2);
    if (k % together == 0) store<i32>(place, touch(list + (<usize>k << 2), min(together, count - k), <usize>width >> 1, low));
    const length = v128.load32_splat(lengths + at), coarseError = v128.load32_splat(coarseErrors + at);
    const wide = <f64>f32x4.extract_lane(slackOf(alpha, beta, length, coarseError), 0);
    const slack = <f64>f32x4.extract_lane(smallSlackOf(alpha, beta, length, coarseError, v128.load32_splat(errors + at)), 0);
    const rest = <f64>lowerProduct(row, query, false, bias, width, low) * step * <f64>load<f32>(scales + at);
    store<f32>(place, <f32>(<f64>load<f32>(uppers + at) - wide + rest + slack));
  }
}

/** a . b over f numbers in 64 bits. Four sums, added as in numeric/dot.ts, so that both give the same bits. */
export function dot64(a: F32s, b: F32s, f: i32): f64 {
  let s01 = f64x2.splat(0), s23 = s01;
  const whole = f & ~3;
  const end = a + (<usize>whole << 2);
  while (a < end) {
    const x0 = f64x2.promote_low_f32x4(v128.load64_zero(a)), x2 = f64x2.promote_low_f32x4(v128.load64_zero(a, 8));
    s01 = f64x2.add(s01, f64x2.mul(x0, f64x2.promote_low_f32x4(v128.load64_zero(b))));
    s23 = f64x2.add(s23, f64x2.mul(x2, f64x2.promote_low_f32x4(v128.load64_zero(b, 8))));
    a += 16;
    b += 16;
  }
  let s0 = f64x2.extract_lane(s01, 0);
  for (let k = whole; k < f; k++) {
    s0 += <f64>load<f32>(a) * <f64>load<f32>(b);
    a += 4;
    b += 4;
  }
  return s0 + f64x2.extract_lane(s01, 1) + (f64x2.extract_lane(s23, 0) + f64x2.extract_lane(s23, 1));
}
