import type { Memory } from '../../memory/views.ts';
import { rowTimes } from '../sparse/products.plain.ts';
import { dot } from '../als/dot.plain.ts';

/** Twins of singles.ts. */
export function twins(memory: Memory) {
  const { f32, f64, i32 } = memory;
  return {
    solveSingles(
      lo: number, hi: number, block: number, _scratch: number, items: number, variants: number, m: number, d: number,
      r: number, w: number, y: number, eigenvalues: number, lambda: number, floor: number, f: number, out: number,
      weights: number, entries: number, entryD: number, entryR: number, stats: number,
    ) {
      let penalty = 0;
      for (let k = lo; k < hi; k++) {
        const from = y / 4 + i32[items / 4 + k] * f;
        const z = f32.subarray(out / 4 + k * f, out / 4 + (k + 1) * f);
        let g = 0;
        for (let q = 0; q < f; q++) {
          z[q] = f32[from + q] / Math.max(f32[eigenvalues / 4 + q] + lambda, floor);
          g += f32[from + q] * z[q];
        }
        let weight = 0;
        let dAll = 0;
        let rAll = 0;
        for (let v = i32[variants / 4 + k]; v < i32[variants / 4 + k + 1]; v++) {
          const wv = f32[r / 4 + v] / (1 + f32[d / 4 + v] * g);
          f32[w / 4 + v] = wv;
          weight += f32[m / 4 + v] * wv * wv;
          dAll += f32[m / 4 + v] * f32[d / 4 + v] * wv * wv;
          rAll += f32[m / 4 + v] * f32[r / 4 + v] * wv;
        }
        f32[weights / 4 + k] = weight;
        f32[entryD / 4 + i32[entries / 4 + k]] = dAll;
        f32[entryR / 4 + i32[entries / 4 + k]] = rAll;
        penalty += lambda * weight * dot(z, z);
      }
      f64[stats / 8 + 2 * block] = 0;
      f64[stats / 8 + 2 * block + 1] = penalty;
    },

    combineRows(
      lo: number, hi: number, _block: number, _scratch: number, offsets: number, indices: number, c: number, v: number,
      f: number, out: number,
    ) {
      for (let u = lo; u < hi; u++) f32.set(rowTimes(memory, { offsets, indices, values: c }, u, v, f), out / 4 + u * f);
    },

    copyRows(lo: number, hi: number, _block: number, _scratch: number, indices: number, v: number, f: number, out: number) {
      for (let k = lo; k < hi; k++) {
        const at = v / 4 + i32[indices / 4 + k] * f;
        f32.copyWithin(out / 4 + k * f, at, at + f);
      }
    },
  };
}
