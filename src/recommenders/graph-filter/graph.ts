import { type Csr, transpose } from '../../data/csr.ts';

/** The graph of users and items, normalized: N = Du^-½ R Di^-½, whose largest singular value is 1. */
export interface Graph {
  /** N by user. */
  byUser: Csr;
  /** N by item. */
  byItem: Csr;
  /** Di: the sum of the values of each item. */
  degrees: Float64Array;
}

/** The graph of the values above 0; the others say nothing of what a user likes. */
export function graphOf(rows: Csr): Graph {
  const { offsets, indices, values } = positive(rows);
  const users = new Float64Array(rows.rows);
  const degrees = new Float64Array(rows.columns);
  for (let user = 0; user < rows.rows; user++) {
    for (let e = offsets[user]; e < offsets[user + 1]; e++) {
      users[user] += values[e];
      degrees[indices[e]] += values[e];
    }
  }
  const normalized = new Float32Array(values.length);
  for (let user = 0; user < rows.rows; user++) {
    for (let e = offsets[user]; e < offsets[user + 1]; e++) {
      normalized[e] = values[e] / (Math.sqrt(users[user]) * Math.sqrt(degrees[indices[e]]));
    }
  }
  const byUser = { rows: rows.rows, columns: rows.columns, offsets, indices, values: normalized };
  return { byUser, byItem: transpose(byUser), degrees };
}

/** degree^-exponent of each item, 0 for an item without interactions. */
export function dampingOf(degrees: Float64Array, exponent: number): Float32Array {
  return Float32Array.from(degrees, (degree) => (degree > 0 ? degree ** -exponent : 0));
}

function positive(csr: Csr): Pick<Csr, 'offsets' | 'indices' | 'values'> {
  if (csr.values.every((value) => value > 0)) return csr;
  const offsets = new Int32Array(csr.rows + 1);
  const indices = new Int32Array(csr.indices.length);
  const values = new Float32Array(csr.indices.length);
  let end = 0;
  for (let row = 0; row < csr.rows; row++) {
    for (let e = csr.offsets[row]; e < csr.offsets[row + 1]; e++) {
      if (!(csr.values[e] > 0)) continue;
      indices[end] = csr.indices[e];
      values[end++] = csr.values[e];
    }
    offsets[row + 1] = end;
  }
  return { offsets, indices: indices.slice(0, end), values: values.slice(0, end) };
}
