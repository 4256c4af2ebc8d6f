import type { Memory } from '../../memory/views.ts';

/** Added to every error: products of the smallest numbers may vanish. */
export const gamma = Math.fround(1e-40);

/** Where the upper half of a code is among numbers of 16 bits, and from which bit on. */
export function upperPlace(row: number, width: number, d: number): [at: number, shift: number] {
  return [(row >> 2) * width + d, 4 * (row & 3)];
}

/** The same of the lower half. */
export function lowerPlace(row: number, width: number, d: number): [at: number, shift: number] {
  return [(row * width) / 4 + (d >> 5) * 8 + (d & 7), 4 * ((d >> 3) & 3)];
}

/** Reads codes. Positions are those of arrays, not of bytes. */
export function codesOf({ i16 }: Pick<Memory, 'i16'>, width: number, high: number, low: number) {
  return {
    upper(row: number, d: number): number {
      const [at, shift] = upperPlace(row, width, d);
      return (((i16[high + at] >> shift) & 15) ^ (shift === 12 ? 8 : 0)) - 8;
    },
    lower(row: number, d: number): number {
      const [at, shift] = lowerPlace(row, width, d);
      return ((i16[low + at] >> shift) & 15) - 8;
    },
  };
}

/** What the kernels know of coded rows: where each block begins, in bytes. */
export interface Coded {
  width: number;
  high: number;
  low: number;
  scales: number;
  errors: number;
  coarseErrors: number;
  lengths: number;
}

/** Bounds of the inner product of a row and a query, by the upper halves of its code and by all of it. Positions are those of arrays, not of bytes. */
export function boundsOf(memory: Memory, query: number, at: number, coded: Coded) {
  const { f32, i16 } = memory;
  const { width, high, low } = coded;
  const [step, alpha, beta] = f32.subarray(at, at + 3);
  const { upper, lower } = codesOf(memory, width, high / 2, low / 2);
  const sum = (of: (d: number) => number) => {
    let total = 0;
    for (let d = 0; d < width; d++) if (i16[query + d] !== 0) total += i16[query + d] * of(d);
    return total;
  };
  const [scale, length, coarse, error] = (['scales', 'lengths', 'coarseErrors', 'errors'] as const).map(
    (name) => (row: number) => f32[coded[name] / 4 + row],
  );
  const wide = (row: number) => alpha * coarse(row) + beta * length(row) + gamma;
  return {
    coarse: (row: number) => 16 * sum((d) => upper(row, d)) * step * scale(row) + wide(row),
    /** @param bound what `coarse` gives */
    refined(row: number, bound: number): number {
      const slack = alpha * (error(row) + 2e-6 * coarse(row)) + beta * (length(row) + coarse(row) + error(row)) + gamma;
      return bound - wide(row) + sum((d) => lower(row, d)) * step * scale(row) + slack;
    },
  };
}
