import type { Interactions } from '../data/interactions.ts';
import { type ItemDistance, itemDistance, meanPairDistance } from '../metrics/beyond-accuracy/diversity.ts';
import { giniOf } from '../metrics/beyond-accuracy/exposure.ts';
import { popularityExpectation } from '../metrics/beyond-accuracy/popularity.ts';
import { exposureCounts, meanOfItems, serendipityColumns } from '../metrics/columnar/beyond-accuracy.ts';
import { coOccurrenceDiversity } from '../metrics/columnar/co-occurrence.ts';
import { type ListColumns, type ListMetric, listMetrics, measureLists, type RelevantColumns } from '../metrics/columnar/measure-lists.ts';
import type { GainRule } from '../metrics/ranking/gain.ts';
import type { MetricName } from './metric-names.ts';

/** One value per user, the mean of which is reported. */
export interface PerUserMeasure {
  /** Says which of the three it is. */
  kind: 'per-user';
  /** User ids. */
  users: readonly string[];
  /** One per user; NaN where it is not defined for a user. */
  values: Float64Array;
}

/** Errors of predicted values: the mean is over all rows, not over users. */
export interface ErrorMeasure {
  /** Says which of the three it is. */
  kind: 'error';
  /** User ids. */
  users: readonly string[];
  /** Sum of the errors (squared under `root`) of each user. */
  sums: Float64Array;
  /** Number of rows of each user. */
  counts: Float64Array;
  /** Whether the square root of the mean is meant. */
  root: boolean;
}

/** A property of all lists as a whole. */
export interface OverallMeasure {
  /** Says which of the three it is. */
  kind: 'overall';
  /** User ids whose lists they are. */
  users: readonly string[];
  /** The value. */
  value: number;
}

/** What was measured under one key, such as `ndcg@10` or `rmse`. */
export type Measure = PerUserMeasure | ErrorMeasure | OverallMeasure;

/** Lists and what belongs to them, all in the dense indices of one item space. */
export interface Ranked {
  users: readonly string[];
  lists: ListColumns;
  relevant: RelevantColumns;
  /** Items of the model; indices from here on are items it does not know. */
  catalogue: number;
  /** Size of the item space. */
  itemCount: number;
  /** How many items each list was chosen from. */
  candidates: Int32Array;
  /** Training data; its item j is `trainItems[j]` in the item space. */
  train: Interactions | undefined;
  trainItems: Int32Array;
  idAt: (item: number) => string;
}

/** Options of {@link measureRanked}. */
export interface RankedOptions {
  metrics: readonly MetricName[];
  k: readonly number[];
  gain: GainRule;
  diversity: ItemDistance | undefined;
}

/** All measures of lists, by key. */
export function measureRanked(ranked: Ranked, { metrics, k, gain, diversity }: RankedOptions): Map<string, Measure> {
  const { users, lists, relevant, itemCount, candidates } = ranked;
  const found = new Map<string, Measure>();
  const basic = metrics.filter((metric): metric is ListMetric => (listMetrics as readonly string[]).includes(metric));
  for (const [key, values] of measureLists(lists, relevant, { metrics: basic, k, itemCount, gain, candidates })) {
    found.set(key, { kind: 'per-user', users, values });
  }
  for (const metric of metrics) {
    if (metric === 'coverage' || metric === 'gini') {
      for (const cut of k) found.set(`${metric}@${cut}`, { kind: 'overall', users, value: overall(metric, ranked, cut) });
    } else {
      beyondAccuracy(metric, ranked, k, diversity)?.forEach((values, at) => {
        found.set(`${metric}@${k[at]}`, { kind: 'per-user', users, values });
      });
    }
  }
  return found;
}

function overall(metric: 'coverage' | 'gini', { lists, itemCount, catalogue }: Ranked, k: number): number {
  const counts = exposureCounts(lists, k, itemCount);
  const shownItems = counts.filter((count) => count > 0);
  return metric === 'coverage' ? shownItems.length / catalogue : giniOf(shownItems, catalogue);
}

function beyondAccuracy(
  metric: MetricName,
  ranked: Ranked,
  k: readonly number[],
  by: ItemDistance | undefined,
): Float64Array[] | undefined {
  const { lists, relevant, train, catalogue } = ranked;
  if (metric === 'diversity' && by) return diversityBy(ranked, k, by);
  if (!train) return undefined;
  switch (metric) {
    case 'novelty':
      return meanOfItems(
        lists,
        k,
        popularityOf(ranked, train).map((count) => -Math.log2(Math.max(1, count) / train.userCount)),
      );
    case 'popularity':
      return meanOfItems(lists, k, popularityOf(ranked, train));
    case 'popularityBias': {
      const own = ownPopularity(ranked, train);
      return meanOfItems(lists, k, popularityOf(ranked, train)).map((column) => column.map((mean, u) => mean / own[u] - 1));
    }
    case 'serendipity':
      return serendipityColumns(lists, relevant, k, popularityExpectation(popularityOf(ranked, train), catalogue), catalogue);
    case 'diversity':
      return coOccurrenceDiversity(toTrainItems(ranked, train), k, train.byItem);
    default:
      return undefined;
  }
}

/** Users of each item of the item space in the training data. */
function popularityOf({ itemCount, trainItems }: Ranked, train: Interactions): Float64Array {
  const counts = new Float64Array(itemCount);
  const { offsets } = train.byItem;
  for (let item = 0; item < trainItems.length; item++) counts[trainItems[item]] = offsets[item + 1] - offsets[item];
  return counts;
}

/** Mean popularity of what each user chose before; NaN without a history. */
function ownPopularity({ users }: Ranked, train: Interactions): Float64Array {
  const item = train.byItem.offsets;
  const { offsets, indices } = train.byUser;
  return Float64Array.from(users, (id) => {
    const user = train.users.indexOf(id);
    if (user < 0) return Number.NaN;
    let sum = 0;
    for (let e = offsets[user]; e < offsets[user + 1]; e++) sum += item[indices[e] + 1] - item[indices[e]];
    return sum / (offsets[user + 1] - offsets[user]);
  });
}

/** The lists in item indices of the training data; items that are not in it come behind all of its. */
function toTrainItems({ lists, itemCount, trainItems }: Ranked, train: Interactions): ListColumns {
  const back = new Int32Array(itemCount).fill(train.itemCount);
  trainItems.forEach((item, own) => {
    back[item] = own;
  });
  return { offsets: lists.offsets, items: lists.items.map((item) => back[item]) };
}

function diversityBy({ lists, idAt }: Ranked, k: readonly number[], by: ItemDistance): Float64Array[] {
  const distance = itemDistance(by);
  return k.map((cut) => {
    const values = new Float64Array(lists.offsets.length - 1);
    for (let u = 0; u < values.length; u++) {
      const list = lists.items.subarray(lists.offsets[u], Math.min(lists.offsets[u + 1], lists.offsets[u] + cut));
      values[u] = meanPairDistance(Array.from(list, idAt), distance);
    }
    return values;
  });
}
