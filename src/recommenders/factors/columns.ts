import type { Factors } from '../../contracts/recommender.ts';

/** A copy of rows, with one more column when it is given. */
export function withColumn(rows: Float32Array, f: number, last: Float32Array | undefined): Factors {
  const count = rows.length / f;
  if (!last) return { data: rows.slice(), rows: count, columns: f };
  const data = new Float32Array(count * (f + 1));
  for (let row = 0; row < count; row++) {
    data.set(rows.subarray(row * f, (row + 1) * f), row * (f + 1));
    data[row * (f + 1) + f] = last[row];
  }
  return { data, rows: count, columns: f + 1 };
}
