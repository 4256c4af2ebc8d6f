import type { Memory } from '../../memory/views.ts';

/** Columns of a slice. */
const columns = 16;

/** Twins of graph.ts. */
export function twins({ f32, i32 }: Memory) {
  return {
    spreadSlices(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [rows, sources, offsets, indices, inverse, from, sum, out] = rest;
      for (let r = lo; r < hi; r++) {
        const slice = Math.floor(r / rows);
        const row = r % rows;
        for (let c = 0; c < columns; c++) {
          let total = 0;
          for (let e = i32[offsets / 4 + row]; e < i32[offsets / 4 + row + 1]; e++) {
            total += f32[from / 4 + (slice * sources + i32[indices / 4 + e]) * columns + c];
          }
          f32[out / 4 + r * columns + c] = f32[inverse / 4 + row] * total;
          if (sum) f32[sum / 4 + r * columns + c] += f32[out / 4 + r * columns + c];
        }
      }
    },

    toSlices(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [rows, width, scales, from, out] = rest;
      for (let row = lo; row < hi; row++) {
        for (let e = 0; e < width; e++) {
          const to = (Math.floor(e / columns) * rows + row) * columns + (e % columns);
          f32[out / 4 + to] = f32[scales / 4 + row] * f32[from / 4 + row * width + e];
          f32[from / 4 + row * width + e] = 0;
        }
      }
    },

    fromSlices(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [rows, width, scales, from, out] = rest;
      for (let row = lo; row < hi; row++) {
        for (let e = 0; e < width; e++) {
          const at = (Math.floor(e / columns) * rows + row) * columns + (e % columns);
          f32[out / 4 + row * width + e] = f32[scales / 4 + row] * f32[from / 4 + at];
        }
      }
    },

    scaleSlices(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [rows, scales, from, out] = rest;
      for (let r = lo; r < hi; r++) {
        for (let c = 0; c < columns; c++) f32[out / 4 + r * columns + c] = f32[scales / 4 + (r % rows)] * f32[from / 4 + r * columns + c];
      }
    },
  };
}
