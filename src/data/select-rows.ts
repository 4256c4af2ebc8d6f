import { AttuneError, shown } from '../errors.ts';
import type { Columns } from './columns.ts';
import { Renumbering } from './renumbering.ts';

/**
 * The rows at some positions, with users and items renumbered.
 * @returns the columns, and which users and items are left, by their old indices
 * @throws ERR_BAD_ARGUMENT when a position is out of range or comes twice
 */
export function selectRows(from: Columns, rows: ArrayLike<number>): { columns: Columns; users: Int32Array; items: Int32Array } {
  const count = (rows as ArrayLike<number> | null)?.length;
  if (typeof rows !== 'object' || count === undefined || !Number.isInteger(count)) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions.select: expected an array of row positions, got ${shown(rows)}.`);
  }
  const size = from.v.length;
  const u = new Int32Array(count);
  const i = new Int32Array(count);
  const v = new Float32Array(count);
  const t = from.t && new Float64Array(count);
  const users = new Renumbering(from.users.size);
  const items = new Renumbering(from.items.size);
  const taken = new Uint8Array(size);
  for (let k = 0; k < count; k++) {
    const row = rows[k];
    if (typeof row !== 'number' || taken[row] !== 0) {
      const got = `${shown(row)}${typeof row === 'number' && taken[row] ? ' twice' : ''}`;
      throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions.select: expected distinct rows from 0 to ${size - 1}, got ${got}.`);
    }
    taken[row] = 1;
    u[k] = users.of(from.u[row]);
    i[k] = items.of(from.i[row]);
    v[k] = from.v[row];
    if (t && from.t) t[k] = from.t[row];
  }
  const columns = { u, i, v, t, users: from.users.subset(users.kept), items: from.items.subset(items.kept) };
  return { columns, users: users.kept, items: items.kept };
}
