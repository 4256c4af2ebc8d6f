/** What must and what must not compile of metrics, evaluation and experiments. The compiler is the test: nothing here runs. */
import {
  AlsRecommender,
  compare,
  compareAll,
  type EvaluationReport,
  evaluate,
  formatReports,
  gridSearch,
  halvingSearch,
  type Interactions,
  metrics,
  type NumberRange,
  randomSearch,
} from 'attune';
import { analyzeExperiment, experiment } from 'attune/experiments';
import type { Tracker } from 'attune/tracking';

declare const als: AlsRecommender;
declare const train: Interactions;
declare const test: Interactions;
declare const tracker: Tracker;

/** Names of metrics. */
export async function names(): Promise<void> {
  const report = await evaluate(als, { train, test, metrics: ['ndcg', 'recall', 'rmse'], k: [10, 20] });
  report.get('ndcg', 10).mean satisfies number;
  report.get('ndcg@10');
  report.get('rmse');
  report.perUser('recall', 20);
  for (const key of report.keys) report.get(key);
  // @ts-expect-error: a misspelt metric
  await evaluate(als, { train, test, metrics: ['ndgc'] });
  // @ts-expect-error: a misspelt metric
  report.get('ndgc', 10);
  // @ts-expect-error: a metric that was not asked for
  report.get('precision', 10);
  // @ts-expect-error: the cut of a misspelt metric
  report.perUser('ndgc@10');

  const byDefault = await evaluate(als, { train, test });
  byDefault.get('novelty');
  // @ts-expect-error: rmse is not among the metrics that come without asking
  byDefault.get('rmse');

  compare(report, byDefault, 'ndcg@10');
  compare(report, report, 'rmse');
  // @ts-expect-error: a misspelt metric
  compare(report, byDefault, 'ndgc@10');
  // @ts-expect-error: a cut that is no number
  compare(report, byDefault, 'ndcg@ten');
  // @ts-expect-error: only one of the two reports has it
  compare(report, byDefault, 'rmse');
  compareAll({ report, byDefault }, 'ndcg@10', { baseline: 'report' });
  // @ts-expect-error: a misspelt metric
  compareAll({ report, byDefault }, 'ndgc@10');

  const any: EvaluationReport = report; // what takes any report takes this one
  any.get('precision');
  formatReports({ report, byDefault });
  report.segments(() => 'all').all.get('ndcg', 10);
  const run = await tracker.start({ experiment: 'e' });
  await run.report(report);
}

/** Searches. */
export async function searches(): Promise<void> {
  const best = await gridSearch({
    recommender: (p) => new AlsRecommender(p),
    grid: { factors: [8, 16], regularizationScaling: ['none', 'count'] },
    train,
    validation: test,
    objective: ['rmse', 'precision@10'],
  });
  best.parameters satisfies { factors: number; regularizationScaling: 'none' | 'count' };
  best.model satisfies AlsRecommender;
  best.report.get('rmse');
  const given = { recommender: (p: { factors: number }) => new AlsRecommender(p), train, validation: test };
  const grid = { factors: [8] };
  // @ts-expect-error: a misspelt metric
  await gridSearch({ ...given, grid, objective: 'ndgc@10' });
  // @ts-expect-error: a misspelt metric in a list
  await gridSearch({ ...given, grid, objective: ['rmse', 'ndgc'] });
  // @ts-expect-error: neither direction of novelty is better
  await gridSearch({ ...given, grid, objective: 'novelty@10' });
  // @ts-expect-error: an error has no cut
  await gridSearch({ ...given, grid, objective: 'rmse@10' });
  // @ts-expect-error: an option that AlsRecommender does not have
  await gridSearch({ recommender: (p) => new AlsRecommender(p), grid: { factor: [8] }, train, validation: test });
  // @ts-expect-error: a misspelt metric
  await randomSearch({ ...given, space: { factors: { min: 4, max: 64, integer: true } }, objective: 'ndgc' });
  await randomSearch({ ...given, space: { factors: { min: 4, max: 64, scale: undefined, integer: true } }, seed: undefined });
  const resource = { parameter: 'iterations', min: 2, max: 8 } as const;
  // @ts-expect-error: a misspelt metric
  await halvingSearch({ ...given, space: { factors: [8, 16] }, resource, objective: 'ndgc' });
}

/** Ids: text, whole numbers and bigints wherever callers give them; text wherever they come back. */
export async function ids(): Promise<void> {
  metrics.recall([12, '13', 14n], new Set([12, 13]), 2, { over: undefined });
  metrics.ndcg([{ item: '12' }], new Map([[12, 1]]), undefined, { gain: undefined });
  metrics.novelty(['12'], new Map([[12n, 3]]), 1, { users: 3 });
  metrics.diversity([12, 13], { features: (item) => [item.length] });
  // @ts-expect-error: functions are given text
  metrics.diversity([12, 13], { distance: (a: number, b: number) => a - b });
  // @ts-expect-error: a date is no id
  metrics.recall([new Date()], new Set([12]), 2);
  await evaluate((user) => [user.length, 'b', { item: 5n }], { test, users: [1, '2'], candidates: () => [12, '13'] });
  experiment({ name: 'x', variants: { a: 0.5, b: 0.5 } }).variantOf(5) satisfies 'a' | 'b' | undefined;
}

/** Options may be undefined, also where the compiler keeps that apart from being left out. */
export async function undefinedOptions(): Promise<void> {
  await evaluate(als, {
    test,
    train: undefined,
    k: undefined,
    metrics: undefined,
    level: undefined,
    onProgress: undefined,
    signal: undefined,
  });
  ({ min: 1, max: 2, scale: undefined, integer: undefined }) satisfies NumberRange;
  await gridSearch({
    recommender: () => als,
    grid: { factors: [8] },
    train,
    validation: test,
    objective: undefined,
    evaluation: undefined,
  });
}

/** Events. */
export async function events(): Promise<void> {
  interface Purchase {
    user: number;
    type: string;
    timestamp: number;
    price: number;
  }
  const rows: Purchase[] = [];
  const test = experiment({ name: 'x', variants: { a: 0.5, b: 0.5 } });
  const metrics = { revenue: { event: 'purchase', value: (event: Purchase) => event.price } };
  await analyzeExperiment(test, { events: rows, windowMs: 1, metrics });
  // @ts-expect-error: events of the old kind, with time instead of timestamp
  await analyzeExperiment(test, { events: [{ user: 'a', type: 'purchase', time: 5 }], windowMs: 1, metrics: { c: { event: 'purchase' } } });
}
