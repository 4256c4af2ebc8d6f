// Pairs of rows that may have a large inner product, from codes of one byte per dimension, the first dimensions first.
//
// With q = step_q c_q + r_q, v likewise, P the first dimensions and R the rest,
// q . v <= step_q step_v (c_q . c_v)_P + |q| |r_v| + |r_q| |step_v c_v| + |q_R| |v_R|        (Cauchy-Schwarz, twice),
// which rules most pairs out when the threshold is high: of unit vectors with a share s of their squared length in P it leaves 1 - s to
// the second product. The remaining pairs are compared in all dimensions.
//
// Codes are stored in groups of four rows, interleaved by 16 dimensions: 64 bytes, one cache line, which is read in order.

import { fourTimesTwo, sums } from '../codes/products';
import { F32s, I16s, I32s, I8s } from '../types';

/** Numbers of an absolute value from `small` to `large` are coded; below that the code is 0, above it the error is infinite. */
const large: f64 = 1e12, small: f64 = 1e-12;

/** Where the code of a row begins; its next 16 dimensions follow 64 bytes later. */
// @ts-ignore: decorator of AssemblyScript
@inline
function codeOf(codes: usize, row: i32, width: i32): usize {
  return codes + <usize>(row >> 2) * <usize>(width << 2) + (<usize>(row & 3) << 4);
}

/** Codes of rows lo..hi, of f floats each; width is f rounded up to a multiple of 16. */
export function encodeNear(lo: i32, hi: i32, rows: F32s, f: i32, width: i32, codes: I8s, scales: F32s, errors: F32s): void {
  for (let row = lo; row < hi; row++) {
    const x = rows + <usize>row * (<usize>f << 2), at = <usize>row << 2;
    const code = codeOf(codes, row, width);
    let most: f64 = 0;
    for (let d = 0; d < f; d++) most = max(most, <f64>abs(load<f32>(x + (<usize>d << 2))));
    const coded = most < large;
    const scale: f32 = coded && most > small ? <f32>(most / 127) : 0;
    const inverse: f64 = scale > 0 ? 1 / <f64>scale : 0;
    let sum: f64 = 0;
    for (let d = 0; d < f; d++) {
      const v = coded ? <f64>load<f32>(x + (<usize>d << 2)) : 0;
      const c: f64 = max<f64>(-127, min<f64>(127, floor(v * inverse + 0.5)));
      const rest = v - <f64>scale * c;
      sum += rest * rest;
      store<i8>(code + (<usize>(d & ~15) << 2) + <usize>(d & 15), <i8>c);
    }
    store<f32>(scales + at, scale);
    store<f32>(errors + at, coded ? <f32>(sqrt(sum) * 1.000001 + 1e-44) : f32.POSITIVE_INFINITY);
  }
}

/** Spreads the dimensions from..to (multiples of 16) of four rows to i16, interleaved by 8 dimensions. */
// @ts-ignore: decorator of AssemblyScript
@inline
function spread(code: usize, from: i32, to: i32, tile: usize): void {
  code += <usize>from << 2;
  const end = tile + (<usize>to << 3);
  for (let t = tile + (<usize>from << 3); t < end; t += 128) {
    v128.store(t, v128.load8x8_s(code));
    v128.store(t, v128.load8x8_s(code, 16), 16);
    v128.store(t, v128.load8x8_s(code, 32), 32);
    v128.store(t, v128.load8x8_s(code, 48), 48);
    v128.store(t, v128.load8x8_s(code, 8), 64);
    v128.store(t, v128.load8x8_s(code, 24), 80);
    v128.store(t, v128.load8x8_s(code, 40), 96);
    v128.store(t, v128.load8x8_s(code, 56), 112);
    code += 64;
  }
}

/** All ones in the lanes of the rows that may reach the threshold; NaN counts as reaching it. */
// @ts-ignore: decorator of AssemblyScript
@inline
function reach(sum: v128, own: usize, scale: v128, error: v128, length: v128, more: v128, threshold: v128): v128 {
  const product = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sum), v128.load32_splat(own)), scale);
  const slack = f32x4.add(f32x4.mul(v128.load32_splat(own, 4), error), f32x4.mul(v128.load32_splat(own, 8), length));
  return v128.not(f32x4.lt(f32x4.add(f32x4.add(product, slack), more), threshold));
}

/**
 * Block job: which of the rows first + lo .. first + hi may have an inner product of `threshold` with each of 2 * pairs queries: bit k
 * of the i32 of a row in `marks` for query k. `queries` has the two of a pair (i16), interleaved by 8 dimensions, `own` four numbers per query: step,
 * length, error, length of the rest. Rows have theirs in scales, errors, lengths, rests. Scratch: 8 * width + 32 bytes.
 * @param first a multiple of 4
 * @param prefix how many dimensions are looked at first; it and width are multiples of 16
 */
export function nearRows(
  lo: i32, hi: i32, block: i32, scratch: usize, first: i32, pairs: i32, queries: I16s, own: F32s, width: i32, prefix: i32,
  codes: I8s, scales: F32s, errors: F32s, lengths: F32s, rests: F32s, threshold: f32, marks: I32s,
): void {
  const least = f32x4.splat(threshold), none = f32x4.splat(0);
  const prefixEnd = scratch + (<usize>prefix << 3), tileEnd = scratch + (<usize>width << 3);
  for (let row = first + lo; row < first + hi; row += 4) {
    const code = codeOf(codes, row, width), at = <usize>row << 2;
    spread(code, 0, prefix, scratch);
    let whole = false;
    const scale = v128.load(scales + at), error = v128.load(errors + at), length = v128.load(lengths + at), rest = v128.load(rests + at);
    let found = i32x4.splat(0);
    for (let pair = 0; pair < pairs; pair++) {
      const q = queries + <usize>pair * (<usize>width << 2);
      fourTimesTwo(scratch, 16, 64, prefixEnd, q, 16, 32, tileEnd, false);
      for (let side = 0; side < 2; side++) {
        const mine = own + (<usize>(2 * pair + side) << 4);
        let sum = v128.load(tileEnd + (<usize>side << 4));
        const maybe = reach(sum, mine, scale, error, length, f32x4.mul(v128.load32_splat(mine, 12), rest), least);
        if (!v128.any_true(maybe)) continue;
        if (!whole) spread(code, prefix, width, scratch);
        whole = true;
        let x = i32x4.splat(0), y = x, z = x, w = x;
        let p = q + ((prefixEnd - scratch) >> 1) + (<usize>side << 4);
        for (let t = prefixEnd; t < tileEnd; t += 64) {
          const u = v128.load(p);
          x = i32x4.add(x, i32x4.dot_i16x8_s(v128.load(t), u));
          y = i32x4.add(y, i32x4.dot_i16x8_s(v128.load(t, 16), u));
          z = i32x4.add(z, i32x4.dot_i16x8_s(v128.load(t, 32), u));
          w = i32x4.add(w, i32x4.dot_i16x8_s(v128.load(t, 48), u));
          p += 32;
        }
        sum = i32x4.add(sum, sums(x, y, z, w));
        const left = v128.and(maybe, reach(sum, mine, scale, error, length, none, least));
        found = v128.or(found, v128.and(left, i32x4.splat(1 << (2 * pair + side))));
      }
    }
    v128.store(marks + at, found);
  }
}
