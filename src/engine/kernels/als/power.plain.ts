import type { Memory } from '../../memory/views.ts';

/** Twin of power.ts. */
export function twins({ f32, i32 }: Memory) {
  return {
    powerRows(
      lo: number,
      hi: number,
      _block: number,
      _scratch: number,
      offsets: number,
      indices: number,
      r: number,
      y: number,
      f: number,
      out: number,
    ) {
      for (let u = lo; u < hi; u++) {
        const x = new Float64Array(f);
        let total = 0;
        for (let e = i32[offsets / 4 + u]; e < i32[offsets / 4 + u + 1]; e++) {
          const at = y / 4 + i32[indices / 4 + e] * f;
          total += f32[r / 4 + e];
          for (let q = 0; q < f; q++) x[q] += f32[r / 4 + e] * f32[at + q];
        }
        f32.set(total > 0 ? x.map((v) => v / Math.sqrt(total)) : x, out / 4 + u * f);
      }
    },
  };
}
