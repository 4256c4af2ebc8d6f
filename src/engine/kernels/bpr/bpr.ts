import { dot } from '../dense/vector';
import { holds } from '../training/numbers';
import { F32s, F64s, I32s } from '../types';

/** The next state of a xorshift generator (Marsaglia 2003); never 0 when the last was not. */
// @ts-ignore: decorator of AssemblyScript
@inline
function next(state: u32): u32 {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^ (state << 5);
}

/** The seed of an independent stream: two rounds of an integer hash (Wellons 2018), never 0. */
// @ts-ignore: decorator of AssemblyScript
@inline
function stream(seed: u32, number: u32): u32 {
  let x = seed + number * 0x9e3779b9;
  x = (x ^ (x >> 16)) * 0x7feb352d;
  x = (x ^ (x >> 15)) * 0x846ca68b;
  return (x ^ (x >> 16)) | 1;
}

/** A whole number below n from a state. */
// @ts-ignore: decorator of AssemblyScript
@inline
function below(state: u32, n: i32): i32 {
  return <i32>((<u64>state * <u64>n) >> 32);
}

/** e^x within [-60, 60], to a few units in the last place: 2^k times a polynomial on [-ln 2 / 2, ln 2 / 2]. */
// @ts-ignore: decorator of AssemblyScript
@inline
function exponential(x: f32): f32 {
  const y = min<f32>(max<f32>(x, -60), 60);
  const k = nearest<f32>(y * 1.44269504);
  const r = y - k * 0.693145752 - k * 0.00000142860677;
  const p: f32 = 1 + r * (1 + r * (0.5 + r * (0.166666667 + r * (0.0416666667 + r * (0.00833333333 + r * 0.00138888889)))));
  return p * reinterpret<f32>((<i32>k + 127) << 23);
}

/**
 * Block job: as many steps of stochastic gradient descent on -ln sigma(x.p - x.q) as it has pairs (user, item) lo..hi, each drawn from
 * them at random, with an item q that the user does not have. A block draws q from group (block + round) % groups of `order`, which is
 * where its own items are, so that the blocks of one job share no row and may run at once.
 *
 * Rows are `width` floats; column `biasAt` (-1 = none) is the bias in rows of items and 1 in rows of users. Of `candidates` items drawn
 * for q the one with the highest score is taken (Zhang et al. 2013). stats + 24 * block gets three f64: how many steps were done, and
 * the product of their sigma as b and a for a 2^-b, since the sum of logarithms would need one logarithm per step.
 */
export function bprSteps(
  lo: i32, hi: i32, block: i32, scratch: usize,
  pairUsers: I32s, pairItems: I32s, offsets: I32s, indices: I32s, order: I32s, bounds: I32s, groups: i32, round: i32,
  users: F32s, items: F32s, width: i32, biasAt: i32, rate: f32, regularization: f32, candidates: i32, seed: u32, stats: F64s,
): void {
  const s: usize = <usize>width << 2;
  const group = (block + round) % groups;
  const from = load<i32>(bounds + ((<usize>group) << 2));
  const count = load<i32>(bounds + ((<usize>group) << 2), 4) - from;
  const keep = f32x4.splat(<f32>1 - rate * regularization);
  let state = stream(seed, <u32>(round * groups + block));
  let steps = 0;
  let halvings = 0;
  let product: f64 = 1;
  for (let step = lo; step < hi; step++) {
    state = next(state);
    const pair = (<usize>(lo + below(state, hi - lo))) << 2;
    const user = load<i32>(pairUsers + pair);
    const first = load<i32>(offsets + ((<usize>user) << 2));
    const last = load<i32>(offsets + ((<usize>user) << 2), 4);
    const x = users + <usize>user * s;
    const p = items + <usize>load<i32>(pairItems + pair) * s;
    let q: usize = 0;
    let most: f32 = 0;
    // A user who has nearly all of the group ends the search; such a step is left out.
    for (let drawn = 0, tries = 0; drawn < candidates && tries < candidates + 20; tries++) {
      state = next(state);
      const item = load<i32>(order + ((<usize>(from + below(state, count))) << 2));
      if (holds(indices, first, last, item)) continue;
      drawn++;
      const row = items + <usize>item * s;
      const score = dot(x, row, width);
      if (q && score <= most) continue;
      q = row;
      most = score;
    }
    if (!q) continue;
    const odds = exponential(dot(x, p, width) - most);
    const w: f32 = <f32>1 / (<f32>1 + odds);
    steps++;
    product *= <f64>(odds * w);
    while (product < 1e-30) {
      product *= 1125899906842624;
      halvings += 50;
    }
    const t = f32x4.splat(rate * w);
    for (let k: usize = 0; k < s; k += 16) {
      const xk = v128.load(x + k),
        pk = v128.load(p + k),
        qk = v128.load(q + k);
      const move = f32x4.mul(t, xk);
      v128.store(x + k, f32x4.add(f32x4.mul(keep, xk), f32x4.mul(t, f32x4.sub(pk, qk))));
      v128.store(p + k, f32x4.add(f32x4.mul(keep, pk), move));
      v128.store(q + k, f32x4.sub(f32x4.mul(keep, qk), move));
    }
    if (biasAt >= 0) store<f32>(x + ((<usize>biasAt) << 2), 1);
  }
  const out = stats + <usize>block * 24;
  store<f64>(out, <f64>steps);
  store<f64>(out, <f64>halvings, 8);
  store<f64>(out, product, 16);
}

