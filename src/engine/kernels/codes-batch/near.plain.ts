import type { Memory } from '../../memory/views.ts';

const large = 1e12;
const small = 1e-12;

/** Twins of near.ts. Codes, scales and errors are the same bit for bit; bounds are sums of 64 bits, so a little tighter. */
export function twins({ f32, i8, i16, i32 }: Memory) {
  return {
    encodeNear(lo: number, hi: number, rows: number, f: number, width: number, codes: number, scales: number, errors: number) {
      for (let row = lo; row < hi; row++) {
        const x = f32.subarray(rows / 4 + row * f, rows / 4 + (row + 1) * f);
        const most = x.reduce((a, v) => Math.max(a, Math.abs(v)), 0); // keeps NaN
        const coded = most < large;
        const scale = coded && most > small ? Math.fround(most / 127) : 0;
        const inverse = scale > 0 ? 1 / scale : 0;
        let sum = 0;
        for (let d = 0; d < f; d++) {
          const v = coded ? x[d] : 0;
          const c = Math.max(-127, Math.min(127, Math.floor(v * inverse + 0.5)));
          sum += (v - scale * c) ** 2;
          i8[codes + (row >> 2) * 4 * width + (row & 3) * 16 + (d >> 4) * 64 + (d & 15)] = c;
        }
        f32[scales / 4 + row] = scale;
        f32[errors / 4 + row] = coded ? Math.sqrt(sum) * 1.000001 + 1e-44 : Number.POSITIVE_INFINITY;
      }
    },
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
