import type { Memory } from '../../memory/views.ts';

/** Twins of subspace.ts. */
export function twins({ f32, f64, i32 }: Memory) {
  /** Mᵀ M p, for M in sparse rows. */
  const gramTimes = (offsets: number, indices: number, values: number, rows: number, p: Float64Array) => {
    const out = new Float64Array(p.length);
    for (let row = 0; row < rows; row++) {
      const first = i32[offsets / 4 + row];
      const last = i32[offsets / 4 + row + 1];
      let t = 0;
      for (let e = first; e < last; e++) t += f32[values / 4 + e] * p[i32[indices / 4 + e]];
      for (let e = first; e < last; e++) out[i32[indices / 4 + e]] += f32[values / 4 + e] * t;
    }
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
      lo: number,
      hi: number,
      _block: number,
      _scratch: number,
      offsets: number,
      indices: number,
      values: number,
      x: number,
      width: number,
      out: number,
      first: number,
    ) {
      for (let row = lo; row < hi; row++) {
        const sums = new Float64Array(width);
        for (let e = i32[offsets / 4 + row]; e < i32[offsets / 4 + row + 1]; e++) {
          const from = x / 4 + i32[indices / 4 + e] * width;
          for (let c = 0; c < width; c++) sums[c] += f32[values / 4 + e] * f32[from + c];
        }
        f32.set(sums, out / 4 + (row - first) * width);
      }
    },
  };
}
