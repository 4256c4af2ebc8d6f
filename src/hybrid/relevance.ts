import type { Recommendation } from '../contracts/recommender.ts';
import type { SourceList } from './fusion.ts';

/**
 * How relevant items are to a query, the best one 1: the mean over the lists of sources that know what the query means, weighted as in the
 * fusion, of scores divided by the best score of the list. Scores below 0 have no natural zero, so such a list is scaled to 0 to 1. What a
 * list lacks counts 0.
 */
export function relevanceOf(lists: readonly SourceList[]): Map<string, number> {
  const relevance = new Map<string, number>();
  const isWeighted = lists.some(({ weight, items }) => weight > 0 && items.length > 0);
  for (const { items, weight } of lists) {
    const share = isWeighted ? weight : 1;
    const scale = scaleOf(items);
    for (const { item, score } of items) relevance.set(item, (relevance.get(item) ?? 0) + share * scale(score));
  }
  let best = 0;
  for (const value of relevance.values()) best = Math.max(best, value);
  if (best > 0) for (const [item, value] of relevance) relevance.set(item, value / best);
  return relevance;
}

function scaleOf(items: readonly Recommendation[]): (score: number) => number {
  const high = items[0]?.score ?? 0;
  const low = items[items.length - 1]?.score ?? 0;
  if (low >= 0 && high > 0) return (score) => score / high;
  return high > low ? (score) => (score / 2 - low / 2) / (high / 2 - low / 2) : () => 1;
}

/** Even irrelevant items have an order. */
const least = 1e-6;

/**
 * Lets relevance lead and fused scores order what is about equally relevant. The most relevant item begins a band, to which all belong whose
 * relevance is at least `1 - width` of its own; the next one begins the next band. With L the relevance of the first of a band and f the
 * fused score scaled to 0 to 1, the new score is L * (1 - width + width * f), so that no item of a band passes one of the band before.
 */
export function inBands(fused: ReadonlyMap<string, number>, relevance: ReadonlyMap<string, number>, width: number): Map<string, number> {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const score of fused.values()) {
    if (score < low) low = score;
    if (score > high) high = score;
  }
  const of = (item: string) => Math.max(least, relevance.get(item) ?? 0);
  const order = [...fused].filter(([, score]) => Number.isFinite(score)).sort(([a], [b]) => of(b) - of(a));
  const play = Math.max(width, 1e-9); // equally relevant items are ordered by taste even in bands of no width
  const banded = new Map<string, number>();
  let leader = order.length > 0 ? of(order[0][0]) : 0;
  for (const [item, score] of order) {
    if (of(item) < leader * (1 - width)) leader = of(item);
    const f = high > low ? (score / 2 - low / 2) / (high / 2 - low / 2) : 1;
    banded.set(item, leader * (1 - play + play * f));
  }
  return banded;
}
