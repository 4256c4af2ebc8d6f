/**
 * Compressed sparse rows: row r holds `indices[offsets[r]..offsets[r + 1])`, ascending, and `values` the values at the same positions.
 */
export interface Csr {
  /** Number of rows. */
  rows: number;
  /** Number of columns. */
  columns: number;
  /** `rows + 1` positions into `indices` and `values`. */
  offsets: Int32Array;
  /** Column of each entry, ascending within a row. */
  indices: Int32Array;
  /** Value of each entry. */
  values: Float32Array;
}

/** Builds rows from coordinates by two counting sorts, so that the columns of a row come out ascending; O(entries). */
export function csrFromCoordinates(rows: number, columns: number, r: Int32Array, c: Int32Array, v: Float32Array): Csr {
  return transpose(bucket(columns, rows, c, r, v));
}

/** The same entries by column. O(entries). */
export function transpose(csr: Csr): Csr {
  const rowOf = new Int32Array(csr.indices.length);
  for (let row = 0; row < csr.rows; row++) rowOf.fill(row, csr.offsets[row], csr.offsets[row + 1]);
  return bucket(csr.columns, csr.rows, csr.indices, rowOf, csr.values);
}

/** Entries by `key`, in input order within a key. */
function bucket(keys: number, columns: number, key: Int32Array, other: Int32Array, v: Float32Array): Csr {
  const count = key.length;
  const offsets = new Int32Array(keys + 1);
  for (let e = 0; e < count; e++) offsets[key[e] + 1]++;
  for (let k = 0; k < keys; k++) offsets[k + 1] += offsets[k];
  const next = offsets.slice(0, keys);
  const indices = new Int32Array(count);
  const values = new Float32Array(count);
  for (let e = 0; e < count; e++) {
    const at = next[key[e]]++;
    indices[at] = other[e];
    values[at] = v[e];
  }
  return { rows: keys, columns, offsets, indices, values };
}
