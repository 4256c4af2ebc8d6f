import type { Interactions } from '../interactions.ts';

/** The newest first; without times, or of equal times, the later row is the newer one. */
export function newestFirst({ timestamps }: Interactions, rows: Int32Array): Int32Array {
  return rows.sort((a, b) => (timestamps ? timestamps[b] - timestamps[a] : 0) || b - a);
}

/** 0, 1, 2, ... */
export function identity(size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, k) => k);
}

/** Positions whose part meets a condition. */
export function rowsWhere(parts: ArrayLike<number>, condition: (part: number) => boolean): Int32Array {
  const rows = new Int32Array(parts.length);
  let count = 0;
  for (let row = 0; row < parts.length; row++) if (condition(parts[row])) rows[count++] = row;
  return rows.subarray(0, count);
}
