import type { Memory } from '../../memory/views.ts';
import { rowTimes } from '../sparse/products.plain.ts';

/** Twin of power.ts. */
export function twins(memory: Memory) {
  const { f32, i32 } = memory;
  return {
    powerRows(
      lo: number, hi: number, _block: number, _scratch: number, offsets: number, indices: number, r: number, y: number,
      f: number, out: number,
    ) {
      for (let u = lo; u < hi; u++) {
        const x = rowTimes(memory, { offsets, indices, values: r }, u, y, f);
        let total = 0;
        for (let e = i32[offsets / 4 + u]; e < i32[offsets / 4 + u + 1]; e++) total += f32[r / 4 + e];
        f32.set(total > 0 ? x.map((v) => v / Math.sqrt(total)) : x, out / 4 + u * f);
      }
    },
  };
}
