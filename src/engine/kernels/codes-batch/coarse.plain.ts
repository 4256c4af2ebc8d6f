import type { Memory } from '../../memory/views.ts';
import { boundsOf, gamma, placeOf } from '../codes/products.plain.ts';

/** Twins of coarse.ts. Errors and lengths are the same but for rounding; bounds are sums of 64 bits, so a little tighter. */
export function twins(memory: Memory) {
  const { f32, i8, u8, i16, i32 } = memory;
  /** What the upper four bits of a code stand for, in scales. */
  const coarse = (code: number) => 16 * (code >> 4) + 7.5;
  return {
    coarseErrors(
      lo: number, hi: number, rows: number, f: number, width: number, codes: number, scales: number,
      fineErrors: number, errors: number, lengths: number,
    ) {
      for (let row = lo; row < hi; row++) {
        const scale = f32[scales / 4 + row];
        let sum = 0;
        let squares = 0;
        for (let d = 0; d < f; d++) {
          const w = scale * coarse(i8[placeOf(codes, row, width, d)]);
          sum += (f32[rows / 4 + row * f + d] - w) ** 2;
          squares += w * w;
        }
        const coded = f32[fineErrors / 4 + row] < Number.POSITIVE_INFINITY;
        f32[errors / 4 + row] = coded ? Math.sqrt(sum) * 1.000001 + 1e-44 : Number.POSITIVE_INFINITY;
        f32[lengths / 4 + row] = Math.sqrt(squares) * 1.000001 + 1e-44;
      }
    },
    coarseMany(
      lo: number, hi: number, _block: number, _scratch: number, pairs: number, queries: number, own: number,
      width: number, codes: number, scales: number, errors: number, lengths: number, fines: number, bounds: number,
      fineErrors: number, marks: number, levels: number, stride: number,
    ) {
      for (let k = 0; k < 2 * pairs; k++) {
        const first = queries / 2 + (k >> 1) * 2 * width + (k & 1) * 8;
        const [step16, , , alpha, beta, unit, least, closer] = f32.subarray(own / 4 + 8 * k, own / 4 + 8 * k + 8);
        const fine = boundsOf(memory, fines / 2 + k * width, bounds / 4 + 4 * k, { width, codes, scales, errors: fineErrors });
        for (let group = lo; group < hi; group += 4) {
          const rows = [0, 1, 2, 3].map((r) => group + r).filter((row) => row < hi && (marks === 0 || i8[marks + row] !== 0));
          const coarseUpper = (row: number) => {
            let sum = 0;
            for (let d = 0; d < width; d++) sum += i16[first + (d >> 3) * 16 + (d & 7)] * coarse(i8[placeOf(codes, row, width, d)]);
            const slack = alpha * f32[errors / 4 + row] + beta * f32[lengths / 4 + row] + gamma;
            return (sum * step16 * f32[scales / 4 + row]) / 16 + slack;
          };
          u8.fill(0, levels + k * stride + group, levels + k * stride + Math.min(group + 4, hi));
          for (const row of rows) {
            const upper = coarseUpper(row);
            if (upper < least) continue;
            const level = (closer ? fine(row).upper : upper) * unit;
            u8[levels + k * stride + row] = level < 255 ? Math.max(0, Math.trunc(level)) : 255;
          }
        }
      }
    },
    countLevels(levels: number, count: number, least: number) {
      return u8.subarray(levels, levels + count).reduce((total, level) => total + (level >= least ? 1 : 0), 0);
    },
    listGroups(levels: number, count: number, least: number, end: number, list: number) {
      let found = 0;
      for (let k = 0; k < count; k += 4) {
        const highest = u8.subarray(levels + k, levels + k + 4).reduce((a, b) => Math.max(a, b), 0);
        if (highest >= least && highest < end) i32[list / 4 + found++] = k / 4;
      }
      return found;
    },
  };
}
