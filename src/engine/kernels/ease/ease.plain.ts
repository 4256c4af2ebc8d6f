import type { Memory } from '../../memory/views.ts';
import { solveSides } from '../dense/conjugate-sides.plain.ts';
import { addGramTimes } from '../sparse/products.plain.ts';

const sides = 8;

/** Twin of ease.ts. */
export function twins(memory: Memory) {
  const { f32 } = memory;
  return {
    easeSteps(
      lo: number, hi: number, _block: number, _scratch: number, offsets: number, indices: number, values: number,
      rows: number, diagonal: number, columns: number, state: number, stride: number, tolerance: number,
    ) {
      for (let b = lo; b < hi; b++) {
        solveSides(f32, (state + b * stride) / 4, { columns, diagonal, tolerance }, (p, q, c) => {
          const add = (k: number, v: number) => {
            f32[q + k * sides + c] += v;
          };
          addGramTimes(memory, { offsets, indices, values, rows }, (k) => f32[p + k * sides + c], add);
        });
      }
    },
  };
}
