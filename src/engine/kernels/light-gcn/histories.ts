import { dot } from '../dense/vector';
import { multiply, multiplyTransposed } from '../training/multiply';
import { exp1, ln, sigmoid, softplusOfMinus } from '../training/numbers';
import { largestOfLine, oddsOfLine, scaleLine } from '../training/softmax';
import { F32s, F64s, I32s } from '../types';

// A user is the sum of the items of a history, x_u = sum over i of share_ui z_i. What a step learns from an item i of the history is how well
// the *other* items predict it: (x_u - share_ui z_i) . z_i.

/** Rows that a softmax takes at a time. */
const tile: i32 = 32;

/** Block job over users lo..hi of a step, whose histories are `ends`, `items`, `shares`: x = the sum of share x row. */
export function historySums(
  lo: i32, hi: i32, block: i32, scratch: usize, ends: I32s, items: I32s, shares: F32s, table: F32s, width: i32, x: F32s,
): void {
  const s: usize = (<usize>width) << 2;
  for (let user = lo; user < hi; user++) {
    const to = x + <usize>user * s;
    memory.fill(to, 0, s);
    const last = load<i32>(ends + ((<usize>user) << 2), 4);
    for (let e = load<i32>(ends + ((<usize>user) << 2)); e < last; e++) {
      add(load<f32>(shares + ((<usize>e) << 2)), rowOf(table, items, e, s), to, s);
    }
  }
}

/**
 * Block job over users lo..hi: the sum over their items i and one other item j each, `others`, of -ln sigma(x'.z_i + b_i - x.z_j - b_j), with
 * x' = x without i and `biases` b; times `weight`, to stats[block]. The slope of the score of each i goes to `pulls`, that of j is its negative; the gradient by x
 * to dx. An other item of -1 does not count.
 */
export function historyBpr(
  lo: i32, hi: i32, block: i32, scratch: usize, ends: I32s, items: I32s, shares: F32s, others: I32s, table: F32s, width: i32, biases: F32s,
  x: F32s, weight: f32, pulls: F32s, dx: F32s, stats: F64s,
): void {
  const s: usize = (<usize>width) << 2;
  let loss: f64 = 0;
  for (let user = lo; user < hi; user++) {
    const from = x + <usize>user * s,
      to = dx + <usize>user * s;
    memory.fill(to, 0, s);
    const last = load<i32>(ends + ((<usize>user) << 2), 4);
    for (let e = load<i32>(ends + ((<usize>user) << 2)); e < last; e++) {
      const at = (<usize>e) << 2;
      if (load<i32>(others + at) < 0) {
        store<f32>(pulls + at, 0);
        continue;
      }
      const z = rowOf(table, items, e, s),
        other = rowOf(table, others, e, s);
      const margin =
        biasAt(biases, items, e) - biasAt(biases, others, e) + dot(from, z, width) - load<f32>(shares + at) * dot(z, z, width) -
        dot(from, other, width);
      loss += softplusOfMinus(margin);
      const pull = -weight * sigmoid(-margin);
      store<f32>(pulls + at, pull);
      add(pull, z, to, s);
      add(-pull, other, to, s);
    }
  }
  store<f64>(stats + ((<usize>block) << 3), <f64>weight * loss);
}

/**
 * Block job over users lo..hi: the sum over their items i of -ln(e^l / (e^l + each x sum over negatives k of e^(x.z_k + b_k))), where
 * l = (x - share_i z_i).z_i + b_i with `biases` b, times `weight`, to stats[block]. `negatives` and `negativeBiases` hold `count` rows (a
 * multiple of 8), of which the first `real` count, and `placeOf` says where an item is among them, or -1: what a user has is no negative. The
 * slope of the score of each i goes to `pulls`, the gradients by x to dx and by the negatives to the block's own part of `dnegatives`, which
 * is added to. Scratch: tile x count + 8 x max(count, width, tile) numbers.
 */
