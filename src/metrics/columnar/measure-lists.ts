import { AttuneError } from '../../errors.ts';
import { anything, checkIterable, choice, integer, readOptions } from '../../options.ts';
import { aucOf } from '../ranking/auc.ts';
import { type GainRule, gainOf } from '../ranking/gain.ts';
import { checkCuts, checkLists, checkNumbers, checkRelevant, type ListColumns, type RelevantColumns } from './check-columns.ts';

export type { ListColumns, RelevantColumns } from './check-columns.ts';

/** Metrics that {@link measureLists} knows; `map` and `mrr` are the means of averagePrecision and reciprocalRank over users. */
export const listMetrics = ['precision', 'recall', 'f1', 'hitRate', 'mrr', 'map', 'ndcg', 'auc'] as const;

const metricOption = choice(listMetrics);

/** One of {@link listMetrics}. */
export type ListMetric = (typeof listMetrics)[number];

/** Options of {@link measureLists}. */
export interface MeasureOptions {
  /** Which metrics. */
  metrics: readonly ListMetric[];
  /** Where lists are cut; whole numbers from 1. */
  k: readonly number[];
  /** One more than the largest dense index. */
  itemCount: number;
  /** How gains enter `ndcg`. Default `'linear'`. */
  gain?: GainRule | undefined;
  /** Only for `auc`: how many items each list was chosen from. Default `itemCount`. */
  candidates?: number | ArrayLike<number> | undefined;
}

/**
 * The metrics of this module for many users at once: the same values as the functions of the same name, one pass, no ids.
 *
 * @returns one value per user (NaN when nothing is relevant to it) for each `metric@k`, such as `ndcg@10`.
 * @throws ERR_DUPLICATE when an item occurs twice in a list; ERR_COLUMN_LENGTH when the columns do not have the same users; ERR_BAD_ARGUMENT; ERR_BAD_OPTION
 */
export function measureLists(lists: ListColumns, relevant: RelevantColumns, options: MeasureOptions): Map<string, Float64Array> {
  const owner = 'measureLists';
  const { metrics, k, itemCount, ...more } = readOptions(owner, options, {
    metrics: (value, name) =>
      Array.from(checkIterable(name, 'metrics', value as readonly ListMetric[]), (each) => metricOption(each, name)),
    k: anything<readonly number[]>(),
    itemCount: integer({ min: 1, max: 2 ** 31 }),
    gain: choice(['linear', 'exponential', 'binary'] as const, 'linear'),
    candidates: anything<MeasureOptions['candidates']>(),
  });
  const { gain: rule, candidates = itemCount } = more;
  checkLists(owner, lists, itemCount);
  checkRelevant(owner, relevant, lists, itemCount);
  checkCuts(owner, k);
  const users = lists.offsets.length - 1;
  checkNumbers(owner, 'candidates', typeof candidates === 'number' ? [candidates] : candidates, typeof candidates === 'number' ? 1 : users);
  const ks = [...new Set(k)].sort((a, b) => a - b);
  const deepest = Math.min(ks[ks.length - 1] ?? 0, itemCount);
  const discount = discounts(deepest);
  const out: Partial<Record<ListMetric, Float64Array[]>> = {};
  for (const metric of metrics) out[metric] = ks.map(() => new Float64Array(users).fill(Number.NaN));
  const graded = metrics.includes('ndcg') && rule !== 'binary';
  const gainAt = new Float64Array(itemCount);
  const seenBy = new Int32Array(itemCount); // user + 1
  const isHit = new Uint8Array(deepest); // one flag per rank of the current list, for auc
  const ideal = new Float64Array(deepest + 1);

  for (let u = 0; u < users; u++) {
    const from = relevant.offsets[u];
    const to = relevant.offsets[u + 1];
    let t = 0;
    for (let e = from; e < to; e++) {
      if (!(relevant.values[e] > 0)) continue;
      gainAt[relevant.indices[e]] = relevant.values[e];
      t++;
    }
    const start = lists.offsets[u];
    const length = Math.min(deepest, lists.offsets[u + 1] - start);
    if (t > 0 && out.ndcg) fillIdeal(ideal, relevant, from, to, t, deepest, graded ? rule : 'binary', discount);
    let hits = 0;
    let first = 0;
    let precisions = 0;
    let gained = 0;
    for (let c = 0, rank = 0; c < ks.length; c++) {
      const cut = ks[c];
      for (; rank < cut && rank < length; rank++) {
        const item = lists.items[start + rank];
        if (seenBy[item] === u + 1) throw duplicate(u, item);
        seenBy[item] = u + 1;
        const gain = gainAt[item];
        isHit[rank] = gain > 0 ? 1 : 0;
        if (!(gain > 0)) continue;
        hits++;
        if (first === 0) first = rank + 1;
        precisions += hits / (rank + 1);
        gained += gainOf(gain, rule) * discount[rank];
      }
      if (t === 0) continue;
      const reachable = Math.min(cut, t);
      put(out.precision, c, u, hits / cut);
      put(out.recall, c, u, hits / t);
      put(out.f1, c, u, (2 * hits) / (t + cut));
      put(out.hitRate, c, u, hits > 0 ? 1 : 0);
      put(out.mrr, c, u, first === 0 ? 0 : 1 / first);
      put(out.map, c, u, precisions / reachable);
      put(out.ndcg, c, u, gained / ideal[reachable]);
      if (out.auc) put(out.auc, c, u, aucOf(isHit.subarray(0, rank), t, typeof candidates === 'number' ? candidates : candidates[u]));
    }
    for (let e = from; e < to; e++) gainAt[relevant.indices[e]] = 0;
  }
  const result = new Map<string, Float64Array>();
  for (const metric of metrics)
    out[metric]?.forEach((column, c) => {
      result.set(`${metric}@${ks[c]}`, column);
    });
  return result;
}

function put(columns: Float64Array[] | undefined, c: number, user: number, value: number): void {
  if (columns) columns[c][user] = value;
}

function discounts(places: number): Float64Array {
  return Float64Array.from({ length: places }, (_, at) => 1 / Math.log2(at + 2));
}

/** ideal[n] = DCG of the n largest gains. */
function fillIdeal(
  ideal: Float64Array,
  relevant: RelevantColumns,
  from: number,
  to: number,
  count: number,
  deepest: number,
  rule: GainRule,
  discount: Float64Array,
): void {
  const places = Math.min(count, deepest);
  if (rule === 'binary') {
    for (let n = 1; n <= places; n++) ideal[n] = ideal[n - 1] + discount[n - 1];
    return;
  }
  const gains = new Float64Array(to - from);
  for (let e = from; e < to; e++) gains[e - from] = -gainOf(relevant.values[e], rule); // negated: sorts best first
  gains.sort();
  for (let n = 1; n <= places; n++) ideal[n] = ideal[n - 1] - gains[n - 1] * discount[n - 1];
}

function duplicate(user: number, item: number): AttuneError {
  return new AttuneError(
    'ERR_DUPLICATE',
    `measureLists: expected lists without duplicates, got item index ${item} twice in list ${user}. Repair the recommender.`,
  );
}
