import { fourTimesEight, twoTimesFour } from '../dense/tiles';
import { axpy, dot, scaled, sum4 } from '../dense/vector';
import { F32s, I32s } from '../types';

// Fitting a table of token vectors (semantic/embedders/distil-fit.ts). Rows are f wide, a multiple of 8; a batch is `width` rows, a
// multiple of 4, of which the first n are texts and the others zero.

/**
 * Block job over the texts lo..hi of a batch: h = the mean of the rows of e that its tokens name, scaled to length 1 (zeros without
 * tokens), inverse = 1 / the length it had. Text r has tokens[starts[r]] .. tokens[starts[r + 1]].
 */
export function tokenMeans(lo: i32, hi: i32, block: i32, scratch: usize, e: F32s, f: i32, starts: I32s, tokens: I32s, h: F32s, inverse: F32s): void {
  const s: usize = <usize>f << 2;
  for (let r = lo; r < hi; r++) {
    const row = h + <usize>r * s;
    const from = load<i32>(starts + ((<usize>r) << 2)),
      to = load<i32>(starts + ((<usize>r) << 2), 4);
    memory.fill(row, 0, s);
    const share = to > from ? <f32>1 / <f32>(to - from) : 0;
    for (let t = from; t < to; t++) axpy(share, e + <usize>load<i32>(tokens + ((<usize>t) << 2)) * s, row, f);
    const length = sqrt<f32>(dot(row, row, f));
    const inv: f32 = length > 0 ? <f32>1 / length : 0;
    scaled(inv, row, row, f);
    store<f32>(inverse + ((<usize>r) << 2), inv);
  }
}

/** out, 4 x width: the products of 4 rows at a with all rows of b. */
// @ts-ignore: decorator of AssemblyScript
@inline
function products(a: usize, b: usize, f: i32, width: i32, out: usize): void {
  const s: usize = <usize>f << 2;
  const o: usize = <usize>width << 2;
  for (let j = 0; j < width; j += 4) {
    const four = b + <usize>j * s, at = out + (<usize>j << 2);
    twoTimesFour(a, four, s, at, o, true);
    twoTimesFour(a + 2 * s, four, s, at + 2 * o, o, true);
  }
}

/** exp of four numbers up to 0: 2^n by the exponent bits, the rest by a polynomial; relative error below 3e-7. Far below it is 0. */
// @ts-ignore: decorator of AssemblyScript
@inline
function exp4(x: v128): v128 {
  const t = f32x4.mul(f32x4.max(x, f32x4.splat(-87)), f32x4.splat(1.44269504));
  const n = f32x4.nearest(t);
  const r = f32x4.mul(f32x4.sub(t, n), f32x4.splat(0.69314718));
  let p = f32x4.splat(1.0 / 720);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 120));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 24));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.0 / 6));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  return f32x4.mul(p, i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23));
}

/** Softmax of the scores of a text with n others; its own score, at `self`, and those from n on become 0. */
function softmax(row: usize, n: i32, width: i32, self: i32, sharpness: f32): void {
  for (let j = n; j < width; j++) store<f32>(row + ((<usize>j) << 2), -1e9);
  store<f32>(row + ((<usize>self) << 2), -1e9);
  const end = row + (<usize>width << 2);
  let most = f32x4.splat(-1e9);
  for (let p = row; p < end; p += 16) most = f32x4.max(most, v128.load(p));
  const top = f32x4.splat(max(max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)), max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3))));
  const sharp = f32x4.splat(sharpness);
  let sum = f32x4.splat(0);
  for (let p = row; p < end; p += 16) {
    const v = exp4(f32x4.mul(f32x4.sub(v128.load(p), top), sharp));
    v128.store(p, v);
    sum = f32x4.add(sum, v);
  }
  const share = f32x4.splat(<f32>1 / sum4(sum));
  for (let p = row; p < end; p += 16) v128.store(p, f32x4.mul(v128.load(p), share));
  for (let j = n; j < width; j++) store<f32>(row + ((<usize>j) << 2), 0);
  store<f32>(row + ((<usize>self) << 2), 0);
}

/**
 * Block job over rows lo..hi (multiples of 4) of a batch, for the divergence of two neighbourhoods: differences, width x width,
 * gets softmax(h b^T) - softmax(y y^T) by row, without the diagonal. sharpness = 1 / temperature. Scratch: 4 x width.
 */
