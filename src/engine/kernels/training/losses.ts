import { dot } from '../dense/vector';
import { F32s, F64s, I32s, Optional } from '../types';
import { multiply, multiplyTransposed } from './multiply';
import { below, bitsAt, exp1, holds, ln, sigmoid, softplusOfMinus } from './numbers';
import { largestOfLine, oddsOfLine, scaleLine } from './softmax';

/** Rows that a softmax takes at a time. */
const tile: i32 = 64;

/**
 * Block job: negatives for rows lo..hi: `count` items each, uniform over all of which the row's user has none; `indices` of a user ascend. One that
 * cannot be found in 50 draws is -1. Draws depend on the seed and the place only.
 */
export function drawNegatives(
  lo: i32, hi: i32, block: i32, scratch: usize, users: I32s, offsets: I32s, indices: I32s, items: i32, count: i32, seed: u32, out: I32s,
): void {
  for (let place = lo * count; place < hi * count; place++) {
    const user = load<i32>(users + ((<usize>(place / count)) << 2));
    const first = load<i32>(offsets + ((<usize>user) << 2)),
      last = load<i32>(offsets + ((<usize>user) << 2), 4);
    let found = -1;
    for (let attempt = 0; attempt < 50 && found < 0; attempt++) {
      const item = below(bitsAt(seed + attempt, place), items);
      if (!holds(indices, first, last, item)) found = item;
    }
    store<i32>(out + ((<usize>place) << 2), found);
  }
}

/**
 * Block job: for rows lo..hi of users x, liked items p and `count` other items q each: the sum of -ln sigma(x.p - x.q) over the q, times
 * `weight`, to stats[block], and its gradients by x, p and q (Rendle et al. 2009).
 */
export function bprLoss(
  lo: i32, hi: i32, block: i32, scratch: usize, users: F32s, positives: F32s, negatives: F32s, width: i32, count: i32, weight: f32,
  dusers: F32s, dpositives: F32s, dnegatives: F32s, stats: F64s,
): void {
  const s: usize = (<usize>width) << 2;
  let loss: f64 = 0;
  for (let row = lo; row < hi; row++) {
    const at = <usize>row * s;
    const liked = dot(users + at, positives + at, width);
    memory.fill(dusers + at, 0, s);
    memory.fill(dpositives + at, 0, s);
    for (let k = 0; k < count; k++) {
      const other = <usize>(row * count + k) * s;
      const margin = liked - dot(users + at, negatives + other, width);
      loss += softplusOfMinus(margin);
      const pull = f32x4.splat(-weight * sigmoid(-margin));
      for (let e: usize = 0; e < s; e += 16) {
        const x = v128.load(users + at + e),
          p = v128.load(positives + at + e),
          q = v128.load(negatives + other + e);
        const push = f32x4.mul(pull, x);
        v128.store(dusers + at + e, f32x4.add(v128.load(dusers + at + e), f32x4.mul(pull, f32x4.sub(p, q))));
        v128.store(dpositives + at + e, f32x4.add(v128.load(dpositives + at + e), push));
        v128.store(dnegatives + other + e, f32x4.neg(push));
      }
    }
  }
  store<f64>(stats + ((<usize>block) << 3), <f64>weight * loss);
}

/**
 * Block job: for scores lo..hi and labels 0 or 1: the sum of the binary cross-entropy, times `weight`, to stats[block], and its gradient
 * by the scores.
 */
export function bceLoss(
  lo: i32, hi: i32, block: i32, scratch: usize, scores: F32s, labels: F32s, weight: f32, dscores: F32s, stats: F64s,
): void {
  let loss: f64 = 0;
  for (let k = lo; k < hi; k++) {
    const at = (<usize>k) << 2;
    const z = load<f32>(scores + at),
      y = load<f32>(labels + at);
    loss += softplusOfMinus(z) + <f64>((<f32>1 - y) * z);
    store<f32>(dscores + at, weight * (sigmoid(z) - y));
  }
  store<f64>(stats + ((<usize>block) << 3), <f64>weight * loss);
}

/**
 * Block job: a loss of rows lo..hi (width floats) with their own `positives` beside them and `count` shared `negatives` (a multiple of 8), times `weight`,
 * summed to stats[block]. A logit is scale * row . item - correction of the item, which is ln of how likely the item is drawn (Bengio &
 * Senecal 2008), 0 without `corrections`. `kind` 0: -ln of the softmax of the positive among it and the negatives; 1: binary cross-entropy, the
 * negatives together as much as the positive. A negative that is the row's own target does not count; nor does one that is -1, nor a row whose
 * target is -1.
 *
 * Gradients: drows; by its positive, which is `pulls` times the row; dnegatives, of which block k has its own, `stride` * k numbers behind, and
 * adds to it. Scratch: 65 * count + 8 * (the largest of count, width, 64) floats.
 */
