import type { Csr } from '../../data/csr.ts';
import type { StoredFactors } from '../../numeric/float16.ts';
import type { AlsModel } from './model.ts';

/**
 * The model without some users: their ids, histories and biases are left out, and so is every factor row that no other user shares.
 * Later users move up. The item side is handed on as it is.
 * @param gone dense user indices, ascending and distinct.
 */
export function withoutUsers(model: AlsModel, gone: Int32Array): AlsModel {
  const { users, byUser, rowOf, scaleOf, userWeights, biases } = model;
  const kept = complement(gone, users.size);
  return {
    ...model,
    users: users.subset(kept),
    byUser: rowsOf(byUser, kept),
    ...usedRows(model.rows, picked(rowOf, kept), model.settings.factors),
    scaleOf: picked(scaleOf, kept),
    userWeights: userWeights && picked(userWeights, kept),
    biases: biases && { ...biases, users: picked(biases.users, kept) },
  };
}

function picked<T extends Float32Array | Int32Array>(from: T, kept: Int32Array): T {
  const result = new (from.constructor as new (n: number) => T)(kept.length);
  for (let k = 0; k < kept.length; k++) result[k] = from[kept[k]];
  return result;
}

/** 0 to count - 1 without the given ones. */
function complement(gone: Int32Array, count: number): Int32Array {
  const kept = new Int32Array(count - gone.length);
  for (let u = 0, k = 0, g = 0; u < count; u++) {
    if (gone[g] === u) g++;
    else kept[k++] = u;
  }
  return kept;
}

function rowsOf({ columns, offsets, indices, values }: Csr, kept: Int32Array): Csr {
  const own = new Int32Array(kept.length + 1);
  for (let k = 0; k < kept.length; k++) own[k + 1] = own[k] + offsets[kept[k] + 1] - offsets[kept[k]];
  const result = {
    rows: kept.length,
    columns,
    offsets: own,
    indices: new Int32Array(own[kept.length]),
    values: new Float32Array(own[kept.length]),
  };
  for (let k = 0; k < kept.length; ) {
    const from = offsets[kept[k]];
    const to = own[k];
    while (k + 1 < kept.length && kept[k + 1] === kept[k] + 1) k++; // runs of neighbours, which are nearly all, are copied at once
    const end = offsets[kept[k++] + 1];
    result.indices.set(indices.subarray(from, end), to);
    result.values.set(values.subarray(from, end), to);
  }
  return result;
}

/** The factor rows that are still in use, in their old order, and the new number of each user's row. */
function usedRows(rows: StoredFactors, rowOf: Int32Array, f: number): { rows: StoredFactors; rowOf: Int32Array } {
  const count = rows.length / f;
  const to = new Int32Array(count).fill(-1);
  for (const row of rowOf) if (row >= 0) to[row] = 0;
  let used = 0;
  for (let row = 0; row < count; row++) if (to[row] === 0) to[row] = used++;
  const result = new (rows.constructor as new (n: number) => StoredFactors)(used * f);
  for (let row = 0; row < count; ) {
    if (to[row] < 0) {
      row++;
      continue;
    }
    const from = row;
    while (row < count && to[row] >= 0) row++;
    result.set(rows.subarray(from * f, row * f), to[from] * f);
  }
  return { rows: result, rowOf: rowOf.map((row) => (row < 0 ? -1 : to[row])) };
}
