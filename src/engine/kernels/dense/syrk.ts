import { fourTimesEight } from './tiles';

/** Rows that `syrk` takes at a time: with 128 factors they fill the L1 cache. */
export const PANEL = 64;

/** t times a row, as row r of a panel for `syrk`: columns go eight at a time, the same eight of all `rows` rows lie side by side. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function packRow(t: f32, from: usize, panel: usize, r: i32, rows: i32, f: i32): void {
  const v = f32x4.splat(t);
  const step = (<usize>rows) << 5;
  let to = panel + ((<usize>r) << 5);
  for (let end = from + ((<usize>f) << 2); from < end; from += 32) {
    v128.store(to, f32x4.mul(v, v128.load(from)));
    v128.store(to, f32x4.mul(v, v128.load(from, 16)), 16);
    to += step;
  }
}

/** C[f x f], from the diagonal on, += X^T X over a panel of rows as `packRow` lays them. 4 x 8 register tiles. */
export function syrk(panel: usize, rows: i32, f: i32, c: usize): void {
  const s: usize = (<usize>f) << 2;
  const step = (<usize>rows) << 5;
  for (let i = 0; i < f; i += 4) {
    for (let j = i & ~7; j < f; j += 8) {
      const four = panel + <usize>(i >> 3) * step + ((<usize>(i & 4)) << 2);
      const eight = panel + <usize>(j >> 3) * step;
      fourTimesEight(four, 4, 32, four + step, eight, 32, c + <usize>i * s + ((<usize>j) << 2), s, true);
    }
  }
}
