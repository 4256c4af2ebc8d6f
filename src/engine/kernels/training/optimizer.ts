import { F32s, I32s, Optional } from '../types';

/**
 * Groups links by the row they point to: `head` (one per row, -1 = none) and `next` (one per link) become chains in the order of the links,
 * `touched` the distinct rows. A link with row -1 counts for nothing. @returns how many rows are touched
 */
export function groupLinks(count: i32, rows: I32s, head: I32s, next: I32s, touched: I32s): i32 {
  let distinct = 0;
  for (let link = count - 1; link >= 0; link--) {
    const row = load<i32>(rows + ((<usize>link) << 2));
    if (row < 0) continue;
    const place = head + ((<usize>row) << 2);
    const first = load<i32>(place);
    if (first < 0) {
      store<i32>(touched + ((<usize>distinct) << 2), row);
      distinct++;
    }
    store<i32>(next + ((<usize>link) << 2), first);
    store<i32>(place, link);
  }
  return distinct;
}

/** One step of Adam (Kingma & Ba 2015) for four numbers; `rate` and `epsilon` come with the corrections for the start worked in. */
// @ts-ignore: decorator of AssemblyScript
@inline
function adam(x: usize, m: usize, v: usize, g: v128, beta1: f32, beta2: f32, rate: f32, epsilon: f32, decay: f32): void {
  const mean = f32x4.add(f32x4.mul(f32x4.splat(beta1), v128.load(m)), f32x4.mul(f32x4.splat(<f32>1 - beta1), g));
  const square = f32x4.add(f32x4.mul(f32x4.splat(beta2), v128.load(v)), f32x4.mul(f32x4.splat(<f32>1 - beta2), f32x4.mul(g, g)));
  v128.store(m, mean);
  v128.store(v, square);
  const step = f32x4.div(f32x4.mul(f32x4.splat(rate), mean), f32x4.add(f32x4.sqrt(square), f32x4.splat(epsilon)));
  v128.store(x, f32x4.sub(f32x4.mul(f32x4.splat(<f32>1 - decay), v128.load(x)), step));
}

/**
 * Block job over touched rows lo..hi of a table (see groupLinks): the gradient of a row is the sum over its links of weight x the source row
 * in `slots`, plus `regularization` x the row; then a step of Adam for this row only ("lazy": rows without a gradient keep their moments).
 * Chains are cleared. Scratch: one row.
 */
export function adamRows(
  lo: i32, hi: i32, block: i32, scratch: usize,
  touched: I32s, head: I32s, next: I32s, slots: I32s, weights: Optional<F32s>, sources: F32s,
  table: F32s, means: F32s, squares: F32s, width: i32,
  beta1: f32, beta2: f32, rate: f32, epsilon: f32, regularization: f32, decay: f32,
): void {
  const s: usize = (<usize>width) << 2;
  for (let k = lo; k < hi; k++) {
    const row = <usize>load<i32>(touched + ((<usize>k) << 2));
    const x = table + row * s;
    const pull = f32x4.splat(regularization);
    for (let e: usize = 0; e < s; e += 16) v128.store(scratch + e, f32x4.mul(pull, v128.load(x + e)));
    for (let link = load<i32>(head + (row << 2)); link >= 0; link = load<i32>(next + ((<usize>link) << 2))) {
      const source = sources + <usize>load<i32>(slots + ((<usize>link) << 2)) * s;
      const weight = f32x4.splat(weights ? load<f32>(weights + ((<usize>link) << 2)) : 1);
      for (let e: usize = 0; e < s; e += 16) {
        v128.store(scratch + e, f32x4.add(v128.load(scratch + e), f32x4.mul(weight, v128.load(source + e))));
      }
    }
    store<i32>(head + (row << 2), -1);
    for (let e: usize = 0; e < s; e += 16) {
      adam(x + e, means + row * s + e, squares + row * s + e, v128.load(scratch + e), beta1, beta2, rate, epsilon, decay);
    }
  }
}

/**
 * Block job over numbers lo..hi (multiples of 4) of dense parameters: the gradient is the sum of `parts` arrays, `stride` numbers apart, in
 * their order, plus `regularization` x the number; then a step of Adam. The parts are cleared.
 */
export function adamDense(
  lo: i32, hi: i32, block: i32, scratch: usize,
  gradients: F32s, parts: i32, stride: i32, values: F32s, means: F32s, squares: F32s,
  beta1: f32, beta2: f32, rate: f32, epsilon: f32, regularization: f32, decay: f32,
): void {
  const apart: usize = (<usize>stride) << 2;
  const zero = f32x4.splat(0);
  for (let e: usize = (<usize>lo) << 2, end = (<usize>hi) << 2; e < end; e += 16) {
    let g = f32x4.mul(f32x4.splat(regularization), v128.load(values + e));
    for (let part = 0, at = gradients + e; part < parts; part++, at += apart) {
      g = f32x4.add(g, v128.load(at));
      v128.store(at, zero);
    }
    adam(values + e, means + e, squares + e, g, beta1, beta2, rate, epsilon, decay);
  }
}

/**
 * Block job: rows lo..hi of out become the rows of a table that `indices` names, times `scale`, plus what stands there if `add` is 1. An index of -1
 * gives zeros.
 */
export function gatherRows(
  lo: i32, hi: i32, block: i32, scratch: usize, table: F32s, width: i32, indices: I32s, scale: f32, add: i32, out: F32s,
): void {
  const s: usize = (<usize>width) << 2;
  const factor = f32x4.splat(scale);
  for (let k = lo; k < hi; k++) {
    const index = load<i32>(indices + ((<usize>k) << 2));
    const to = out + <usize>k * s;
    if (!add) memory.fill(to, 0, s);
    if (index < 0) continue;
    const from = table + <usize>index * s;
    for (let e: usize = 0; e < s; e += 16) v128.store(to + e, f32x4.add(v128.load(to + e), f32x4.mul(factor, v128.load(from + e))));
  }
}

/** Block job: rows lo..hi of `parts` arrays, `stride` numbers apart, are added in their order into the first, and the others cleared. */
export function sumParts(lo: i32, hi: i32, block: i32, scratch: usize, values: F32s, width: i32, parts: i32, stride: i32): void {
  const apart: usize = (<usize>stride) << 2;
  for (let e = ((<usize>lo * <usize>width) << 2), end = ((<usize>hi * <usize>width) << 2); e < end; e += 16) {
    let sum = v128.load(values + e);
    for (let part = 1, at = values + e + apart; part < parts; part++, at += apart) {
      sum = f32x4.add(sum, v128.load(at));
      v128.store(at, f32x4.splat(0));
    }
    v128.store(values + e, sum);
  }
}
