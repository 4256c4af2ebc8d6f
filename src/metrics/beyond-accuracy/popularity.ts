import { AttuneError, shown } from '../../errors.ts';
import { isVector } from '../../numeric/is-vector.ts';
import { choice, flag, integer, optional, readOptions } from '../../options.ts';
import {
  byText,
  checkMap,
  type ItemId,
  lookup,
  type Recommended,
  type Relevant,
  readCount,
  readCutList,
  readList,
  readRelevant,
} from '../arguments.ts';

/** Number of users (or interactions) each item had in the past, by id. Items that are missing had none. */
export type PopularityCounts = ReadonlyMap<ItemId, number>;

/**
 * Mean self-information of the first k in bits: the mean of -log2(users of the item / all users). From 0 (every user had all of them)
 * to log2(users). An item that no user had counts as one user. Zhou et al., PNAS 107(10), 2010; RecTools' MeanInvUserFreq.
 *
 * @param counts users of each item in the training data.
 * @param options `users`: how many users the training data has; needed.
 * @returns NaN for an empty list.
 * @throws ERR_DUPLICATE, ERR_BAD_ARGUMENT, ERR_BAD_OPTION.
 */
export function novelty(recommended: Recommended, counts: PopularityCounts, k: number | undefined, options: { users: number }): number {
  const { users } = readOptions('novelty', options, { users: integer({ min: 1 }) });
  const countOf = countsOf('novelty', counts);
  return meanOver(readCutList('novelty', recommended, k), (item) => -Math.log2(Math.max(1, countOf(item)) / users));
}

/**
 * Mean number of past interactions of the first k (ARP of Yin et al., VLDB 5(9), 2012; RecTools' AvgRecPopularity). From 0 up.
 *
 * @param options `normalize`: divide by all past interactions; default false.
 * @returns NaN for an empty list.
 * @throws ERR_DUPLICATE, ERR_BAD_ARGUMENT, ERR_BAD_OPTION.
 */
export function averagePopularity(
  recommended: Recommended,
  counts: PopularityCounts,
  k?: number,
  options: { normalize?: boolean | undefined } = {},
): number {
  const { normalize } = readOptions('averagePopularity', options, { normalize: flag(false) });
  const countOf = countsOf('averagePopularity', counts);
  let total = 0;
  if (normalize) for (const count of counts.values()) total += count;
  const mean = meanOver(readCutList('averagePopularity', recommended, k), countOf);
  return normalize ? mean / total : mean;
}

/**
 * Mean popularity quantile of the first k: 1 for the most popular item, 0 for one that no user had; items of equal popularity share
 * the mean of their ranks (LensKit's MeanPopRank). From 0 to 1.
 *
 * @returns NaN for an empty list.
 * @throws ERR_DUPLICATE, ERR_BAD_ARGUMENT.
 */
export function popularityRank(recommended: Recommended, counts: PopularityCounts, k?: number): number {
  const list = readCutList('popularityRank', recommended, k);
  const quantiles = popularityQuantiles(readCounts('popularityRank', counts));
  return meanOver(list, (item) => quantiles.get(item) ?? 0);
}

/**
 * How much more popular a list is than what its user chose before: mean past interactions of the first k over those of the
 * user's own history, minus 1 ("popularity lift", Abdollahpouri et al., RecSys 2020). From -1 up; 0 = as popular as the user's taste.
 *
 * @param history the user's items in the training data.
 * @returns NaN when list or history is empty, or nothing of the history was ever counted.
 * @throws ERR_DUPLICATE, ERR_BAD_ARGUMENT.
 */
export function popularityBias(recommended: Recommended, history: Recommended, counts: PopularityCounts, k?: number): number {
  const popularity = countsOf('popularityBias', counts);
  const own = meanOver(readList('popularityBias', history), popularity);
  const list = meanOver(readCutList('popularityBias', recommended, k), popularity);
  return own > 0 ? list / own - 1 : Number.NaN;
}

