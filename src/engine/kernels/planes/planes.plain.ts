import type { Memory } from '../../memory/views.ts';

/** Twin of planes.ts. */
export function twins({ u8, u16 }: Memory) {
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
  };
}
