import type { Memory } from '../../memory/views.ts';

/** Twin of near.ts; sums of 64 bits, so its bounds are a little tighter. */
export function twins({ f32, i8, i16, i32 }: Memory) {
  return {
    nearRows(
      lo: number, hi: number, _block: number, _scratch: number, first: number, pairs: number, queries: number,
      own: number, width: number, prefix: number, codes: number, scales: number, errors: number, lengths: number,
      rests: number, threshold: number, marks: number,
    ) {
      for (let row = first + lo; row < first + hi; row++) {
        const code = codes + (row >> 2) * 4 * width + (row & 3) * 16;
        let found = 0;
        for (let k = 0; k < 2 * pairs; k++) {
          const [step, length, error, rest] = f32.subarray(own / 4 + 4 * k, own / 4 + 4 * k + 4);
          const query = queries / 2 + (k >> 1) * 2 * width + (k & 1) * 8;
          const slack = length * f32[errors / 4 + row] + error * f32[lengths / 4 + row];
          let sum = 0;
          let possible = true;
          for (let d = 0; d < width && possible; d++) {
            sum += i16[query + (d >> 3) * 16 + (d & 7)] * i8[code + (d >> 4) * 64 + (d & 15)];
            const more = d === prefix - 1 ? rest * f32[rests / 4 + row] : 0;
            if (d === prefix - 1 || d === width - 1) possible = !(sum * step * f32[scales / 4 + row] + slack + more < threshold);
          }
          if (possible) found |= 1 << k;
        }
        i32[marks / 4 + row] = found;
      }
    },
  };
}
