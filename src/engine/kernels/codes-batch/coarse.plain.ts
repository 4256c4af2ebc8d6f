import type { Memory } from '../../memory/views.ts';
import { codesOf, gamma } from '../codes/products.plain.ts';

/** Twins of coarse.ts; bounds are sums of 64 bits, so a little tighter. */
export function twins(memory: Memory) {
  const { f32, i8, u8, i16, i32 } = memory;
  return {
    digitBytes: () => 2,
    coarseMany(
      lo: number, hi: number, _block: number, _scratch: number, pairs: number, queries: number, own: number, width: number,
      high: number, low: number, scales: number, errors: number, coarseErrors: number, lengths: number, marks: number,
      levels: number, stride: number,
    ) {
      const codes = codesOf(memory, width, high / 2, low / 2);
      for (let k = 0; k < 2 * pairs; k++) {
        const first = queries / 2 + (k >> 1) * 2 * width + (k & 1) * 8;
        const [step16, , , alpha, beta, unit, least] = f32.subarray(own / 4 + 8 * k, own / 4 + 8 * k + 7);
        for (let group = lo; group < hi; group += 4) {
          const rows = [0, 1, 2, 3].map((r) => group + r).filter((row) => row < hi && (marks === 0 || i8[marks + row] !== 0));
          const product = (row: number, code: (row: number, d: number) => number) => {
            let sum = 0;
            for (let d = 0; d < width; d++) sum += i16[first + (d >> 3) * 16 + (d & 7)] * code(row, d);
            return (sum * step16 * f32[scales / 4 + row]) / 16;
          };
          const upperOf = (row: number, whole: boolean) => {
            const [coarse, length, error] = [coarseErrors, lengths, errors].map((block) => f32[block / 4 + row]);
            const slack = whole ? alpha * (error + 2e-6 * coarse) + beta * (length + coarse + error) : alpha * coarse + beta * length;
            return product(row, (r, d) => 16 * codes.upper(r, d) + (whole ? codes.lower(r, d) : 0)) + slack + gamma;
          };
          u8.fill(0, levels + k * stride + group, levels + k * stride + Math.min(group + 4, hi));
          for (const row of rows) {
            if (upperOf(row, false) < least) continue;
            const level = upperOf(row, true) * unit;
            u8[levels + k * stride + row] = level < 255 ? Math.max(0, Math.trunc(level)) : 255;
          }
        }
      }
    },
    countLevels(levels: number, count: number, least: number) {
      return u8.subarray(levels, levels + count).reduce((total, level) => total + (level >= least ? 1 : 0), 0);
    },
    listRows(levels: number, count: number, least: number, list: number) {
      let found = 0;
      for (let k = 0; k < count; k++) if (u8[levels + k] >= least) i32[list / 4 + found++] = k;
      return found;
    },
  };
}
