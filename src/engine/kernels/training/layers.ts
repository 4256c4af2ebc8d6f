import { dot, sum4 } from '../dense/vector';
import { F32s, Optional } from '../types';
import { multiply, multiplyTransposed } from './multiply';
import { exp4, fourBits, fourFurther, fourPlaces } from './numbers';

/** Block job: rows lo..hi of y = x w + b. w is inputs x outputs, both multiples of 8. Scratch: inputs x 8 floats. */
export function linearForward(
  lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, inputs: i32, w: F32s, b: Optional<F32s>, outputs: i32, y: F32s,
): void {
  const from: usize = (<usize>inputs) << 2,
    to: usize = (<usize>outputs) << 2;
  for (let row = lo; row < hi; row++) {
    if (b) memory.copy(y + <usize>row * to, b, to);
    else memory.fill(y + <usize>row * to, 0, to);
  }
  multiply(x + <usize>lo * from, from, 4, w, to, y + <usize>lo * to, to, hi - lo, inputs, outputs, scratch);
}

/**
 * Block job: from rows lo..hi of dy, the gradient of y = x w + b: dx = dy w^T, and what these rows add to the gradients of w and b, which
 * block k finds `stride` * k numbers behind dw and db. Scratch: 8 floats for each of outputs or rows, whichever are more.
 */
export function linearBackward(
  lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, inputs: i32, w: F32s, outputs: i32, dy: F32s,
  dx: Optional<F32s>, dw: F32s, db: Optional<F32s>, stride: i32,
): void {
  const from: usize = (<usize>inputs) << 2,
    to: usize = (<usize>outputs) << 2,
    own: usize = (<usize>block * <usize>stride) << 2;
  const m = hi - lo;
  const rows = dy + <usize>lo * to;
  multiply(x + <usize>lo * from, 4, from, rows, to, dw + own, to, inputs, m, outputs, scratch);
  if (db) addRows(rows, m, to, db + own);
  if (!dx) return;
  memory.fill(dx + <usize>lo * from, 0, <usize>m * from);
  multiplyTransposed(rows, to, w, to, dx + <usize>lo * from, from, m, outputs, inputs, scratch);
}

/** sum += each of m rows of s bytes */
// @ts-ignore: decorator of AssemblyScript
@inline
function addRows(rows: usize, m: i32, s: usize, sum: usize): void {
  for (let row = 0; row < m; row++, rows += s) {
    for (let e: usize = 0; e < s; e += 16) v128.store(sum + e, f32x4.add(v128.load(sum + e), v128.load(rows + e)));
  }
}

/** tanh x, from e^2x. */
// @ts-ignore: decorator of AssemblyScript
@inline
function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp4(f32x4.add(x, x)), one)));
}

/**
 * Block job: y = f(x) for rows lo..hi; `kind` 1: max(x, 0); 2: GELU, x / 2 (1 + tanh(sqrt(2 / pi) (x + .044715 x^3))) (Hendrycks & Gimpel 2016),
 * whose f'(x) goes to `slopes`, which may be x: the way back then needs no tanh.
 */
export function activationForward(
  lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, width: i32, kind: i32, y: F32s, slopes: Optional<F32s>,
): void {
  const end = (<usize>hi * <usize>width) << 2;
  let e = (<usize>lo * <usize>width) << 2;
  if (kind == 1) {
    for (; e < end; e += 16) v128.store(y + e, f32x4.max(v128.load(x + e), f32x4.splat(0)));
    return;
  }
  // Two at a time share the constants of the exponential.
  for (; e < end; e += 32) {
    gelu(x + e, y + e, slopes ? slopes + e : 0);
    gelu(x + e + 16, y + e + 16, slopes ? slopes + e + 16 : 0);
  }
}

