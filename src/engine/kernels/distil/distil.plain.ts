import type { Memory } from '../../memory/views.ts';
import { rowTimes } from '../sparse/products.plain.ts';

/** Twins of distil.ts. */
export function twins(memory: Memory) {
  const { f32, i32 } = memory;
  const dot = (a: number, b: number, f: number) => {
    let sum = 0;
    for (let d = 0; d < f; d++) sum += f32[a / 4 + d] * f32[b / 4 + d];
    return sum;
  };
  /** The shares of the n others in the neighbourhood of text i. */
  const neighbourhood = (a: number, b: number, f: number, i: number, n: number, sharpness: number) => {
    const scores = Float64Array.from({ length: n }, (_, j) => (j === i ? Number.NEGATIVE_INFINITY : dot(a + 4 * i * f, b + 4 * j * f, f)));
    const top = Math.max(...scores);
    const parts = scores.map((score) => Math.exp((score - top) * sharpness));
    const sum = parts.reduce((total, part) => total + part, 0);
    return parts.map((part) => part / sum);
  };
  return {
    tokenMeans(
      lo: number, hi: number, _block: number, _scratch: number, e: number, f: number, starts: number, tokens: number,
      h: number, inverse: number,
    ) {
      for (let r = lo; r < hi; r++) {
        const sum = new Float64Array(f);
        const [from, to] = [i32[starts / 4 + r], i32[starts / 4 + r + 1]];
        for (let t = from; t < to; t++) {
          const row = e / 4 + i32[tokens / 4 + t] * f;
          for (let d = 0; d < f; d++) sum[d] += f32[row + d] / (to - from);
        }
        const length = Math.hypot(...sum);
        f32[inverse / 4 + r] = length > 0 ? 1 / length : 0;
        f32.set(
          sum.map((x) => (length > 0 ? x / length : 0)),
          h / 4 + r * f,
        );
      }
    },

    neighbourhoods(
      lo: number, hi: number, _block: number, _scratch: number, h: number, b: number, y: number, f: number, n: number,
      width: number, sharpness: number, differences: number,
    ) {
      for (let i = lo; i < hi; i++) {
        const out = differences / 4 + i * width;
        f32.fill(0, out, out + width);
        if (i >= n || n < 2) continue;
        const ours = neighbourhood(h, b, f, i, n, sharpness);
        const theirs = neighbourhood(y, y, f, i, n, sharpness);
        for (let j = 0; j < n; j++) f32[out + j] = ours[j] - theirs[j];
      }
    },

    textGradients(
      lo: number, hi: number, _block: number, _scratch: number, h: number, y: number, b: number, inverse: number,
      f: number, width: number, weight: number, mutual: number, differences: number, g: number,
    ) {
      const at = (i: number, j: number) => f32[differences / 4 + i * width + j];
      for (let i = lo; i < hi; i++) {
        const gradient = Float64Array.from({ length: f }, (_, d) => -f32[y / 4 + i * f + d]);
        for (let j = 0; j < width; j++) {
          const difference = weight * (at(i, j) + (mutual ? at(j, i) : 0));
          for (let d = 0; d < f; d++) gradient[d] += difference * f32[b / 4 + j * f + d];
        }
        const row = h / 4 + i * f;
        const along = gradient.reduce((sum, x, d) => sum + x * f32[row + d], 0);
        f32.set(
          gradient.map((x, d) => (x - along * f32[row + d]) * f32[inverse / 4 + i]),
          g / 4 + i * f,
        );
      }
    },

    tokenUpdates(
      lo: number, hi: number, _block: number, _scratch: number, touched: number, starts: number, texts: number,
      shares: number, g: number, e: number, first: number, second: number, powers: number, f: number, rate: number,
    ) {
      for (let k = lo; k < hi; k++) {
        const gradient = rowTimes(memory, { offsets: starts, indices: texts, values: shares }, k, g, f);
        const token = i32[touched / 4 + k];
        f32[powers / 4 + 2 * token] *= 0.9;
        f32[powers / 4 + 2 * token + 1] *= 0.99;
        const square = 0.99 * f32[second / 4 + token] + (0.01 * gradient.reduce((sum, x) => sum + x * x, 0)) / f;
        f32[second / 4 + token] = square;
        const spread = Math.sqrt(square / (1 - f32[powers / 4 + 2 * token + 1])) + 1e-8;
        for (let d = 0; d < f; d++) {
          const m = first / 4 + token * f + d;
          f32[m] = 0.9 * f32[m] + 0.1 * gradient[d];
          f32[e / 4 + token * f + d] -= (rate * f32[m]) / ((1 - f32[powers / 4 + 2 * token]) * spread);
        }
      }
    },
  };
}
