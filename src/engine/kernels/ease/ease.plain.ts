import type { Memory } from '../../memory/views.ts';

const sides = 8;

/** Twin of ease.ts. */
export function twins({ f32, i32 }: Memory) {
  return {
    easeStep(
      lo: number,
      hi: number,
      _block: number,
      _scratch: number,
      offsets: number,
      indices: number,
      values: number,
      rows: number,
      diagonal: number,
      columns: number,
      state: number,
      stride: number,
      tolerance: number,
    ) {
      for (let b = lo; b < hi; b++) {
        const x = (state + b * stride) / 4;
        const [r, p, q, rr] = [1, 2, 3, 4].map((k) => x + k * columns * sides);
        for (let c = 0; c < sides; c++) {
          const old = f32[rr + c];
          if (!(old > tolerance)) continue;
          for (let i = 0; i < columns; i++) f32[q + i * sides + c] = f32[diagonal / 4 + i] * f32[p + i * sides + c];
          for (let row = 0; row < rows; row++) {
            const first = i32[offsets / 4 + row];
            const last = i32[offsets / 4 + row + 1];
            let t = 0;
            for (let e = first; e < last; e++) t += f32[values / 4 + e] * f32[p + i32[indices / 4 + e] * sides + c];
            for (let e = first; e < last; e++) f32[q + i32[indices / 4 + e] * sides + c] += f32[values / 4 + e] * t;
          }
          let pq = 0;
          for (let o = c; o < columns * sides; o += sides) pq += f32[p + o] * f32[q + o];
          let now = 0;
          for (let o = c; o < columns * sides; o += sides) {
            f32[x + o] += (old / pq) * f32[p + o];
            f32[r + o] -= (old / pq) * f32[q + o];
            now += f32[r + o] ** 2;
          }
          f32[rr + c] = now;
          for (let o = c; o < columns * sides; o += sides) f32[p + o] = f32[r + o] + (now / old) * f32[p + o];
        }
      }
    },
  };
}
