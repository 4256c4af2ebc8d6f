import type { Csr } from '../../data/csr.ts';
import { checkCsr, checkCuts, checkLists, type ListColumns } from './check-columns.ts';

/**
 * Intra-list diversity by who chose the items: the mean over the pairs of a list of 1 - cosine of their columns of users. What
 * {@link diversity} gives with those columns as vectors, but without touching pairs: with unit columns v, item b adds
 * v_b . (v_1 + ... + v_(b-1)), so one running sum gives all cuts. O(users of the listed items).
 *
 * @param byItem training data by item; only presence counts, not the values. Items from `byItem.rows` on count as chosen by no user.
 * @returns one column for each of `k`, in that order; NaN for lists of fewer than two items.
 * @throws ERR_BAD_ARGUMENT
 */
export function coOccurrenceDiversity(lists: ListColumns, k: readonly number[], byItem: Csr): Float64Array[] {
  checkLists('coOccurrenceDiversity', lists);
  checkCuts('coOccurrenceDiversity', k);
  checkCsr('coOccurrenceDiversity', 'byItem', byItem);
  const users = lists.offsets.length - 1;
  const ks = [...k].map((cut, column) => ({ cut, column })).sort((a, b) => a.cut - b.cut);
  const deepest = ks[ks.length - 1]?.cut ?? 0;
  const result = k.map(() => new Float64Array(users));
  const sum = new Float64Array(byItem.columns);
  for (let u = 0; u < users; u++) {
    const start = lists.offsets[u];
    const length = Math.min(deepest, lists.offsets[u + 1] - start);
    let similar = 0;
    let place = 0;
    for (const { cut, column } of ks) {
      for (; place < Math.min(cut, length); place++) similar += addColumn(sum, byItem, lists.items[start + place]);
      result[column][u] = 1 - similar / ((place * (place - 1)) / 2);
    }
    for (let at = 0; at < length; at++) clearColumn(sum, byItem, lists.items[start + at]);
  }
  return result;
}

/** Adds an item's unit column to the sum. @returns its dot product with the sum before that. */
function addColumn(sum: Float64Array, { offsets, indices, rows }: Csr, item: number): number {
  if (item >= rows) return 0;
  const end = offsets[item + 1];
  const unit = 1 / Math.sqrt(end - offsets[item]);
  let dot = 0;
  for (let e = offsets[item]; e < end; e++) {
    dot += sum[indices[e]];
    sum[indices[e]] += unit;
  }
  return end > offsets[item] ? dot * unit : 0;
}

function clearColumn(sum: Float64Array, { offsets, indices, rows }: Csr, item: number): void {
  if (item < rows) for (let e = offsets[item]; e < offsets[item + 1]; e++) sum[indices[e]] = 0;
}