// @ts-ignore: decorator of AssemblyScript
@inline
function gelu(x: usize, y: usize, slope: usize): void {
  const one = f32x4.splat(1), half = f32x4.splat(0.5);
  const v = v128.load(x);
  const square = f32x4.mul(v, v);
  const t = tanh4(f32x4.mul(v, f32x4.add(f32x4.splat(0.7978845608), f32x4.mul(f32x4.splat(0.03567740814), square))));
  v128.store(y, f32x4.mul(f32x4.mul(half, v), f32x4.add(one, t)));
  if (!slope) return;
  const rise = f32x4.add(f32x4.splat(0.7978845608), f32x4.mul(f32x4.splat(0.1070322244), square));
  const bend = f32x4.mul(f32x4.mul(v, rise), f32x4.sub(one, f32x4.mul(t, t)));
  v128.store(slope, f32x4.mul(half, f32x4.add(f32x4.add(one, t), bend)));
}

/** Block job: dx = dy f'(x) for rows lo..hi; dx may be dy. Of `kind` 2, x is the slopes. */
export function activationBackward(
  lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, width: i32, kind: i32, dy: F32s, dx: F32s,
): void {
  for (let e = (<usize>lo * <usize>width) << 2, end = (<usize>hi * <usize>width) << 2; e < end; e += 16) {
    const v = v128.load(x + e);
    const d = v128.load(dy + e);
    v128.store(dx + e, kind == 1 ? v128.and(d, f32x4.gt(v, f32x4.splat(0))) : f32x4.mul(d, v));
  }
}

/** Block job: rows lo..hi of y = gain (x - mean) / sqrt(variance + 1e-6) + shift (Ba et al. 2016); `stats` keeps mean and 1 / sqrt of each row. */
export function layerNormForward(
  lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, width: i32, gain: F32s, shift: F32s, y: F32s, stats: F32s,
): void {
  const s: usize = (<usize>width) << 2;
  for (let row = lo; row < hi; row++) {
    const from = x + <usize>row * s,
      to = y + <usize>row * s;
    let sum = f32x4.splat(0);
    for (let e: usize = 0; e < s; e += 16) sum = f32x4.add(sum, v128.load(from + e));
    const mean = sum4(sum) / <f32>width;
    const center = f32x4.splat(mean);
    let squares = f32x4.splat(0);
    for (let e: usize = 0; e < s; e += 16) {
      const d = f32x4.sub(v128.load(from + e), center);
      squares = f32x4.add(squares, f32x4.mul(d, d));
    }
    const inverse = <f32>1 / sqrt<f32>(sum4(squares) / <f32>width + <f32>1e-6);
    const scale = f32x4.splat(inverse);
    for (let e: usize = 0; e < s; e += 16) {
      const unit = f32x4.mul(f32x4.sub(v128.load(from + e), center), scale);
      v128.store(to + e, f32x4.add(f32x4.mul(unit, v128.load(gain + e)), v128.load(shift + e)));
    }
    store<f32>(stats + ((<usize>row) << 3), mean);
    store<f32>(stats + ((<usize>row) << 3), inverse, 4);
  }
}

/**
 * Block job: the gradient of layerNormForward for rows lo..hi, added to dx, which may not be dy. Gradients of gain and shift as in
 * linearBackward.
 */
