import type { Memory } from '../../memory/views.ts';
import { boundsOf, placeOf } from './products.plain.ts';

const large = 1e12;
const small = 1e-12;

/** Twins of codes.ts. Codes, scales and errors are the same bit for bit; bounds are sums of 64 bits, so a little tighter. */
export function twins(memory: Memory) {
  const { f32, i8, i32 } = memory;
  /** Writes the extremes of a strip. @returns all upper bounds, then all lower ones. */
  const strip = (from: number, hi: number, marks: number, out: number, of: (row: number) => { upper: number; lower: number }) => {
    let most = Number.NEGATIVE_INFINITY;
    let least = Number.NEGATIVE_INFINITY;
    const uppers: number[] = [];
    const lowers: number[] = [];
    for (let row = from; row < Math.min(hi, from + 32); row++) {
      const there = marks === 0 || i8[marks + row] !== 0;
      const { upper, lower } = there ? of(row) : { upper: Number.NEGATIVE_INFINITY, lower: Number.NEGATIVE_INFINITY };
      most = Number.isNaN(upper) ? upper : Math.max(most, upper);
      if (lower > least) least = lower;
      uppers.push(upper);
      lowers.push(lower);
    }
    f32[out / 4 + from / 16] = most;
    f32[out / 4 + from / 16 + 1] = least;
    return { uppers, lowers };
  };
  return {
    encodeRows(lo: number, hi: number, rows: number, f: number, width: number, codes: number, scales: number, errors: number) {
      for (let row = lo; row < hi; row++) {
        const x = f32.subarray(rows / 4 + row * f, rows / 4 + (row + 1) * f);
        const most = x.reduce((a, v) => Math.max(a, Math.abs(v)), 0); // keeps NaN
        const coded = most < large;
        const scale = coded && most > small ? Math.fround(most / 127) : 0;
        const inverse = scale > 0 ? 1 / scale : 0;
        let sum = 0;
        for (let d = 0; d < f; d++) {
          const c = coded ? Math.max(-127, Math.min(127, Math.floor(x[d] * inverse + 0.5))) : 0;
          sum += (x[d] - scale * c) ** 2;
          i8[placeOf(codes, row, width, d)] = c;
        }
        f32[scales / 4 + row] = scale;
        f32[errors / 4 + row] = coded ? Math.sqrt(sum) * 1.000001 + 1e-44 : Number.POSITIVE_INFINITY;
      }
    },
    boundRows(
      lo: number, hi: number, query: number, at: number, width: number, codes: number, scales: number, errors: number,
      marks: number, each: number, strips: number,
    ) {
      const bounds = boundsOf(memory, query / 2, at / 4, { width, codes, scales, errors });
      for (let from = lo; from < hi; from += 32) {
        const { uppers, lowers } = strip(from, hi, marks, strips, bounds);
        f32.set(uppers, each / 4);
        f32.set(lowers, each / 4 + 32);
      }
    },
    boundStrips(
      lo: number, hi: number, _block: number, _scratch: number, query: number, at: number, width: number,
      codes: number, scales: number, errors: number, marks: number, all: number, strips: number,
    ) {
      for (let from = lo; from < hi; from += 32) {
        this.boundRows(from, Math.min(hi, from + 32), query, at, width, codes, scales, errors, marks, all + 8 * from, strips);
      }
    },
    boundGroups(
      list: number, count: number, hi: number, query: number, at: number, width: number, codes: number, scales: number,
      errors: number, marks: number, out: number,
    ) {
      const bounds = boundsOf(memory, query / 2, at / 4, { width, codes, scales, errors });
      for (let k = 0; k < 4 * count; k++) {
        const row = 4 * i32[list / 4 + (k >> 2)] + (k & 3);
        const there = row < hi && (marks === 0 || i8[marks + row] !== 0);
        const { upper, lower } = there ? bounds(row) : { upper: Number.NEGATIVE_INFINITY, lower: Number.NEGATIVE_INFINITY };
        f32[out / 4 + (k >> 2) * 8 + (k & 3)] = upper;
        f32[out / 4 + (k >> 2) * 8 + (k & 3) + 4] = lower;
      }
    },
    dot64(a: number, b: number, f: number) {
      const sums = [0, 0, 0, 0];
      for (let k = 0; k < f; k++) sums[k < (f & ~3) ? k & 3 : 0] += f32[a / 4 + k] * f32[b / 4 + k];
      return sums[0] + sums[1] + (sums[2] + sums[3]);
    },
  };
}
