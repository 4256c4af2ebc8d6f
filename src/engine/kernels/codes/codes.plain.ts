import type { Memory } from '../../memory/views.ts';
import { boundsOf, lowerPlace, upperPlace } from './products.plain.ts';

const large = 1e12;
const small = 1e-12;
const largest = 119;

/** Twins of codes.ts. Codes, scales, errors and lengths are the same bit for bit; bounds are sums of 64 bits, so a little tighter. */
export function twins(memory: Memory) {
  const { f32, i8, i16, i32 } = memory;
  const put = (at: number, shift: number, bits: number) => {
    i16[at] = (i16[at] & ~(15 << shift)) | (bits << shift);
  };
  return {
    encodeRows(
      lo: number, hi: number, rows: number, f: number, width: number, high: number, low: number, scales: number, errors: number,
      coarseErrors: number, lengths: number,
    ) {
      for (let row = lo; row < hi; row++) {
        const x = f32.subarray(rows / 4 + row * f, rows / 4 + (row + 1) * f);
        const most = x.reduce((a, v) => Math.max(a, Math.abs(v)), 0); // keeps NaN
        const coded = most < large;
        const scale = coded && most > small ? Math.fround(most / largest) : 0;
        const inverse = scale > 0 ? 1 / scale : 0;
        let sum = 0;
        let coarse = 0;
        let squares = 0;
        for (let d = 0; d < f; d++) {
          const v = coded ? x[d] : 0;
          const c = Math.floor(v * inverse + 0.5);
          const h = (c + 8) >> 4;
          sum += (v - scale * c) * (v - scale * c);
          coarse += (v - scale * (16 * h)) * (v - scale * (16 * h));
          squares += scale * (16 * h) * (scale * (16 * h));
          const [upper, byRow] = upperPlace(row, width, d);
          const [lower, byDimension] = lowerPlace(row, width, d);
          put(high / 2 + upper, byRow, (h + 8) ^ (byRow === 12 ? 8 : 0));
          put(low / 2 + lower, byDimension, c - 16 * h + 8);
        }
        f32[scales / 4 + row] = scale;
        f32[errors / 4 + row] = coded ? Math.sqrt(sum) * 1.000001 + 1e-44 : Number.POSITIVE_INFINITY;
        f32[coarseErrors / 4 + row] = coded ? Math.sqrt(coarse) * 1.000001 + 1e-44 : Number.POSITIVE_INFINITY;
        f32[lengths / 4 + row] = Math.sqrt(squares) * 1.000001 + 1e-44;
      }
    },
    boundStrips(
      lo: number, hi: number, _block: number, _scratch: number, query: number, at: number, width: number, high: number, scales: number,
      coarseErrors: number, lengths: number, marks: number, uppers: number, strips: number,
    ) {
      const bounds = boundsOf(memory, query / 2, at / 4, { width, high, low: 0, scales, errors: 0, coarseErrors, lengths });
      for (let from = lo; from < hi; from += 32) {
        const end = Math.min(hi, from + 32);
        for (let row = from; row < Math.ceil(end / 4) * 4; row++) {
          const there = row < hi && (marks === 0 || i8[marks + row] !== 0);
          f32[uppers / 4 + row] = there ? bounds.coarse(row) : Number.NEGATIVE_INFINITY;
        }
        f32[strips / 4 + from / 32] = f32.subarray(uppers / 4 + from, uppers / 4 + end).reduce((a, b) => Math.max(a, b)); // keeps NaN
      }
    },
    refineRows(
      list: number, count: number, query: number, at: number, width: number, low: number, scales: number, errors: number,
      coarseErrors: number, lengths: number, uppers: number, out: number,
    ) {
      const bounds = boundsOf(memory, query / 2, at / 4, { width, high: 0, low, scales, errors, coarseErrors, lengths });
      for (let k = 0; k < count; k++) {
        const row = i32[list / 4 + k];
        f32[out / 4 + k] = bounds.refined(row, f32[uppers / 4 + row]);
      }
    },
    dot64(a: number, b: number, f: number) {
      const sums = [0, 0, 0, 0];
      for (let k = 0; k < f; k++) sums[k < (f & ~3) ? k & 3 : 0] += f32[a / 4 + k] * f32[b / 4 + k];
      return sums[0] + sums[1] + (sums[2] + sums[3]);
    },
  };
}
