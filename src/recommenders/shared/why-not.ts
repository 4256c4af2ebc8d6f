import type { HistoryRow } from '../../contracts/history.ts';
import type { WhyNot } from '../../contracts/recommender.ts';
import type { Filter } from './filters.ts';

/** What decides whether an item is in a list, in dense indices. */
export interface WhyNotRequest {
  /** The item. */
  item: number;
  /** The options of the list; `n` as it was asked for. */
  filter: Filter & { includeSeen: boolean };
  /** What the user did. */
  history: HistoryRow;
  /** Scores of all items; only asked for when nothing else keeps the item out. */
  scores(): Float32Array;
}

/** Why an item is not in the list, by the rules that make the list. */
export function whyNot({ item, filter, history, scores }: WhyNotRequest): WhyNot {
  const { n, exclude, only, includeSeen } = filter;
  if (exclude?.includes(item)) return { reason: 'excluded' };
  if (only && !only.includes(item)) return { reason: 'not-in-only' };
  const at = history.items.indexOf(item);
  if (at >= 0 && !includeSeen) return { reason: 'seen', value: history.values[at] };
  const all = scores();
  const score = all[item];
  if (Number.isNaN(score)) return { reason: 'no-score' };
  const barred = new Uint8Array(all.length);
  if (only) {
    barred.fill(1);
    for (const i of only) barred[i] = 0;
  }
  if (!includeSeen) for (const i of history.items) barred[i] = 1;
  for (const i of exclude ?? []) barred[i] = 1;
  let rank = 1;
  // Equal scores stand in index order.
  for (let i = 0; i < all.length; i++) if (barred[i] === 0 && (all[i] > score || (all[i] === score && i < item))) rank++;
  return { reason: rank <= n ? 'listed' : 'rank', rank, score, n };
}
