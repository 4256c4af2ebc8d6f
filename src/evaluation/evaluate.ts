import { isInteractions } from '../data/check-interactions.ts';
import { IdMap } from '../data/id-map.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import type { ItemDistance } from '../metrics/beyond-accuracy/diversity.ts';
import type { GainRule } from '../metrics/ranking/gain.ts';
import { anything, choice, flag, integer, number, optional, type Progress, readOptions, text, workOptions } from '../options.ts';
import { measureValues } from './errors-of-values.ts';
import { type Candidates, collectLists, type EvaluableRecommender, type ListFunction } from './lists.ts';
import { type Measure, type MetricName, measureRanked, readMetrics } from './measures.ts';
import { ItemSpace, planEvaluation } from './plan.ts';
import { EvaluationReport } from './report/report.ts';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** What the model was fitted on: its items are left out of each user's list; novelty and its like look at who chose what in it. */
  train?: Interactions;
  /** What is to be found. */
  test: Interactions;
  /** Default precision, recall, ndcg, map, mrr, hitRate, and with `train` coverage and novelty. */
  metrics?: readonly (MetricName | (string & {}))[];
  /** Where lists are cut. Default 10. */
  k?: number | readonly number[];
  /** Test rows with a smaller value are not relevant. Default: every value above 0 is. */
  relevantFrom?: number;
  /** How test values enter `ndcg`: not at all (`'binary'`, default), as they are (`'linear'`), or as 2^value - 1 (`'exponential'`). */
  gain?: GainRule;
  /** What is ranked for each user. Default `'all'`: every item of the model that is not in the user's training data. */
  candidates?: Candidates;
  /** Users to evaluate: ids, or how many to draw at random. Default all of the test part. */
  users?: number | Iterable<string>;
  /** Whether items of the training data may be in the lists and count. Default false. */
  includeSeen?: boolean;
  /** `'stored'` (default): the model's own users. `'fold-in'`: lists come from `recommendFor` with the user's training rows, for users held out as a whole. */
  protocol?: 'stored' | 'fold-in';
  /** How far items are apart, for `diversity`. Default: by who chose them in the training data (1 - cosine of their columns of users). */
  diversity?: ItemDistance;
  /** Confidence of the intervals. Default 0.95. */
  level?: number;
  /** Seed of samples and intervals. Default 1. */
  seed?: number;
  /** Name in tables. Default the model's kind. */
  name?: string;
  /** Aborts; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called with phase `'evaluating'` in users. */
  onProgress?: (progress: Progress) => void;
}

/**
 * Measures how well a model finds what users chose later. For each user of the test part that the model knows, it takes the list of the
 * largest `k` over all items of the model except those in the user's training data, and compares it with the user's test items; test
 * items that the model does not know count as missed. Every mean comes with an interval, and whoever was left out is counted.
 *
 * @param recommender a fitted recommender; or a function (user, request) that returns a list or the promise of one, for anything else that ranks.
 * @throws ERR_BAD_OPTION; ERR_EMPTY when nobody is left to evaluate; ERR_DUPLICATE when a list holds an item twice; what the model throws.
 */
export async function evaluate(recommender: EvaluableRecommender | ListFunction, options: EvaluateOptions): Promise<EvaluationReport> {
  const o = readOptions('evaluate', options, checks);
  const started = performance.now();
  const ranks = typeof recommender === 'function';
  if (!ranks && typeof recommender?.recommendMany !== 'function') {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `evaluate: expected a fitted recommender or a function that ranks, got ${shown(recommender)}.`,
    );
  }
  const metrics = readMetrics(
    o.metrics ?? [...defaultMetrics, ...(o.train ? trainMetrics : [])],
    o.train !== undefined,
    o.diversity !== undefined,
  );
  const values = metrics.filter((metric) => metric === 'rmse' || metric === 'mae');
  const rankings = metrics.filter((metric) => metric !== 'rmse' && metric !== 'mae');
  if (ranks && values.length > 0) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `evaluate: '${values[0]}' needs predicted values, and a function gives lists only. Pass a recommender.`,
    );
  }
  const foldIn = o.protocol === 'fold-in';
  if (foldIn && (!o.train || values.length > 0)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      "evaluate: protocol 'fold-in' needs the histories as option 'train', and knows no rmse or mae.",
    );
  }

  const space = new ItemSpace(ranks ? itemsOf(o.train, o.test) : recommender.items);
  const trainItems = o.train ? Int32Array.from(o.train.items, (id) => space.indexOf(id)) : new Int32Array(0);
  const knows = (user: string) => (foldIn ? hasHistory(user, o.train, space) : ranks || recommender.users.has(user));
  const { train, test, relevantFrom, includeSeen, users, seed, signal, onProgress } = o;
  const lists = rankings.length > 0;
  const plan = planEvaluation({ train, test, space, trainItems, knows, relevantFrom, includeSeen, users, lists, seed });
  if ((lists ? plan.ranked : plan.known).length === 0) throw nobodyLeft(plan.leftOut, test.userCount);
  signal?.throwIfAborted();

  const measures = new Map<string, Measure>();
  if (lists) {
    const n = Math.max(...o.k);
    const { candidates } = o;
    const collected = await collectLists({
      source: recommender,
      plan,
      space,
      train,
      n,
      candidates,
      includeSeen,
      foldIn,
      seed,
      signal,
      onProgress,
    });
    const ranked = { ...collected, users: plan.ranked, relevant: plan.relevant, train, trainItems };
    const catalogue = { catalogue: ranks ? space.size : space.known.size, itemCount: space.size, idAt: (item: number) => space.idAt(item) };
    for (const [key, measure] of measureRanked({ ...ranked, ...catalogue }, { ...o, metrics: rankings })) measures.set(key, measure);
  }
  let unpredictedRows = 0;
  if (values.length > 0 && !ranks) {
    const predicted = measureValues(recommender, test, plan.known, values, signal);
    unpredictedRows = predicted.unpredicted;
    for (const [key, measure] of predicted.measures) measures.set(key, measure);
  }
  return new EvaluationReport({
    name: o.name ?? nameOf(recommender),
    metrics,
    measures,
    users: (lists ? plan.ranked : plan.known).length,
    leftOut: { ...plan.leftOut, unpredictedRows },
    warnings: warningsOf(o.candidates, lists),
    protocol: {
      candidates: lists ? describe(o.candidates) : 'predicted values',
      k: lists ? o.k : [],
      relevantFrom,
      gain: o.gain,
      includeSeen,
      users: o.protocol,
      seed,
      level: o.level,
    },
    seconds: (performance.now() - started) / 1000,
  });
}

