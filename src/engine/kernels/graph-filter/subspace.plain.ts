import type { Memory } from '../../memory/views.ts';
import { addGramTimes, rowTimes } from '../sparse/products.plain.ts';

/** Twins of subspace.ts. */
export function twins(memory: Memory) {
  const { f32, f64 } = memory;
  /** Mᵀ M p, for M in sparse rows. */
  const gramTimes = (offsets: number, indices: number, values: number, rows: number, p: Float64Array) => {
    const out = new Float64Array(p.length);
    const add = (k: number, v: number) => {
      out[k] += v;
    };
    addGramTimes(memory, { offsets, indices, values, rows }, (k) => p[k], add);
    return out;
  };
  const inner = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, k) => sum + v * b[k], 0);

  return {
    chebyshevColumns(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [offsets, indices, values, rows, x, columns, width, degree, scale, shift, quotients] = rest;
      for (let c = 8 * lo; c < 8 * hi; c++) {
        let before = Float64Array.from({ length: columns }, (_, i) => f32[x / 4 + i * width + c]);
        const product = gramTimes(offsets, indices, values, rows, before);
        const square = inner(before, before);
        f64[quotients / 8 + c] = square > 0 ? inner(before, product) / square : 0;
        let now = product.map((v, i) => scale * v - shift * before[i]);
        for (let k = 1; k < degree; k++) {
          const times = gramTimes(offsets, indices, values, rows, now);
          const next = now.map((v, i) => 2 * (scale * times[i] - shift * v) - before[i]);
          before = now;
          now = next;
        }
        for (let i = 0; i < columns; i++) f32[x / 4 + i * width + c] = now[i];
      }
    },

    sparseRows(
      lo: number, hi: number, _block: number, _scratch: number, offsets: number, indices: number, values: number,
      x: number, width: number, out: number, first: number,
    ) {
      for (let row = lo; row < hi; row++) {
        f32.set(rowTimes(memory, { offsets, indices, values }, row, x, width), out / 4 + (row - first) * width);
      }
    },

    rotateTriangle(lo: number, hi: number, _block: number, _scratch: number, x: number, width: number, b: number) {
      for (let row = lo; row < hi; row++) {
        const own = f32.subarray(x / 4 + row * width, x / 4 + (row + 1) * width);
        own.set(own.map((_, j) => own.subarray(0, j + 1).reduce((sum, v, k) => sum + v * f32[b / 4 + k * width + j], 0)));
      }
    },
  };
}
