import type { Memory } from '../../memory/views.ts';
import { matricesIn } from '../dense/matrices.plain.ts';

/** Twins of sums.ts. */
export function twins({ f32, f64 }: Memory) {
  const { read, write } = matricesIn(f64);
  return {
    product(a: number, b: number, out: number, f: number) {
      const left = read(a, f);
      const right = read(b, f);
      const result = new Float64Array(f * f);
      for (let i = 0; i < f; i++) {
        for (let k = 0; k < f; k++) for (let j = 0; j < f; j++) result[i * f + j] += left[i * f + k] * right[k * f + j];
      }
      write(out, result, f);
    },

    sumArrays(x: number, n: number, count: number, out: number) {
      const sums = new Float64Array(count);
      for (let k = 0; k < n; k++) for (let q = 0; q < count; q++) sums[q] += f32[x / 4 + k * count + q];
      f64.set(sums, out / 8);
    },
  };
}
