import { AttuneError, shown } from '../errors.ts';
import type { Columns } from './columns.ts';

/** What happens to several rows of one (user, item) pair: keep the newest or oldest, combine the values, or refuse. */
export type DuplicatePolicy = 'last' | 'first' | 'sum' | 'max' | 'mean' | 'error';

/** All policies. */
export const duplicatePolicies: readonly DuplicatePolicy[] = ['last', 'first', 'sum', 'max', 'mean', 'error'];

/** One row per pair. Uses a hash table over pairs, because sorting two million rows to find a few duplicates takes ten times as long. */
export function mergeDuplicates(c: Columns, policy: DuplicatePolicy): Columns {
  const count = c.v.length;
  let capacity = 64;
  while (capacity < count * 2) capacity *= 2;
  const table = new Int32Array(capacity);
  const weight = policy === 'mean' ? new Int32Array(count).fill(1) : undefined;
  const sums = policy === 'sum' || policy === 'mean' ? Float64Array.from(c.v) : undefined;
  let size = 0;
  for (let row = 0; row < count; row++) {
    const u = c.u[row];
    const i = c.i[row];
    let slot = pairHash(u, i) & (capacity - 1);
    while (table[slot] > 0 && !(c.u[table[slot] - 1] === u && c.i[table[slot] - 1] === i)) slot = (slot + 1) & (capacity - 1);
    const first = table[slot] - 1;
    if (first < 0) {
      c.u[size] = u;
      c.i[size] = i;
      c.v[size] = c.v[row];
      if (c.t) c.t[size] = c.t[row];
      if (sums) sums[size] = sums[row];
      table[slot] = ++size;
      continue;
    }
    const newer = !c.t || c.t[row] >= c.t[first];
    switch (policy) {
      case 'error':
        throw new AttuneError(
          'ERR_DUPLICATE',
          `Row ${row}: user ${shown(c.users.idAt(u))} and item ${shown(c.items.idAt(i))} came before. Choose duplicates: 'last', 'first', 'sum', 'max' or 'mean'.`,
        );
      case 'last':
        if (newer) c.v[first] = c.v[row];
        break;
      case 'first':
        if (c.t && c.t[row] < c.t[first]) c.v[first] = c.v[row];
        break;
      case 'max':
        c.v[first] = Math.max(c.v[first], c.v[row]);
        break;
      default:
        if (sums) sums[first] += c.v[row];
        if (weight) weight[first]++;
    }
    // A combined row has the time of its newest part, a chosen one its own.
    if (c.t && (policy === 'first' ? c.t[row] < c.t[first] : newer)) c.t[first] = c.t[row];
  }
  if (sums) {
    for (let row = 0; row < size; row++) {
      c.v[row] = sums[row] / (weight ? weight[row] : 1);
      if (!Number.isFinite(c.v[row])) {
        throw new AttuneError(
          'ERR_BAD_VALUE',
          `The values of user ${shown(c.users.idAt(c.u[row]))} and item ${shown(c.items.idAt(c.i[row]))} add up to more than a 32-bit float holds.`,
        );
      }
    }
  }
  if (size === count) return c;
  return { users: c.users, items: c.items, u: c.u.slice(0, size), i: c.i.slice(0, size), v: c.v.slice(0, size), t: c.t?.slice(0, size) };
}

function pairHash(u: number, i: number): number {
  const h = Math.imul(u, 0x9e3779b1) ^ Math.imul(i, 0x85ebca6b);
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0;
}
