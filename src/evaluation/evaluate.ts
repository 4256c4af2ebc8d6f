import { IdMap } from '../data/id-map.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import { readOptions } from '../options.ts';
import { measureValues } from './errors-of-values.ts';
import { defaultMetrics, type EvaluateOptions, evaluateChecks, trainMetrics } from './evaluate-options.ts';
import { type Candidates, collectLists, type EvaluableRecommender, type ListFunction } from './lists.ts';
import { type Measure, measureRanked } from './measures.ts';
import { type DefaultMetric, type MetricName, readMetrics } from './metric-names.ts';
import { ItemSpace, planEvaluation } from './plan.ts';
import type { EvaluationProtocol } from './report/contents.ts';
import { EvaluationReport } from './report/report.ts';

/**
 * Measures how well a model finds what users chose later. For each user of the test part that the model knows, it takes the list of the
 * largest `k` over all items of the model except those in the user's training data, and compares it with the user's test items; test
 * items that the model does not know count as missed. Every mean has an interval, and users that were left out are counted.
 *
 * @param recommender a fitted recommender; or a function (user, request) that returns a list or the promise of one, for anything else that ranks.
 * @throws ERR_BAD_OPTION; ERR_EMPTY when no user is left to evaluate; ERR_DUPLICATE when a list holds an item twice; what the model throws.
 */
export async function evaluate<const M extends MetricName = DefaultMetric>(
  recommender: EvaluableRecommender | ListFunction,
  options: EvaluateOptions<M>,
): Promise<EvaluationReport<M>> {
  const started = performance.now();
  const request = readRequest(recommender, options);
  const { o, metrics, rankings, values, foldIn } = request;
  const { train, test, relevantFrom, includeSeen, users, seed, signal } = o;
  const ranks = typeof recommender === 'function';
  const lists = rankings.length > 0;
  const space = new ItemSpace(ranks ? itemsOf(train, test) : recommender.items);
  const trainItems = train ? Int32Array.from(train.items, (id) => space.indexOf(id)) : new Int32Array(0);
  const knows = (user: string) => (foldIn ? hasHistory(user, train, space) : ranks || recommender.users.has(user));
  const plan = planEvaluation({ train, test, space, trainItems, knows, relevantFrom, includeSeen, users, lists, seed });
  if ((lists ? plan.ranked : plan.known).length === 0) throw nobodyLeft(plan.leftOut, test.userCount);
  signal?.throwIfAborted();

  const measures = new Map<string, Measure>();
  if (lists) {
    const collected = await collectLists({ ...o, source: recommender, plan, space, n: Math.max(...o.k), foldIn });
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
  return new EvaluationReport<M>({
    name: o.name ?? nameOf(recommender),
    metrics: metrics as M[],
    measures,
    users: (lists ? plan.ranked : plan.known).length,
    leftOut: { ...plan.leftOut, unpredictedRows },
    warnings: warningsOf(o.candidates, lists),
    protocol: protocolOf(request),
    seconds: (performance.now() - started) / 1000,
  });
}

/** What was asked for, once checked. */
interface Request {
  o: ReturnType<typeof readOptions<typeof evaluateChecks>>;
  metrics: MetricName[];
  /** Those of them that need lists. */
  rankings: MetricName[];
  /** Those of them that need predicted values. */
  values: MetricName[];
  foldIn: boolean;
}

function readRequest(recommender: EvaluableRecommender | ListFunction, options: EvaluateOptions): Request {
  const o = readOptions('evaluate', options, evaluateChecks);
  const ranks = typeof recommender === 'function';
  if (!ranks && typeof recommender?.recommendMany !== 'function') {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `evaluate: expected a fitted recommender or a function that ranks, got ${shown(recommender)}.`,
    );
  }
  const asked = o.metrics ?? [...defaultMetrics, ...(o.train ? trainMetrics : [])];
  const metrics = readMetrics(asked, o.train !== undefined, o.diversity !== undefined);
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
  return { o, metrics, rankings, values, foldIn };
}

function protocolOf({ o, rankings }: Request): EvaluationProtocol {
  const { k, relevantFrom, gain, includeSeen, protocol, seed, level } = o;
  const lists = rankings.length > 0;
  const candidates = lists ? describe(o.candidates) : 'predicted values';
  return { candidates, k: lists ? k : [], relevantFrom, gain, includeSeen, users: protocol, seed, level };
}

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
