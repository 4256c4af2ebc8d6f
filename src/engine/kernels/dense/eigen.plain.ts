import { diagonalize } from '../../../numeric/eigen.ts';
import type { Memory } from '../../memory/views.ts';

/** Twins of eigen.ts. */
export function twins({ f32, f64 }: Memory) {
  const rowsOf = (f: number) => f + (f % 2);
  const read = (from: number, f: number) => {
    const ld = rowsOf(f);
    return Float64Array.from({ length: f * f }, (_, k) => f64[from / 8 + Math.floor(k / f) * ld + (k % f)]);
  };
  const write = (to: number, a: Float64Array, f: number) => {
    for (let i = 0; i < f; i++) f64.set(a.subarray(i * f, (i + 1) * f), to / 8 + i * rowsOf(f));
  };
  return {
    diagonalize(a: number, f: number, values: number, basisAt: number) {
      const { values: found, basis } = diagonalize(read(a, f), f);
      f64.set(found, values / 8);
      write(basisAt, basis, f);
    },

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
