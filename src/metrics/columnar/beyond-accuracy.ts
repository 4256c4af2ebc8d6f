import { readCount } from '../arguments.ts';
import { checkCuts, checkLists, checkNumbers, checkRelevant, type ListColumns, type RelevantColumns } from './check-columns.ts';

/**
 * For each user and each k the mean of a value of the items in the list cut at k; NaN for an empty list. Novelty and popularity of
 * lists are such means.
 * @returns one column for each of `k`, in that order.
 * @throws ERR_BAD_ARGUMENT
 */
export function meanOfItems(lists: ListColumns, k: readonly number[], value: ArrayLike<number>): Float64Array[] {
  checkNumbers('meanOfItems', 'value', value, 0);
  checkLists('meanOfItems', lists, value.length);
  checkCuts('meanOfItems', k);
  return k.map((cut) => overLists(lists, cut, (item) => value[item]));
}

/**
 * The columnar form of {@link serendipity}.
 * @param expected pu of each item, see there.
 * @param items size of the catalogue.
 * @returns one column for each of `k`, in that order; NaN for users to whom nothing is relevant.
 * @throws ERR_BAD_ARGUMENT, ERR_COLUMN_LENGTH
 */
export function serendipityColumns(
  lists: ListColumns,
  relevant: RelevantColumns,
  k: readonly number[],
  expected: ArrayLike<number>,
  items: number,
): Float64Array[] {
  const metric = 'serendipityColumns';
  checkNumbers(metric, 'expected', expected, readCount(metric, items, 'items'));
  checkLists(metric, lists, expected.length);
  checkRelevant(metric, relevant, lists, expected.length);
  checkCuts(metric, k);
  const wantedBy = new Int32Array(expected.length); // user + 1
  return k.map((cut) => {
    wantedBy.fill(0);
    let marked = -1;
    let any = false;
    const value = (item: number, place: number, user: number) => {
      if (user !== marked) {
        marked = user;
        any = false;
        for (let e = relevant.offsets[user]; e < relevant.offsets[user + 1]; e++) {
          if (!(relevant.values[e] > 0)) continue;
          wantedBy[relevant.indices[e]] = user + 1;
          any = true;
        }
      }
      if (!any) return Number.NaN;
      return wantedBy[item] === user + 1 ? Math.max((items - place) / items - expected[item], 0) : 0;
    };
    return overLists(lists, cut, value);
  });
}

/** How often each item occurs among the first k of the lists. @throws ERR_BAD_ARGUMENT */
export function exposureCounts(lists: ListColumns, k: number, itemCount: number): Float64Array {
  checkLists('exposureCounts', lists, readCount('exposureCounts', itemCount, 'itemCount'));
  checkCuts('exposureCounts', [k]);
  const counts = new Float64Array(itemCount);
  for (let u = 0; u + 1 < lists.offsets.length; u++) {
    const end = Math.min(lists.offsets[u + 1], lists.offsets[u] + k);
    for (let e = lists.offsets[u]; e < end; e++) counts[lists.items[e]]++;
  }
  return counts;
}

/** Mean over each list cut at k. `place` counts from 0. */
function overLists(lists: ListColumns, k: number, value: (item: number, place: number, user: number) => number): Float64Array {
  const means = new Float64Array(lists.offsets.length - 1);
  for (let u = 0; u < means.length; u++) {
    const start = lists.offsets[u];
    const length = Math.min(k, lists.offsets[u + 1] - start);
    let sum = 0;
    for (let place = 0; place < length; place++) sum += value(lists.items[start + place], place, u);
    means[u] = sum / length;
  }
  return means;
}
