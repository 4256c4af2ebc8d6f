import type { Memory } from '../../memory/views.ts';
import { stepSides } from '../dense/conjugate-sides.plain.ts';

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
        stepSides(f32, (state + b * stride) / 4, { columns, diagonal, tolerance }, (p, q, c) => {
          for (let row = 0; row < rows; row++) {
            const first = i32[offsets / 4 + row];
            const last = i32[offsets / 4 + row + 1];
            let t = 0;
            for (let e = first; e < last; e++) t += f32[values / 4 + e] * f32[p + i32[indices / 4 + e] * sides + c];
            for (let e = first; e < last; e++) f32[q + i32[indices / 4 + e] * sides + c] += f32[values / 4 + e] * t;
          }
        });
      }
    },
  };
}
