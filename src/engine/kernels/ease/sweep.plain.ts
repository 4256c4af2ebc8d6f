import type { Memory } from '../../memory/views.ts';

/** Twins of sweep.ts. */
export function twins({ f32 }: Memory) {
  return {
    sweepPanel(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [a, ld, start, count, pivot, panel, products] = rest;
      for (let row = 8 * lo; row < 8 * hi; row++) {
        const inside = row >= start && row < start + count;
        const values = Array.from({ length: count }, (_, k) => {
          const column = start + k;
          return inside ? 0 : f32[a / 4 + (row > column ? row * ld + column : column * ld + row)];
        });
        values.forEach((value, k) => {
          f32[panel / 4 + ((row >> 3) * count + k) * 8 + (row & 7)] = value;
          let sum = 0;
          for (let e = 0; e < count; e++) sum += values[e] * f32[pivot / 4 + e * count + k];
          f32[products / 4 + row * count + k] = sum;
        });
      }
    },

    sweepUpdate(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [a, ld, count, panel, products] = rest;
      for (let row = lo; row < hi; row++) {
        for (let j = 0; j <= row; j++) {
          let sum = f32[a / 4 + row * ld + j];
          for (let k = 0; k < count; k++) sum += f32[products / 4 + row * count + k] * f32[panel / 4 + ((j >> 3) * count + k) * 8 + (j & 7)];
          f32[a / 4 + row * ld + j] = sum;
        }
      }
    },

    sweepColumns(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [a, ld, start, count, pivot, products] = rest;
      for (let row = 8 * lo; row < 8 * hi; row++) {
        for (let k = 0; k < count; k++) {
          const column = start + k;
          const inside = row >= start && row < start + count;
          const value = inside ? f32[pivot / 4 + (row - start) * count + k] : -f32[products / 4 + row * count + k];
          f32[a / 4 + (row >= start ? row * ld + column : column * ld + row)] = value;
        }
      }
    },
  };
}