export function layerNormBackward(
  lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, width: i32, gain: F32s, stats: F32s, dy: F32s, dx: F32s,
  dgain: F32s, dshift: F32s, stride: i32,
): void {
  const s: usize = (<usize>width) << 2,
    own: usize = (<usize>block * <usize>stride) << 2;
  for (let row = lo; row < hi; row++) {
    const from = x + <usize>row * s,
      d = dy + <usize>row * s,
      to = dx + <usize>row * s;
    const center = f32x4.splat(load<f32>(stats + ((<usize>row) << 3)));
    const inverse = load<f32>(stats + ((<usize>row) << 3), 4);
    const scale = f32x4.splat(inverse);
    let sum = f32x4.splat(0), inner = sum;
    for (let e: usize = 0; e < s; e += 16) {
      const unit = f32x4.mul(f32x4.sub(v128.load(from + e), center), scale);
      const g = v128.load(d + e);
      const du = f32x4.mul(g, v128.load(gain + e));
      sum = f32x4.add(sum, du);
      inner = f32x4.add(inner, f32x4.mul(du, unit));
      v128.store(dgain + own + e, f32x4.add(v128.load(dgain + own + e), f32x4.mul(g, unit)));
      v128.store(dshift + own + e, f32x4.add(v128.load(dshift + own + e), g));
    }
    const meanDu = f32x4.splat(sum4(sum) / <f32>width);
    const meanInner = f32x4.splat(sum4(inner) / <f32>width);
    for (let e: usize = 0; e < s; e += 16) {
      const unit = f32x4.mul(f32x4.sub(v128.load(from + e), center), scale);
      const du = f32x4.mul(v128.load(d + e), v128.load(gain + e));
      const change = f32x4.mul(scale, f32x4.sub(f32x4.sub(du, meanDu), f32x4.mul(unit, meanInner)));
      v128.store(to + e, f32x4.add(v128.load(to + e), change));
    }
  }
}

/**
 * Block job: rows lo..hi of out = base + x with dropout: each number is 0 with `probability`, else divided by 1 - probability. Which ones
 * depends on the seed and their place only, so the backward pass is the same call for the gradient. Without `base`, 0; out may be either.
 */
export function dropoutRows(
  lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, base: Optional<F32s>, width: i32, probability: f32, seed: u32, out: F32s,
): void {
  const limit = i32x4.splat(<u32>(<f64>probability * 4294967295));
  const keep = f32x4.splat(<f32>1 / (<f32>1 - probability));
  const first = (<usize>lo * <usize>width) << 2,
    end = (<usize>hi * <usize>width) << 2;
  let places = fourPlaces(seed, <u32>(first >> 2));
  for (let e = first; e < end; e += 16) {
    const kept = v128.and(f32x4.mul(v128.load(x + e), keep), i32x4.ge_u(fourBits(places), limit));
    v128.store(out + e, base ? f32x4.add(v128.load(base + e), kept) : kept);
    places = i32x4.add(places, i32x4.splat(fourFurther));
  }
}

/** Block job: rows lo..hi of y = x / |x|; `stats` keeps 1 / |x| of each row. A row of zeros stays. */
export function unitForward(lo: i32, hi: i32, block: i32, scratch: usize, x: F32s, width: i32, y: F32s, stats: F32s): void {
  const s: usize = (<usize>width) << 2;
  for (let row = lo; row < hi; row++) {
    const from = x + <usize>row * s;
    const inverse = <f32>1 / sqrt<f32>(max<f32>(dot(from, from, width), <f32>1e-20));
    for (let e: usize = 0; e < s; e += 16) v128.store(y + <usize>row * s + e, f32x4.mul(f32x4.splat(inverse), v128.load(from + e)));
    store<f32>(stats + ((<usize>row) << 2), inverse);
  }
}

/** Block job: the gradient of unitForward: rows lo..hi of dx = (dy - y (y . dy)) / |x|; dx may be dy. */
export function unitBackward(
  lo: i32, hi: i32, block: i32, scratch: usize, y: F32s, width: i32, stats: F32s, dy: F32s, dx: F32s,
): void {
  const s: usize = (<usize>width) << 2;
  for (let row = lo; row < hi; row++) {
    const at = <usize>row * s;
    const along = f32x4.splat(dot(y + at, dy + at, width));
    const inverse = f32x4.splat(load<f32>(stats + ((<usize>row) << 2)));
    for (let e: usize = at; e < at + s; e += 16) {
      v128.store(dx + e, f32x4.mul(inverse, f32x4.sub(v128.load(dy + e), f32x4.mul(along, v128.load(y + e)))));
    }
  }
}
