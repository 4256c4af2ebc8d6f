import type { Memory } from '../../memory/views.ts';
import { solveSides } from '../dense/conjugate-sides.plain.ts';

const sides = 8;

/** Twin of sequence.ts. */
export function twins({ f32, i32 }: Memory) {
  return {
    sequenceSteps(
      lo: number, hi: number, _block: number, _scratch: number, offsets: number, items: number, values: number,
      users: number, decay: number, diagonal: number, columns: number, state: number, stride: number,
      tolerance: number, fades: number, weights: number, whole: number,
    ) {
      const pasts: number[] = [];
      for (let b = lo; b < hi; b++) {
        solveSides(f32, (state + b * stride) / 4, { columns, diagonal, tolerance }, (p, q, c) => {
          for (let user = 0; user < users; user++) {
            const first = i32[offsets / 4 + user];
            const last = i32[offsets / 4 + user + 1];
            const fade = (e: number) => (fades ? f32[fades / 4 + e] : decay);
            let past = 0;
            let all = 0;
            for (let e = first; e < last; e++) {
              const value = f32[values / 4 + e] * f32[p + i32[items / 4 + e] * sides + c];
              all += value;
              past = fade(e) * past + value;
              pasts[e - first] = weights ? f32[weights / 4 + e] * past : past;
            }
            let later = 0;
            for (let e = last - 1; e >= first; e--) {
              later = (e + 1 < last ? fade(e + 1) : 0) * later + pasts[e - first];
              f32[q + i32[items / 4 + e] * sides + c] += f32[values / 4 + e] * (later + whole * all);
            }
          }
        });
      }
    },
  };
}
