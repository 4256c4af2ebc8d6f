import type { Interactions } from '../interactions.ts';

/** Row positions of each user, ascending. */
export function rowsByUser({ userIndices, userCount, size }: Interactions): { offsets: Int32Array; rows: Int32Array } {
  const offsets = new Int32Array(userCount + 1);
  for (let row = 0; row < size; row++) offsets[userIndices[row] + 1]++;
  for (let user = 0; user < userCount; user++) offsets[user + 1] += offsets[user];
  const next = offsets.slice();
  const rows = new Int32Array(size);
  for (let row = 0; row < size; row++) rows[next[userIndices[row]]++] = row;
  return { offsets, rows };
}

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
