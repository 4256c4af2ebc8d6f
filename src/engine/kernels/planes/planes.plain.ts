import type { Memory } from '../../memory/views.ts';

const f = Math.fround;

/** Twins of planes.ts. */
export function twins({ f32, i32, u8, u16 }: Memory) {
  return {
    planeSums(lo: number, hi: number, _block: number, _scratch: number, groups: number, tables: number, bits: number, out: number) {
      for (let k = lo; k < hi; k++) {
        for (let row = 0; row < 32; row++) {
          let sum = 0;
          for (let group = 0; group < groups; group++) {
            const byte = u8[bits + (k * groups + group) * 16 + (row & 15)];
            sum += u8[tables + group * 16 + (row < 16 ? byte & 15 : byte >> 4)];
          }
          u16[out / 2 + 32 * k + (row & 16) + (row & 1) * 8 + ((row & 15) >> 1)] = sum;
        }
      }
    },
    restSums(lo: number, hi: number, _block: number, _scratch: number, list: number, groups: number, tables: number, bits: number, out: number) {
      for (let e = lo; e < hi; e++) {
        const row = i32[list / 4 + e];
        let sum = 0;
        for (let plane = 0; plane < 3; plane++) {
          sum *= 2;
          for (let group = 0; group < groups; group++) {
            const byte = u8[bits + ((3 * (row >> 5) + plane) * groups + group) * 16 + (row & 15)];
            sum += u8[tables + group * 16 + ((row & 16) === 0 ? byte & 15 : byte >> 4)];
          }
        }
        i32[out / 4 + e] = sum;
      }
    },
    signEstimates(
      lo: number,
      hi: number,
      _block: number,
      _scratch: number,
      sums: number,
      factors: number,
      slope: number,
      offset: number,
      slack: number,
      all: number,
      tops: number,
    ) {
      for (let k = lo; k < hi; k++) {
        let most = Number.NEGATIVE_INFINITY;
        let upper = Number.NEGATIVE_INFINITY;
        for (let row = 0; row < 32; row++) {
          const sum = u16[sums / 2 + 32 * k + (row & 16) + (row & 1) * 8 + ((row & 15) >> 1)];
          const factor = f32[factors / 4 + 32 * k + row];
          const estimate = f(factor * f(f(sum * f(slope)) + f(offset)));
          f32[all / 4 + 32 * k + row] = estimate;
          most = Math.max(most, estimate);
          upper = Math.max(upper, f(estimate + f(f(slack) * factor)));
        }
        f32[tops / 4 + 2 * k] = most;
        f32[tops / 4 + 2 * k + 1] = upper;
      }
    },
    listClose(lo: number, hi: number, factors: number, all: number, tops: number, slack: number, least: number, list: number) {
      let found = 0;
      for (let k = lo; k < hi; k++) {
        if (!(f32[tops / 4 + 2 * k + 1] >= f(least))) continue;
        for (let row = 32 * k; row < 32 * (k + 1); row++) {
          if (f(f32[all / 4 + row] + f(f(slack) * f32[factors / 4 + row])) >= f(least)) i32[list / 4 + found++] = row;
        }
      }
      return found;
    },
  };
}