export function neighbourhoods(lo: i32, hi: i32, block: i32, scratch: usize, h: F32s, b: F32s, y: F32s, f: i32, n: i32, width: i32, sharpness: f32, differences: F32s): void {
  const s: usize = <usize>f << 2;
  const o: usize = <usize>width << 2;
  for (let i = lo; i < hi; i += 4) {
    const out = differences + <usize>i * o;
    products(h + <usize>i * s, b, f, width, out);
    products(y + <usize>i * s, y, f, width, scratch);
    for (let r = 0; r < 4; r++) {
      const ours = out + <usize>r * o,
        theirs = scratch + <usize>r * o;
      if (i + r >= n || n < 2) {
        memory.fill(ours, 0, o);
        continue;
      }
      softmax(ours, n, width, i + r, sharpness);
      softmax(theirs, n, width, i + r, sharpness);
      for (let k: usize = 0; k < o; k += 16) v128.store(ours + k, f32x4.sub(v128.load(ours + k), v128.load(theirs + k)));
    }
  }
}

/**
 * Block job over rows lo..hi (multiples of 4) of a batch: the gradient of 1 - h . y + weight KL at the means that h was scaled
 * from. b is what h was compared with; `mutual` when that was h itself, so that each difference counts for both. Scratch: 4 x width.
 */
export function textGradients(lo: i32, hi: i32, block: i32, scratch: usize, h: F32s, y: F32s, b: F32s, inverse: F32s, f: i32, width: i32, weight: f32, mutual: i32, differences: F32s, g: F32s): void {
  const s: usize = <usize>f << 2;
  const o: usize = <usize>width << 2;
  const by = f32x4.splat(weight);
  for (let i = lo; i < hi; i += 4) {
    memory.copy(scratch, differences + <usize>i * o, 4 * o);
    if (mutual) {
      for (let k = 0; k < width; k++) {
        const v = v128.load(differences + <usize>k * o + ((<usize>i) << 2));
        const p = scratch + ((<usize>k) << 2);
        store<f32>(p, load<f32>(p) + f32x4.extract_lane(v, 0));
        store<f32>(p + o, load<f32>(p + o) + f32x4.extract_lane(v, 1));
        store<f32>(p + 2 * o, load<f32>(p + 2 * o) + f32x4.extract_lane(v, 2));
        store<f32>(p + 3 * o, load<f32>(p + 3 * o) + f32x4.extract_lane(v, 3));
      }
    }
    for (let j: usize = 0; j < s; j += 32) fourTimesEight(scratch, o, 4, scratch + o, b + j, s, g + <usize>i * s + j, s, false);
    for (let at = <usize>i * s; at < <usize>(i + 4) * s; at += 16) {
      v128.store(g + at, f32x4.sub(f32x4.mul(by, v128.load(g + at)), v128.load(y + at)));
    }
    // Only the component that rotates the mean matters, not the one that lengthens it.
    for (let r = i; r < i + 4; r++) {
      const at = <usize>r * s;
      axpy(-dot(g + at, h + at, f), h + at, g + at, f);
      scaled(load<f32>(inverse + ((<usize>r) << 2)), g + at, g + at, f);
    }
  }
}

/**
 * Block job over entries lo..hi of `touched`, the tokens of a batch: adds up the gradients g of the texts each stands in (rows
 * texts[starts[k]] .. , times shares) and moves its row of e by Adam (Kingma & Ba 2015) with one second moment per row.
 * powers has two numbers per row, 1 before its first step: 0.9 and 0.99 to the power of its steps. Scratch: f.
 */
export function tokenUpdates(lo: i32, hi: i32, block: i32, scratch: usize, touched: I32s, starts: I32s, texts: I32s, shares: F32s, g: F32s, e: F32s, first: F32s, second: F32s, powers: F32s, f: i32, rate: f32): void {
  const s: usize = <usize>f << 2;
  for (let k = lo; k < hi; k++) {
    memory.fill(scratch, 0, s);
    const to = load<i32>(starts + ((<usize>k) << 2), 4);
    for (let t = load<i32>(starts + ((<usize>k) << 2)); t < to; t++) {
      const at = (<usize>t) << 2;
      axpy(load<f32>(shares + at), g + <usize>load<i32>(texts + at) * s, scratch, f);
    }
    const token = <usize>load<i32>(touched + ((<usize>k) << 2));
    const size = second + (token << 2),
      left = powers + (token << 3);
    const first9 = <f32>0.9 * load<f32>(left),
      second99 = <f32>0.99 * load<f32>(left, 4);
    store<f32>(left, first9);
    store<f32>(left, second99, 4);
    const square = <f32>0.99 * load<f32>(size) + <f32>0.01 * (dot(scratch, scratch, f) / <f32>f);
    store<f32>(size, square);
    const spread: f32 = sqrt<f32>(square / (<f32>1 - second99)) + <f32>1e-8;
    const m = first + token * s;
    scaled(<f32>0.9, m, m, f);
    axpy(<f32>0.1, scratch, m, f);
    axpy(-rate / ((<f32>1 - first9) * spread), m, e + token * s, f);
  }
}
