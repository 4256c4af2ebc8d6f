import { fromFloat16, type StoredFactors } from '../../numeric/float16.ts';

/** Number of rows read together. */
export const slab = 1024;

/** The factors of users as a model keeps them: users with the same history may share a row. */
export interface UserRows {
  /** count x stride; the first f columns are factors. */
  rows: StoredFactors;
  /** Floats per row. */
  stride: number;
  /** Number of factors. */
  f: number;
  /** Row of each user, -1 for none. undefined = user u has row u. */
  rowOf?: Int32Array;
  /** What the row of each user is multiplied by. undefined = 1. */
  scaleOf?: Float32Array;
}

/** Similarity of every user to one, by user index; `scores` comes filled with 0, which stays where a user has no factors. */
export function userSimilarity(users: UserRows, user: number, metric: 'cosine' | 'dot', scores: Float32Array): void {
  const { rows, stride, f, scaleOf } = users;
  const ownRow = rowOfUser(users, user);
  if (ownRow < 0) return;
  const vector = factorsOf(users, ownRow);
  const norm = normOf(vector);
  const byRow = new Float32Array(rows.length / stride);
  for (let lo = 0; lo < byRow.length; lo += slab) {
    const hi = Math.min(byRow.length, lo + slab);
    const some = floatsOf(rows, lo * stride, hi * stride);
    for (let row = lo; row < hi; row++) {
      const at = (row - lo) * stride;
      byRow[row] = likeness(vector, norm, some.subarray(at, at + f), metric);
    }
  }
  const scale = (u: number) => (scaleOf === undefined ? 1 : metric === 'dot' ? scaleOf[u] : Math.sign(scaleOf[u]));
  const own = scale(user);
  for (let u = 0; u < scores.length; u++) {
    const row = rowOfUser(users, u);
    if (row >= 0) scores[u] = byRow[row] * own * scale(u);
  }
}

export const rowOfUser = ({ rowOf }: UserRows, user: number): number => (rowOf ? rowOf[user] : user);

/** The factors of a row. */
export const factorsOf = ({ rows, stride, f }: UserRows, row: number): Float32Array => floatsOf(rows, row * stride, row * stride + f);

export function likeness(a: Float32Array, norm: number, b: Float32Array, metric: 'cosine' | 'dot'): number {
  let product = 0;
  let square = 0;
  for (let q = 0; q < a.length; q++) {
    product += a[q] * b[q];
    square += b[q] * b[q];
  }
  const size = metric === 'dot' ? 1 : norm * Math.sqrt(square);
  return size > 0 ? product / size : 0;
}

export function normOf(row: Float32Array): number {
  let sum = 0;
  for (let q = 0; q < row.length; q++) sum += row[q] * row[q];
  return Math.sqrt(sum);
}

export function floatsOf(rows: StoredFactors, from: number, to: number): Float32Array {
  return rows instanceof Uint16Array ? fromFloat16(rows.subarray(from, to)) : rows.subarray(from, to);
}