export function sampledLoss(
  lo: i32, hi: i32, block: i32, scratch: usize, rows: F32s, positives: F32s, targets: I32s, negatives: F32s, negativeItems: I32s, count: i32,
  width: i32, kind: i32, scale: f32, corrections: Optional<F32s>, weight: f32, drows: F32s, pulls: F32s, dnegatives: F32s, stride: i32, stats: F64s,
): void {
  const s: usize = (<usize>width) << 2,
    n: usize = (<usize>count) << 2;
  const own = dnegatives + ((<usize>block * <usize>stride) << 2);
  const logits = scratch,
    corrected = scratch + <usize>tile * n,
    panel = corrected + n;
  // What is taken from each logit; negatives that are -1 are out of reach.
  for (let e: usize = 0; e < n; e += 4) {
    const item = load<i32>(negativeItems + e);
    store<f32>(corrected + e, item < 0 ? <f32>1e30 : corrections ? load<f32>(corrections + ((<usize>item) << 2)) : 0);
  }
  let loss: f64 = 0;
  for (let first = lo; first < hi; first += tile) {
    const m = min(tile, hi - first);
    const x = rows + <usize>first * s,
      dx = drows + <usize>first * s;
    memory.fill(logits, 0, <usize>m * n);
    memory.fill(dx, 0, <usize>m * s);
    multiplyTransposed(x, s, negatives, s, logits, n, m, width, count, panel);
    for (let r = 0; r < m; r++) {
      const place = (<usize>(first + r)) << 2;
      const target = load<i32>(targets + place);
      const line = logits + <usize>r * n;
      store<f32>(pulls + place, 0);
      if (target < 0) {
        memory.fill(line, 0, n);
        continue;
      }
      const p = positives + <usize>(first + r) * s;
      const liked = scale * dot(x + <usize>r * s, p, width) - (corrections ? load<f32>(corrections + ((<usize>target) << 2)) : 0);
      finishLogits(line, n, target, negativeItems, scale, corrected);
      if (kind == 0) loss += softmaxOfLine(line, n, liked, scale * weight, pulls + place);
      else loss += labelsOfLine(line, n, liked, scale * weight, pulls + place);
      const pull = f32x4.splat(load<f32>(pulls + place));
      for (let e: usize = 0; e < s; e += 16) v128.store(dx + <usize>r * s + e, f32x4.mul(pull, v128.load(p + e)));
    }
    multiply(logits, n, 4, negatives, s, dx, s, m, count, width, panel);
    multiply(logits, 4, n, x, s, own, s, count, m, width, panel);
  }
  store<f64>(stats + ((<usize>block) << 3), <f64>weight * loss);
}

/** Turns products into logits; that of the row's own target is out of reach. */
// @ts-ignore: decorator of AssemblyScript
@inline
function finishLogits(line: usize, n: usize, target: i32, items: usize, scale: f32, corrected: usize): void {
  for (let e: usize = 0; e < n; e += 16) {
    const logit = f32x4.sub(f32x4.mul(f32x4.splat(scale), v128.load(line + e)), v128.load(corrected + e));
    v128.store(line + e, v128.bitselect(f32x4.splat(-1e30), logit, i32x4.eq(v128.load(items + e), i32x4.splat(target))));
  }
}

/** Turns logits into gradients by the products; `pull` gets that of the positive. @returns the loss */
// @ts-ignore: decorator of AssemblyScript
@inline
function softmaxOfLine(line: usize, n: usize, liked: f32, weight: f32, pull: usize): f64 {
  const top = largestOfLine(line, n, liked);
  const own = exp1(liked - top);
  const sum = own + oddsOfLine(line, n, top);
  scaleLine(line, n, weight / sum);
  store<f32>(pull, weight * (own / sum - 1));
  return ln(<f64>sum) - <f64>(liked - top);
}

/** The same for binary cross-entropy. */
// @ts-ignore: decorator of AssemblyScript
@inline
function labelsOfLine(line: usize, n: usize, liked: f32, weight: f32, pull: usize): f64 {
  const share = <f32>4 / <f32>n;
  let sum: f64 = 0;
  for (let e: usize = 0; e < n; e += 4) {
    const logit = load<f32>(line + e);
    const counts = logit > <f32>-1e29;
    if (counts) sum += softplusOfMinus(-logit);
    store<f32>(line + e, counts ? weight * share * sigmoid(logit) : 0);
  }
  store<f32>(pull, -weight * sigmoid(-liked));
  return softplusOfMinus(liked) + <f64>share * sum;
}
