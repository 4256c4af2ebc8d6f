import type { Memory } from '../../memory/views.ts';

/** A sparse matrix in rows: where its arrays begin, in bytes, and how many rows it has. */
interface Rows {
  offsets: number;
  indices: number;
  values: number;
  rows: number;
}

/** Adds MᵀM p to q, for columns that are read and added to one number at a time. */
export function addGramTimes({ f32, i32 }: Memory, m: Rows, p: (k: number) => number, add: (k: number, v: number) => void): void {
  for (let row = 0; row < m.rows; row++) {
    const first = i32[m.offsets / 4 + row];
    const last = i32[m.offsets / 4 + row + 1];
    let t = 0;
    for (let e = first; e < last; e++) t += f32[m.values / 4 + e] * p(i32[m.indices / 4 + e]);
    for (let e = first; e < last; e++) add(i32[m.indices / 4 + e], f32[m.values / 4 + e] * t);
  }
}

/** A row of a sparse matrix times x, whose rows are `width` long: the sum of the rows it names, each times its value. */
export function rowTimes({ f32, i32 }: Memory, { offsets, indices, values }: Omit<Rows, 'rows'>, row: number, x: number, width: number): Float64Array {
  const sums = new Float64Array(width);
  for (let e = i32[offsets / 4 + row]; e < i32[offsets / 4 + row + 1]; e++) {
    const from = x / 4 + i32[indices / 4 + e] * width;
    for (let c = 0; c < width; c++) sums[c] += f32[values / 4 + e] * f32[from + c];
  }
  return sums;
}
