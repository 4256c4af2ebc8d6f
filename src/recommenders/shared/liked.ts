import type { HistoryRow } from '../../contracts/history.ts';
import type { Csr } from '../../data/csr.ts';

/** What a user likes: the interactions with a value above 0. Others are known and never in a list, but say nothing. */
export function likedRows({ rows, columns, offsets, indices, values }: Csr): Csr {
  const kept = indices.filter((_, e) => values[e] > 0);
  const ends = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row++) {
    ends[row + 1] = ends[row];
    for (let e = offsets[row]; e < offsets[row + 1]; e++) if (values[e] > 0) ends[row + 1]++;
  }
  return { rows, columns, offsets: ends, indices: kept, values: values.filter((value) => value > 0) };
}

/** The same of one history. */
export const likedItems = ({ items, values }: HistoryRow): Int32Array => items.filter((_, e) => values[e] > 0);
