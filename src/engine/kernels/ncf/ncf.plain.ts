import type { Memory } from '../../memory/views.ts';
import { below, bitsAt, holds, sigmoid, softplusOfMinus } from '../training/numbers.plain.ts';

const padded = (size: number) => Math.ceil(size / 16) * 16;

/** Where the numbers of each layer stand. */
function layersOf(i32: Int32Array, shape: number) {
  const [items, negatives, g, e, apart, kind, count] = i32.subarray(shape / 4, shape / 4 + 7);
  const layers: { from: number; to: number; w: number; b: number }[] = [];
  let end = 0;
  for (let l = 0, from = 2 * e; l < count && e > 0; l++) {
    const to = i32[shape / 4 + 7 + l];
    layers.push({ from, to, w: end, b: end + padded(from * to) });
    end += padded(from * to) + padded(to);
    from = to;
  }
  const hg = end + padded(layers.at(-1)?.to ?? 0);
  return { items, negatives, g, e, apart, explicit: kind === 1, softmax: kind === 2, layers, hm: end, hg };
}

/** Twins of ncf.ts. */
export function twins({ f32, f64, i32 }: Memory) {
  const valueOf = (values: number, e: number) => (values ? f32[values / 4 + e] : 1);

  /** Activations of the MLP for one input, first to last. */
  const forward = (shape: number, dense: number, input: number[]) => {
    const rows = [input];
    for (const { from, to, w, b } of layersOf(i32, shape).layers) {
      const x = rows[rows.length - 1];
      const y = Array.from({ length: to }, (_, j) => {
        let sum = f32[dense / 4 + b + j];
        for (let k = 0; k < from; k++) sum += x[k] * f32[dense / 4 + w + k * to + j];
        return Math.max(0, sum);
      });
      rows.push(y);
    }
    return rows;
  };
  const halves = (shape: number, dense: number, p: number[], q: number) => {
    const { g, e, hm, hg, layers } = layersOf(i32, shape);
    let zg = 0;
    for (let k = 0; k < g; k++) zg += f32[dense / 4 + hg + k] * p[k] * f32[q + k];
    const rows = forward(shape, dense, [...p.slice(g), ...f32.subarray(q + g, q + g + e)]);
    const zm = layers.length === 0 ? 0 : rows[rows.length - 1].reduce((sum, h, k) => sum + h * f32[dense / 4 + hm + k], 0);
    return { zg, zm, rows };
  };
  const pooled = (entries: number[], indices: number, values: number, table: number, width: number) => {
    const scale = 1 / Math.sqrt(Math.max(1, entries.length));
    return Array.from({ length: width }, (_, k) =>
      entries.reduce((sum, e) => sum + scale * valueOf(values, e) * f32[table / 4 + i32[indices / 4 + e] * width + k], 0),
    );
  };
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => from + k);

  return {
    ncfProfiles(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [offsets, indices, values, table, width, profiles] = rest;
      for (let user = lo; user < hi; user++) {
        const entries = range(i32[offsets / 4 + user], i32[offsets / 4 + user + 1]);
        f32.set(pooled(entries, indices, values, table, width), profiles / 4 + user * width);
      }
    },

    ncfStep(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [shape, users, chunkStarts, picks, offsets, indices, values, seed, dropout] = rest;
      const [history, items, dense, gradients, stride, offset, weight] = rest.slice(9);
      const [dprofiles, candidates, ditems, linkStarts, linkRows, linkWeights, stats] = rest.slice(16);
      const dropped = Math.floor(Math.fround(dropout) * 4294967295);
      const { items: all, negatives, g, e, apart, explicit, softmax, layers, hm, hg } = layersOf(i32, shape);
      const width = g + e;
      const own = gradients / 4 + block * stride;
      let loss = 0;
      for (let chunk = lo; chunk < hi; chunk++) {
        const user = i32[users / 4 + chunk];
        const [start, end] = [i32[chunkStarts / 4 + chunk], i32[chunkStarts / 4 + chunk + 1]];
        const [first, last] = [i32[offsets / 4 + user], i32[offsets / 4 + user + 1]];
        const targets = Array.from(i32.subarray(picks / 4 + start, picks / 4 + end));
        const dropSeed = bitsAt(~seed, chunk);
        const others = range(first, last).filter((entry) => !targets.includes(entry));
        const known = others.filter((entry) => bitsAt(dropSeed, entry) >= dropped);
        const scale = 1 / Math.sqrt(Math.max(1, known.length));
        const p = pooled(known, indices, values, history, width);
        const baseline = explicit ? known.reduce((sum, entry) => sum + valueOf(values, entry), 0) / (known.length + 10) : 0;
        const firstLink = i32[linkStarts / 4 + chunk];
        i32.fill(-1, linkRows / 4 + firstLink, linkRows / 4 + firstLink + others.length);
        known.forEach((entry, k) => {
          const link = firstLink + k;
          i32[linkRows / 4 + link] = i32[indices / 4 + entry];
          f32[linkWeights / 4 + link] = scale * valueOf(values, entry);
        });
        const dp = new Float64Array(width);
        const met = range(0, targets.length * (1 + negatives)).map((k) => {
          const slot = start * (1 + negatives) + k;
          const target = targets[Math.floor(k / (1 + negatives))];
          const positive = k % (1 + negatives) === 0;
          let item = positive ? i32[indices / 4 + target] : -1;
          for (let attempt = 0; attempt < 50 && item < 0; attempt++) {
            const drawn = below(bitsAt((seed + attempt) | 0, slot), all);
            if (!holds(i32, indices, first, last, drawn)) item = drawn;
          }
          i32[candidates / 4 + slot] = item;
          const d = ditems / 4 + slot * (width + 8);
          f32.fill(0, d, d + width + 8);
          const q = items / 4 + Math.max(0, item) * (width + 8);
          const { zg, zm, rows } = halves(shape, dense, p, q);
          const base = f32[q + width] + (explicit ? baseline : offset);
          return { item, positive, d, q, rows, scores: apart ? [base + zg, base + zm] : [base + zg + zm], value: valueOf(values, target) };
        });
        const drawn = met.filter(({ item }) => item >= 0);
        /** Loss and slope of a score of one of them. */
        const learned = (one: (typeof met)[number], half: number): [loss: number, slope: number] => {
          const z = one.scores[half];
          if (explicit) return [(z - one.value) ** 2, 2 * (z - one.value)];
          if (!softmax) return [softplusOfMinus(z) + (one.positive ? 0 : z), sigmoid(z) - Number(one.positive)];
          const others = drawn.filter(({ positive }) => !positive).reduce((sum, { scores }) => sum + Math.exp(scores[half]), 0);
          if (one.positive) return [Math.log(Math.exp(z) + others) - z, Math.exp(z) / (Math.exp(z) + others) - 1];
          const targetsOf = drawn.filter(({ positive }) => positive);
          return [0, targetsOf.reduce((sum, { scores }) => sum + Math.exp(z) / (Math.exp(scores[half]) + others), 0)];
        };
        for (const one of drawn) {
          const { d, q, rows, scores } = one;
          const slopes = scores.map((_, half) => learned(one, half));
          for (const [part] of slopes) loss += part / slopes.length;
          const pulls = slopes.map(([, slope]) => weight * slope);
          const [pullG, pullM] = [pulls[0], pulls[1] ?? pulls[0]];
          f32[d + width] = (pullG + pullM) / 2;
          for (let j = 0; j < g; j++) {
            const h = f32[dense / 4 + hg + j];
            f32[own + hg + j] += pullG * p[j] * f32[q + j];
            f32[d + j] = pullG * h * p[j];
            dp[j] += pullG * h * f32[q + j];
          }
          let down = rows[rows.length - 1].map((h, j) => {
            if (layers.length > 0) f32[own + hm + j] += pullM * h;
            return layers.length > 0 ? pullM * f32[dense / 4 + hm + j] : 0;
          });
          for (let l = layers.length - 1; l >= 0; l--) {
            const { from, to, w, b } = layers[l];
            const up = new Array<number>(from).fill(0);
            for (let j = 0; j < to; j++) {
              if (rows[l + 1][j] <= 0) continue;
              f32[own + b + j] += down[j];
              for (let i = 0; i < from; i++) {
                f32[own + w + i * to + j] += rows[l][i] * down[j];
                up[i] += down[j] * f32[dense / 4 + w + i * to + j];
              }
            }
            down = up;
          }
          for (let j = 0; j < e && layers.length > 0; j++) {
            dp[g + j] += down[j];
            f32[d + g + j] = down[e + j];
          }
        }
        f32.set(dp, dprofiles / 4 + chunk * width);
      }
      f64[stats / 8 + block] = weight * loss;
    },

    ncfScores(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [shape, profile, only, items, , dense, offset, out] = rest;
      const { g, e } = layersOf(i32, shape);
      const p = Array.from(f32.subarray(profile / 4, profile / 4 + g + e));
      for (let k = lo; k < hi; k++) {
        const q = items / 4 + (only ? i32[only / 4 + k] : k) * (g + e + 8);
        const { zg, zm } = halves(shape, dense, p, q);
        f32[out / 4 + k] = offset + f32[q + g + e] + zg + zm;
      }
    },
  };
}
