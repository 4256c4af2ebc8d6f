import type { Memory } from '../../memory/views.ts';

/** Twins of dense.ts. */
export function twins({ f32 }: Memory) {
  return {
    gram(lo: number, hi: number, block: number, _scratch: number, x: number, f: number, weights: number, out: number) {
      const c = out / 4 + block * f * f;
      const sums = new Float64Array(f * f);
      for (let row = lo; row < hi; row++) {
        const at = x / 4 + row * f;
        const weight = weights ? f32[weights / 4 + row] : 1;
        for (let i = 0; i < f; i++) for (let j = i; j < f; j++) sums[i * f + j] += weight * f32[at + i] * f32[at + j];
      }
      f32.set(sums, c);
    },

    rotate(lo: number, hi: number, _block: number, _scratch: number, x: number, f: number, b: number, out: number) {
      const product = new Float64Array(f);
      for (let row = lo; row < hi; row++) {
        const at = x / 4 + row * f;
        product.fill(0);
        for (let k = 0; k < f; k++) for (let j = 0; j < f; j++) product[j] += f32[at + k] * f32[b / 4 + k * f + j];
        f32.set(product, out / 4 + row * f);
      }
    },
  };
}
