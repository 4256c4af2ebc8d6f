import type { Memory } from '../../memory/views.ts';
import { rowProducts } from '../training/numbers.plain.ts';

const next = (state: number) => {
  let x = state ^ (state << 13);
  x ^= x >>> 17;
  return (x ^ (x << 5)) >>> 0;
};

const stream = (seed: number, number: number) => {
  let x = (seed + Math.imul(number, 0x9e3779b9)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return ((x ^ (x >>> 16)) | 1) >>> 0;
};

const below = (state: number, n: number) => Math.floor((state * n) / 2 ** 32);

const exponential = (x: number) => Math.exp(Math.min(60, Math.max(-60, x)));

/** Twins of bpr.ts. */
export function twins({ f32, f64, i32 }: Memory) {
  const { dot } = rowProducts(f32);
  const holds = (indices: number, first: number, last: number, x: number) => {
    for (let e = first; e < last; e++) if (i32[indices / 4 + e] === x) return true;
    return false;
  };
  return {
    bprSteps(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [pairUsers, pairItems, offsets, indices, order, bounds, groups, round, users, items, width] = rest;
      const [biasAt, rate, regularization, candidates, seed, stats] = rest.slice(11);
      const group = (block + round) % groups;
      const from = i32[bounds / 4 + group];
      const count = i32[bounds / 4 + group + 1] - from;
      let state = stream(seed, round * groups + block);
      let steps = 0;
      let loss = 0;
      for (let step = lo; step < hi; step++) {
        state = next(state);
        const pair = lo + below(state, hi - lo);
        const user = i32[pairUsers / 4 + pair];
        const first = i32[offsets / 4 + user];
        const last = i32[offsets / 4 + user + 1];
        const x = users / 4 + user * width;
        const p = items / 4 + i32[pairItems / 4 + pair] * width;
        let q = -1;
        let most = 0;
        for (let drawn = 0, tries = 0; drawn < candidates && tries < candidates + 20; tries++) {
          state = next(state);
          const item = i32[order / 4 + from + below(state, count)];
          if (holds(indices, first, last, item)) continue;
          drawn++;
          const score = dot(x, items / 4 + item * width, width);
          if (q >= 0 && score <= most) continue;
          q = items / 4 + item * width;
          most = score;
        }
        if (q < 0) continue;
        const odds = exponential(dot(x, p, width) - most);
        steps++;
        loss -= Math.log2(odds / (1 + odds));
        const t = rate / (1 + odds);
        for (let k = 0; k < width; k++) {
          const [xk, pk, qk] = [f32[x + k], f32[p + k], f32[q + k]];
          f32[x + k] += t * (pk - qk) - rate * regularization * xk;
          f32[p + k] += t * xk - rate * regularization * pk;
          f32[q + k] -= t * xk + rate * regularization * qk;
        }
        if (biasAt >= 0) f32[x + biasAt] = 1;
      }
      f64.set([steps, loss, 1], stats / 8 + 3 * block);
    },

    bprUsers(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [offsets, indices, items, count, users, width, biasAt, passes, least, rate, regularization, candidates, seed] = rest;
      const x = new Float64Array(width);
      const product = (a: Float64Array, row: number) => a.reduce((sum, value, k) => sum + value * f32[row + k], 0);
      const mean = new Float64Array(width);
      for (let user = lo; user < hi; user++) {
        const first = i32[offsets / 4 + user];
        const last = i32[offsets / 4 + user + 1];
        const n = last - first;
        const steps = n > 0 && n < count ? Math.max(least, passes * n) : 0;
        x.fill(0);
        mean.fill(0);
        if (biasAt >= 0) x[biasAt] = 1;
        let state = stream(seed, 0);
        for (let step = 0; step < steps; step++) {
          const p = items / 4 + i32[indices / 4 + first + (step % n)] * width;
          let q = -1;
          let most = 0;
          for (let drawn = 0, tries = 0; drawn < candidates && tries < candidates + 20; tries++) {
            state = next(state);
            const item = below(state, count);
            if (holds(indices, first, last, item)) continue;
            drawn++;
            const score = product(x, items / 4 + item * width);
            if (q >= 0 && score <= most) continue;
            q = items / 4 + item * width;
            most = score;
          }
          if (q >= 0) {
            const now = rate / (1 + rate * regularization * step);
            const t = now / (1 + exponential(product(x, p) - most));
            for (let k = 0; k < width; k++) x[k] += t * (f32[p + k] - f32[q + k]) - now * regularization * x[k];
            if (biasAt >= 0) x[biasAt] = 1;
          }
          const half = step - (steps >> 1);
          if (half >= 0) for (let k = 0; k < width; k++) mean[k] += (x[k] - mean[k]) / (half + 1);
        }
        if (biasAt >= 0) mean[biasAt] = 1;
        f32.set(mean, users / 4 + user * width);
      }
    },
  };
}
