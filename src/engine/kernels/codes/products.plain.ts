import type { Memory } from '../../memory/views.ts';

/** Added to every error: products of the smallest numbers may vanish. */
export const gamma = Math.fround(1e-40);

/** Where dimension d of a row's code is. */
export function placeOf(codes: number, row: number, width: number, d: number): number {
  return codes + (row >> 2) * 4 * width + (row & 3) * 16 + (d >> 4) * 64 + (d & 15);
}

/** Upper and lower bound of the inner product of a row and a query, by its whole code. Positions are those of arrays, not of bytes. */
export function boundsOf({ f32, i8, i16 }: Memory, query: number, at: number, codes: { width: number; codes: number; scales: number; errors: number }) {
  const [step, alpha, beta] = f32.subarray(at, at + 3);
  return (row: number) => {
    let sum = 0;
    for (let d = 0; d < codes.width; d++) sum += i16[query + d] * i8[placeOf(codes.codes, row, codes.width, d)];
    const scale = f32[codes.scales / 4 + row];
    const slack = alpha * f32[codes.errors / 4 + row] + beta * scale + gamma;
    return { upper: sum * step * scale + slack, lower: sum * step * scale - slack };
  };
}