const defaultMetrics: MetricName[] = ['precision', 'recall', 'ndcg', 'map', 'mrr', 'hitRate', 'coverage'];
const trainMetrics: MetricName[] = ['novelty'];

const interactions = (value: unknown, name: string): Interactions => {
  if (isInteractions(value)) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be Interactions, got ${shown(value)}. Make them with Interactions.from or split.`);
};

const checks = {
  train: optional(interactions),
  test: interactions,
  metrics: anything<readonly string[] | undefined>(),
  k: (value: unknown, name: string): number[] => {
    const cuts = Array.isArray(value) ? value : [value ?? 10];
    const check = integer({ min: 1 });
    if (cuts.length === 0)
      throw new AttuneError('ERR_BAD_OPTION', `${name} must hold at least one whole number from 1, got an empty array.`);
    return [...new Set(cuts.map((cut) => check(cut, name)))].sort((a, b) => a - b);
  },
  relevantFrom: optional(number({})),
  gain: choice(['binary', 'linear', 'exponential'], 'binary'),
  candidates: (value: unknown, name: string): Candidates => {
    if (value === undefined || value === 'all') return 'all';
    if (typeof value === 'function') return value as Candidates;
    if (typeof value === 'object' && value !== null && 'negatives' in value)
      return readOptions(name, value, { negatives: integer({ min: 1 }) });
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be 'all', { negatives: 99 } or a function of the user, got ${shown(value)}.`);
  },
  users: (value: unknown, name: string): number | ReadonlySet<string> | undefined => {
    if (value === undefined) return undefined;
    if (typeof value === 'number') return integer({ min: 1 })(value, name);
    if (typeof value === 'object' && value !== null && Symbol.iterator in value) return new Set(value as Iterable<string>);
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a number of users or their ids, got ${shown(value)}.`);
  },
  includeSeen: flag(false),
  protocol: choice(['stored', 'fold-in'], 'stored'),
  diversity: anything<ItemDistance | undefined>(),
  level: number({ default: 0.95, min: 0.5, max: 0.9999 }),
  seed: integer({ default: 1 }),
  name: optional(text()),
  ...workOptions,
};

function itemsOf(train: Interactions | undefined, test: Interactions): IdMap {
  const items = new IdMap(train?.items);
  for (const id of test.items) items.add(id);
  return items;
}

function hasHistory(user: string, train: Interactions | undefined, space: ItemSpace): boolean {
  const row = train ? train.users.indexOf(user) : -1;
  if (!train || row < 0) return false;
  const { offsets, indices } = train.byUser;
  for (let e = offsets[row]; e < offsets[row + 1]; e++) if (space.known.has(train.items.idAt(indices[e]))) return true;
  return false;
}

function nobodyLeft(leftOut: { unknownUsers: number; nothingRelevant: number; alreadySeen: number }, users: number): AttuneError {
  const { unknownUsers, nothingRelevant, alreadySeen } = leftOut;
  return new AttuneError(
    'ERR_EMPTY',
    `evaluate: expected a user to evaluate, got none: of ${users} test users ${unknownUsers} are unknown to the model and ${nothingRelevant} have nothing relevant (${alreadySeen} test rows are already in train). Check that train and test come from one split and 'relevantFrom' is in the range of the values.`,
  );
}

function describe(candidates: Candidates): string {
  if (candidates === 'all') return 'ranked over all items';
  return typeof candidates === 'function' ? 'ranked among given candidates' : `ranked among ${candidates.negatives} sampled negatives`;
}

function warningsOf(candidates: Candidates, lists: boolean): string[] {
  if (candidates === 'all' || !lists) return [];
  return [
    `${describe(candidates)}, not over all items: such figures are higher, and can put models in another order (Krichene & Rendle, KDD 2020). Compare them with figures of the same protocol only.`,
  ];
}

function nameOf(recommender: EvaluableRecommender | ListFunction): string {
  if (typeof recommender === 'function') return recommender.name || 'function';
  return 'kind' in recommender && typeof recommender.kind === 'string' ? recommender.kind : 'model';
}
