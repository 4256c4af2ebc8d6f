import type { Memory } from '../../memory/views.ts';

/** Twins of extrapolate.ts. */
export function twins({ f32, f64 }: Memory) {
  return {
    alignment(lo: number, hi: number, block: number, _scratch: number, g: number, input: number, before: number, f: number, stats: number) {
      const sums = [0, 0, 0];
      for (let k = lo * f; k < hi * f; k++) {
        const u = f32[g / 4 + k] - f32[input / 4 + k];
        const w = f32[g / 4 + k] - f32[before / 4 + k];
        sums[0] += u * w;
        sums[1] += u * u;
        sums[2] += w * w;
      }
      f64.set(sums, stats / 8 + 4 * block);
    },

    extrapolate(
      lo: number,
      hi: number,
      _block: number,
      _scratch: number,
      g: number,
      before: number,
      input: number,
      f: number,
      beta: number,
    ) {
      for (let k = lo * f; k < hi * f; k++) {
        const v = f32[g / 4 + k];
        const next = v + beta * (v - f32[before / 4 + k]);
        f32[g / 4 + k] = next;
        f32[input / 4 + k] = next;
        f32[before / 4 + k] = v;
      }
    },
  };
}