export function historySoftmax(
  lo: i32, hi: i32, block: i32, scratch: usize, ends: I32s, items: I32s, shares: F32s, table: F32s, width: i32, biases: F32s,
  x: F32s, negatives: F32s, negativeBiases: F32s, count: i32, real: i32, placeOf: I32s, each: f32, weight: f32, pulls: F32s, dx: F32s,
  dnegatives: F32s, stride: i32, stats: F64s,
): void {
  const s: usize = (<usize>width) << 2,
    n: usize = (<usize>count) << 2;
  const own = dnegatives + ((<usize>block * <usize>stride) << 2);
  const logits = scratch,
    panel = scratch + <usize>tile * n;
  let loss: f64 = 0;
  for (let first = lo; first < hi; first += tile) {
    const m = min(tile, hi - first);
    const rows = x + <usize>first * s,
      to = dx + <usize>first * s;
    for (let r = 0; r < m; r++) memory.copy(logits + <usize>r * n, negativeBiases, n);
    memory.fill(to, 0, <usize>m * s);
    multiplyTransposed(rows, s, negatives, s, logits, n, m, width, count, panel);
    for (let r = 0; r < m; r++) {
      const line = logits + <usize>r * n;
      const user = (<usize>(first + r)) << 2;
      const begin = load<i32>(ends + user),
        last = load<i32>(ends + user, 4);
      for (let k = real; k < count; k++) store<f32>(line + ((<usize>k) << 2), -1e30);
      for (let e = begin; e < last; e++) {
        const place = load<i32>(placeOf + ((<usize>load<i32>(items + ((<usize>e) << 2))) << 2));
        if (place >= 0) store<f32>(line + ((<usize>place) << 2), -1e30);
      }
      // Odds over the largest logit of any kind, so that no power overflows.
      let top = largestOfLine(line, n, -1e29);
      for (let e = begin; e < last; e++) {
        const z = rowOf(table, items, e, s);
        const logit = biasAt(biases, items, e) + dot(rows + <usize>r * s, z, width) - load<f32>(shares + ((<usize>e) << 2)) * dot(z, z, width);
        store<f32>(pulls + ((<usize>e) << 2), logit);
        top = max<f32>(top, logit);
      }
      const sum = each * oddsOfLine(line, n, top);
      let share: f32 = 0;
      for (let e = begin; e < last; e++) {
        const at = pulls + ((<usize>e) << 2);
        const logit = load<f32>(at);
        const odds = exp1(logit - top);
        const part: f32 = <f32>1 / (odds + sum);
        loss += ln(<f64>(odds + sum)) - <f64>(logit - top);
        share += part;
        const pull = weight * (odds * part - 1);
        store<f32>(at, pull);
        add(pull, rowOf(table, items, e, s), to + <usize>r * s, s);
      }
      scaleLine(line, n, weight * each * share);
    }
    multiply(logits, n, 4, negatives, s, to, s, m, count, width, panel);
    multiply(logits, 4, n, rows, s, own, s, count, m, width, panel);
  }
  store<f64>(stats + ((<usize>block) << 3), <f64>weight * loss);
}

/**
 * Block job over touched items lo..hi (see groupLinks): the gradient of an item from its links: link e belongs to user `slots[e]` of the
 * step, and adds pull x x_u + share x dx_u, minus 2 pull share x the item's own row. Rows of `out` are added to. Chains are cleared.
 */
export function historyGradients(
  lo: i32, hi: i32, block: i32, scratch: usize, touched: I32s, head: I32s, next: I32s, slots: I32s, pulls: F32s, shares: F32s,
  x: F32s, dx: F32s, table: F32s, width: i32, out: F32s,
): void {
  const s: usize = (<usize>width) << 2;
  for (let k = lo; k < hi; k++) {
    const item = <usize>load<i32>(touched + ((<usize>k) << 2));
    const to = out + item * s;
    let self: f32 = 0;
    for (let link = load<i32>(head + (item << 2)); link >= 0; link = load<i32>(next + ((<usize>link) << 2))) {
      const at = (<usize>link) << 2;
      const row = <usize>load<i32>(slots + at) * s;
      const pull = load<f32>(pulls + at),
        share = load<f32>(shares + at);
      self += pull * share;
      const p = f32x4.splat(pull),
        q = f32x4.splat(share);
      for (let e: usize = 0; e < s; e += 16) {
        const sum = f32x4.add(f32x4.mul(p, v128.load(x + row + e)), f32x4.mul(q, v128.load(dx + row + e)));
        v128.store(to + e, f32x4.add(v128.load(to + e), sum));
      }
    }
    add(-2 * self, table + item * s, to, s);
    store<i32>(head + (item << 2), -1);
  }
}

/** Adds rows to those of `out` that `indices` names, one after the other. */
export function addRows(count: i32, indices: I32s, from: F32s, width: i32, out: F32s): void {
  const s: usize = (<usize>width) << 2;
  for (let k = 0; k < count; k++) add(1, from + <usize>k * s, out + <usize>load<i32>(indices + ((<usize>k) << 2)) * s, s);
}

// @ts-ignore: decorator of AssemblyScript
@inline
function rowOf(table: usize, indices: usize, k: i32, s: usize): usize {
  return table + <usize>load<i32>(indices + ((<usize>k) << 2)) * s;
}

/** What is added to the scores of the item that entry k names. */
// @ts-ignore: decorator of AssemblyScript
@inline
function biasAt(biases: usize, indices: usize, k: i32): f32 {
  return load<f32>(biases + ((<usize>load<i32>(indices + ((<usize>k) << 2))) << 2));
}

/** y += t x, s bytes. */
// @ts-ignore: decorator of AssemblyScript
@inline
function add(t: f32, x: usize, y: usize, s: usize): void {
  const factor = f32x4.splat(t);
  for (let e: usize = 0; e < s; e += 16) v128.store(y + e, f32x4.add(v128.load(y + e), f32x4.mul(factor, v128.load(x + e))));
}