/**
 * Useful and unexpected: the mean over the first k of max(p - pu, 0) where the item is relevant, with p = (N + 1 - rank) / N, pu the
 * same of its popularity rank (0 for an item that no user had), N the catalogue. From 0 to 1. RecTools' Serendipity, after Ge,
 * Delgado-Battenfeld & Jannach, RecSys 2010.
 *
 * @param options `items`: N, the size of the catalogue; default the items in `counts`. `ranks`: equally popular items share the best of
 *   their ranks, and the next rank is the number of more popular items plus one (`'competition'`, default), or the next number
 *   (`'dense'`, RecTools; in a large catalogue nearly all items then count as popular).
 * @returns NaN when nothing is relevant or the list is empty.
 * @throws ERR_DUPLICATE, ERR_BAD_ARGUMENT, ERR_BAD_OPTION.
 */
export function serendipity(
  recommended: Recommended,
  relevant: Relevant,
  counts: PopularityCounts,
  k?: number,
  options: { items?: number | undefined; ranks?: 'competition' | 'dense' | undefined } = {},
): number {
  const o = readOptions('serendipity', options, {
    items: optional(integer({ min: 1 })),
    ranks: choice(['competition', 'dense'], 'competition'),
  });
  const list = readCutList('serendipity', recommended, k);
  const wanted = new Set(readRelevant('serendipity', relevant).keys());
  checkMap('serendipity', counts, 'counts');
  if (wanted.size === 0) return Number.NaN;
  const items = o.items ?? Math.max(1, counts.size);
  const known = readCounts('serendipity', counts);
  const expected = popularityExpectation([...known.values()], items, o.ranks === 'dense');
  const expectedOf = new Map([...known.keys()].map((item, at) => [item, expected[at]]));
  let rank = 0;
  return meanOver(list, (item) => {
    rank++;
    return wanted.has(item) ? Math.max((items + 1 - rank) / items - (expectedOf.get(item) ?? 0), 0) : 0;
  });
}

/** (N + 1 - popularity rank) / N of each item, 0 for a count of 0. @throws ERR_BAD_ARGUMENT */
export function popularityExpectation(counts: ArrayLike<number>, items: number, dense = false): Float64Array {
  readCount('popularityExpectation', items, 'items');
  if (!isVector(counts))
    throw new AttuneError('ERR_BAD_ARGUMENT', `popularityExpectation: expected finite numbers as counts, got ${shown(counts)}.`);
  const order = Array.from({ length: counts.length }, (_, at) => at).sort((a, b) => counts[b] - counts[a]);
  const expected = new Float64Array(counts.length);
  for (let at = 0, best = 0; at < order.length; at++) {
    if (counts[order[at]] !== counts[order[at - 1]]) best = dense ? best + 1 : at + 1;
    if (counts[order[at]] > 0) expected[order[at]] = (items + 1 - best) / items;
  }
  return expected;
}

/** Mean rank from the bottom over the number of items that anybody had. */
function popularityQuantiles(counts: ReadonlyMap<string, number>): Map<string, number> {
  const had = [...counts].filter(([, count]) => count > 0).sort((a, b) => a[1] - b[1]);
  const quantiles = new Map<string, number>();
  for (let start = 0, end = 0; start < had.length; start = end) {
    while (end < had.length && had[end][1] === had[start][1]) end++;
    for (let at = start; at < end; at++) quantiles.set(had[at][0], (start + 1 + end) / 2 / had.length);
  }
  return quantiles;
}

/** The count of an item, checked; 0 for one that is missing. */
function countsOf(metric: string, counts: PopularityCounts): (item: string) => number {
  checkMap(metric, counts, 'counts');
  const find = lookup(metric, counts, 'counts');
  return (item) => checkCount(metric, item, find(item) ?? 0);
}

/** All counts by text, checked. */
function readCounts(metric: string, counts: PopularityCounts): Map<string, number> {
  const known = byText(metric, counts, 'counts');
  for (const [item, count] of known) checkCount(metric, item, count);
  return known;
}

function checkCount(metric: string, item: string, count: unknown): number {
  if (typeof count === 'number' && count >= 0 && Number.isFinite(count)) return count;
  throw new AttuneError('ERR_BAD_VALUE', `${metric}: expected counts from 0 up, got ${shown(count)} for item ${shown(item)}.`);
}

function meanOver(list: string[], value: (item: string) => number): number {
  let sum = 0;
  for (const item of list) sum += value(item);
  return sum / list.length;
}