/**
 * Block job: rows of users lo..hi from their items alone, the items held fixed: `passes` steps per item of theirs but at least `least`,
 * starting at 0; the mean of the second half of the steps is kept, which takes out most of the noise of the draws (Polyak & Juditsky
 * 1992). All users draw from the same stream, so users with the same items get the same row. Scratch: one row.
 */
export function bprUsers(
  lo: i32, hi: i32, block: i32, scratch: usize,
  offsets: I32s, indices: I32s, items: F32s, count: i32, users: F32s, width: i32, biasAt: i32,
  passes: i32, least: i32, rate: f32, regularization: f32, candidates: i32, seed: u32,
): void {
  const s: usize = <usize>width << 2;
  for (let user = lo; user < hi; user++) {
    const first = load<i32>(offsets + ((<usize>user) << 2));
    const last = load<i32>(offsets + ((<usize>user) << 2), 4);
    const mean = users + <usize>user * s;
    const x = scratch;
    memory.fill(mean, 0, s);
    memory.fill(x, 0, s);
    const n = last - first;
    const steps = n > 0 && n < count ? max(least, passes * n) : 0;
    const half = steps >> 1;
    if (biasAt >= 0) store<f32>(x + ((<usize>biasAt) << 2), 1);
    let state = stream(seed, 0);
    for (let step = 0; step < steps; step++) {
      const p = items + <usize>load<i32>(indices + ((<usize>(first + step % n)) << 2)) * s;
      let q: usize = 0;
      let most: f32 = 0;
      for (let drawn = 0, tries = 0; drawn < candidates && tries < candidates + 20; tries++) {
        state = next(state);
        const item = below(state, count);
        if (holds(indices, first, last, item)) continue;
        drawn++;
        const row = items + <usize>item * s;
        const score = dot(x, row, width);
        if (q && score <= most) continue;
        q = row;
        most = score;
      }
      if (q) {
        const now = rate / (<f32>1 + rate * regularization * <f32>step);
        const t = f32x4.splat(now / (<f32>1 + exponential(dot(x, p, width) - most)));
        const keep = f32x4.splat(<f32>1 - now * regularization);
        for (let k: usize = 0; k < s; k += 16) {
          v128.store(x + k, f32x4.add(f32x4.mul(keep, v128.load(x + k)), f32x4.mul(t, f32x4.sub(v128.load(p + k), v128.load(q + k)))));
        }
        if (biasAt >= 0) store<f32>(x + ((<usize>biasAt) << 2), 1);
      }
      if (step >= half) {
        const part = f32x4.splat(<f32>1 / <f32>(step - half + 1));
        for (let k: usize = 0; k < s; k += 16) {
          const m = v128.load(mean + k);
          v128.store(mean + k, f32x4.add(m, f32x4.mul(part, f32x4.sub(v128.load(x + k), m))));
        }
      }
    }
    if (biasAt >= 0) store<f32>(mean + ((<usize>biasAt) << 2), 1);
  }
}
