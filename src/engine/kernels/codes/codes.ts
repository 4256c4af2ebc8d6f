// One byte per dimension for the rows of an exact index, and bounds of inner products from them.
//
// Row v is scale * code + residual, query q is step * digits + remainder. So
// |q . v - scale * step * (code . digits)| <= |q| |residual| + |remainder| |scale * code|     (Cauchy-Schwarz),
// and with |code| <= 127 sqrt(d) that is at most alpha * error + beta * scale, where error bounds |residual| and alpha, beta are
// the query's, made by the caller so that they cover the rounding errors of this computation as well.
//
// Codes are stored in groups of four rows, interleaved by 16 dimensions: 64 bytes, one cache line, which is read in order.

import { codeOf, lanes, products, slackOf } from './products';
import { F32s, I16s, I32s, I8s, Optional, U8s } from '../types';

/** Numbers of an absolute value from `small` to `large` are coded; below that the code is 0, above it the error is infinite. */
const large: f64 = 1e12, small: f64 = 1e-12;

/** Codes of rows lo..hi, of f floats each; width is f rounded up to a multiple of 16. */
export function encodeRows(lo: i32, hi: i32, rows: F32s, f: i32, width: i32, codes: I8s, scales: F32s, errors: F32s): void {
  for (let row = lo; row < hi; row++) {
    const x = rows + <usize>row * (<usize>f << 2);
    const code = codeOf(codes, row, width);
    let most: f64 = 0;
    for (let d = 0; d < f; d++) most = max(most, <f64>abs(load<f32>(x + (<usize>d << 2))));
    let scale: f32 = 0, error: f32 = f32.POSITIVE_INFINITY;
    if (most < large) {
      if (most > small) scale = <f32>(most / 127);
      const inverse: f64 = scale > 0 ? 1 / <f64>scale : 0;
      let sum: f64 = 0;
      for (let d = 0; d < f; d++) {
        const v = <f64>load<f32>(x + (<usize>d << 2));
        const c: f64 = max<f64>(-127, min<f64>(127, floor(v * inverse + 0.5)));
        const rest = v - <f64>scale * c;
        sum += rest * rest;
        store<i8>(code + (<usize>(d & ~15) << 2) + <usize>(d & 15), <i8>c);
      }
      error = <f32>(sqrt(sum) * 1.000001 + 1e-44);
    } else {
      for (let d = 0; d < f; d++) store<i8>(code + (<usize>(d & ~15) << 2) + <usize>(d & 15), 0);
    }
    store<f32>(scales + (<usize>row << 2), scale);
    store<f32>(errors + (<usize>row << 2), error);
  }
}

/** Largest upper and lower bound of four each. The upper bound keeps NaN, so that the row is looked at; the lower one ignores it. */
// @ts-ignore: decorator of AssemblyScript
@inline
function reduce(most: v128, least: v128, out: usize): void {
  most = f32x4.max(most, i32x4.shuffle(most, most, 2, 3, 0, 1));
  least = f32x4.pmax(least, i32x4.shuffle(least, least, 2, 3, 0, 1));
  store<f32>(out, f32x4.extract_lane(f32x4.max(most, i32x4.shuffle(most, most, 1, 0, 3, 2)), 0));
  store<f32>(out, f32x4.extract_lane(f32x4.pmax(least, i32x4.shuffle(least, least, 1, 0, 3, 2)), 0), 4);
}

/**
 * What q . v can be at most, for the rows lo..hi (lo a multiple of 32), in strips of 32: the largest upper bound of each goes to
 * strips, and behind it the largest lower bound. `each` keeps the 32 upper bounds of the last strip, then its lower ones. Rows whose
 * flag is 0 are ignored. query: i16; bounds: step, alpha, beta, 32 bits each.
 */
export function boundRows(
  lo: i32, hi: i32, query: I16s, bounds: F32s, width: i32, codes: I8s, scales: F32s, errors: F32s, marks: Optional<U8s>,
  each: F32s, strips: F32s,
): void {
  const step = v128.load32_splat(bounds), alpha = v128.load32_splat(bounds, 4), beta = v128.load32_splat(bounds, 8);
  const none = f32x4.splat(f32.NEGATIVE_INFINITY);
  for (let strip = lo; strip < hi; strip += 32) {
    let most = none, least = none;
    const end = min(hi, strip + 32);
    for (let row = strip; row < end; row += 4) {
      const out = each + (<usize>(row - strip) << 2);
      if (marks && load<i32>(marks + <usize>row) == 0) {
        v128.store(out, none);
        v128.store(out, none, 128);
        continue;
      }
      const at = <usize>row << 2;
      const scale = v128.load(scales + at), there = lanes(row, hi, marks);
      const product = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(products(row, query, width, codes)), step), scale);
      const slack = slackOf(alpha, beta, scale, v128.load(errors + at));
      const upper = v128.bitselect(f32x4.add(product, slack), none, there);
      const lower = v128.bitselect(f32x4.sub(product, slack), none, there);
      v128.store(out, upper);
      v128.store(out, lower, 128);
      most = f32x4.max(most, upper);
      least = f32x4.pmax(least, lower);
    }
    reduce(most, least, strips + (<usize>strip >> 2));
  }
}

/** Block job: {@link boundRows} for rows lo..hi, lo a multiple of 32. `all` keeps the bounds of every strip, 64 numbers each, as `each` has them. */
export function boundStrips(
  lo: i32, hi: i32, block: i32, scratch: usize, query: I16s, bounds: F32s, width: i32, codes: I8s, scales: F32s, errors: F32s,
  marks: Optional<U8s>, all: F32s, strips: F32s,
): void {
  for (let strip = lo; strip < hi; strip += 32) {
    boundRows(strip, min(hi, strip + 32), query, bounds, width, codes, scales, errors, marks, all + (<usize>strip << 3), strips);
  }
}

/**
 * Upper and lower bounds of q . v, as {@link boundRows} gives them, for `count` groups of four rows that a list names by their
 * numbers: four upper ones, then four lower ones per group. Rows from hi on and rows whose flag is 0 have -infinity for both.
 */
export function boundGroups(
  list: I32s, count: i32, hi: i32, query: I16s, bounds: F32s, width: i32, codes: I8s, scales: F32s, errors: F32s, marks: Optional<U8s>, out: F32s,
): void {
  const step = v128.load32_splat(bounds), alpha = v128.load32_splat(bounds, 4), beta = v128.load32_splat(bounds, 8);
  const none = f32x4.splat(f32.NEGATIVE_INFINITY);
  for (let k = 0; k < count; k++) {
    const row = load<i32>(list + (<usize>k << 2)) << 2;
    const at = <usize>row << 2, place = out + (<usize>k << 5);
    const scale = v128.load(scales + at), there = lanes(row, hi, marks);
    const product = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(products(row, query, width, codes)), step), scale);
    const slack = slackOf(alpha, beta, scale, v128.load(errors + at));
    v128.store(place, v128.bitselect(f32x4.add(product, slack), none, there));
    v128.store(place, v128.bitselect(f32x4.sub(product, slack), none, there), 16);
  }
}

/** a . b over f numbers in 64 bits. Four sums, added as in semantic/indexes/dot.ts, so that both give the same bits. */
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
