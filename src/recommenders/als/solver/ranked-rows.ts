import type { Csr } from '../../../data/csr.ts';

/** The same rows with items by rank, ascending within a row. */
export function rankedRows(byUser: Csr, itemRank: Int32Array): Csr {
  const { rows, offsets } = byUser;
  const indices = new Int32Array(byUser.indices.length);
  const values = byUser.values.slice();
  for (let e = 0; e < indices.length; e++) indices[e] = itemRank[byUser.indices[e]];
  for (let u = 0; u < rows; u++) {
    const n = offsets[u + 1] - offsets[u];
    if (n > shortRow) sortLong(indices, values, offsets[u], n);
    else if (n > 1) sortShort(indices, values, offsets[u], offsets[u + 1]);
  }
  return { ...byUser, indices, values };
}

/** Up to this size the simple method is faster. */
const shortRow = 32;

function sortShort(indices: Int32Array, values: Float32Array, from: number, to: number): void {
  for (let e = from + 1; e < to; e++) {
    const index = indices[e];
    const value = values[e];
    let at = e;
    for (; at > from && indices[at - 1] > index; at--) {
      indices[at] = indices[at - 1];
      values[at] = values[at - 1];
    }
    indices[at] = index;
    values[at] = value;
  }
}

/** Sorts one number per entry, composed of index and position, with the runtime's sort. */
function sortLong(indices: Int32Array, values: Float32Array, from: number, n: number): void {
  const keys = new Float64Array(n);
  for (let k = 0; k < n; k++) keys[k] = indices[from + k] * n + k;
  keys.sort();
  const old = values.slice(from, from + n);
  for (let k = 0; k < n; k++) {
    const index = Math.floor(keys[k] / n);
    indices[from + k] = index;
    values[from + k] = old[keys[k] - index * n];
  }
}
