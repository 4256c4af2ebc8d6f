import type { Csr } from '../../../data/csr.ts';
import type { Biases } from '../../factors/biases.ts';
import type { HistoryRow } from '../../shared/base.ts';

/** Global mean, then item means of what is left, then user means of what is left then. */
export function meansOf({ rows, columns, offsets, indices, values }: Csr): Biases {
  let global = 0;
  for (const v of values) global += v;
  global = Math.fround(global / values.length);
  const items = new Float32Array(columns);
  const users = new Float32Array(rows);
  const sums = new Float64Array(columns);
  const counts = new Int32Array(columns);
  for (let e = 0; e < values.length; e++) {
    sums[indices[e]] += values[e] - global;
    counts[indices[e]]++;
  }
  for (let i = 0; i < columns; i++) items[i] = counts[i] ? sums[i] / counts[i] : 0;
  for (let u = 0; u < rows; u++) {
    let sum = 0;
    for (let e = offsets[u]; e < offsets[u + 1]; e++) sum += values[e] - global - items[indices[e]];
    users[u] = offsets[u + 1] > offsets[u] ? sum / (offsets[u + 1] - offsets[u]) : 0;
  }
  return { global, users, items };
}

/** Global and user mean of a history, as {@link meansOf} takes them off a user with that history; 0 without biases. */
export function userBias(biases: Biases | undefined, { items, values }: HistoryRow): number {
  if (!biases) return 0;
  let sum = 0;
  for (let e = 0; e < items.length; e++) sum += values[e] - biases.global - biases.items[items[e]];
  return biases.global + (items.length ? Math.fround(sum / items.length) : 0);
}

/** The ratings less their means. */
export function residuals(byUser: Csr, biases: Biases): Csr {
  const values = new Float32Array(byUser.values.length);
  for (let u = 0; u < byUser.rows; u++) {
    const add = biases.global + biases.users[u];
    for (let e = byUser.offsets[u]; e < byUser.offsets[u + 1]; e++) values[e] = byUser.values[e] - add - biases.items[byUser.indices[e]];
  }
  return { ...byUser, values };
}
