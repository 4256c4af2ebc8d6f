import {
  AlsRecommender,
  type Comparison,
  compareAll,
  type EvaluationReport,
  evaluate,
  formatReports,
  type Interactions,
  ItemKnnRecommender,
  PopularityRecommender,
  type Progress,
  split,
} from 'attune';
import type { Settings } from '../settings.ts';

export interface EvaluationOptions {
  k: number[];
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface Evaluation {
  reports: Record<string, EvaluationReport>;
  comparisons: Comparison[];
  /** Ratings that models learned from, and users they were asked about. */
  protocol: { train: number; users: number; k: number[] };
}

/** Hides the last rating of each user, trains on the rest, and looks how well three models find it. */
export async function evaluateModels(
  ratings: Interactions,
  settings: Settings,
  { k, onProgress, signal }: EvaluationOptions,
): Promise<Evaluation> {
  const { train, test } = split(ratings, { strategy: 'leave-last-out' });
  if (test.size === 0)
    throw Object.assign(new Error('Nobody rated two products, so there is nothing to evaluate with.'), { code: 'ERR_EMPTY' });
  const models = {
    ALS: new AlsRecommender(settings.als),
    'item-kNN': new ItemKnnRecommender(),
    popularity: new PopularityRecommender(),
  };
  const reports: Record<string, EvaluationReport> = {};
  for (const [name, model] of Object.entries(models)) {
    const step = (what: string) => onProgress && ((progress: Progress) => onProgress({ ...progress, phase: `${name}: ${what}` }));
    await model.fit(train, { signal, onProgress: step('training') });
    reports[name] = await evaluate(model, { train, test, k, metrics: [...metrics], name, signal, onProgress: step('ranking') });
  }
  const comparisons = compareAll(reports, `ndcg@${k[0]}`, { baseline: 'popularity' });
  return { reports, comparisons, protocol: { train: train.size, users: reports.ALS.users, k } };
}

const metrics = ['precision', 'recall', 'ndcg', 'mrr', 'coverage', 'novelty'] as const;

/** The table and the verdict, for a terminal. */
export function describeEvaluation({ reports, comparisons }: Evaluation): string {
  return [formatReports(reports), '', ...comparisons.map(({ summary }) => summary)].join('\n');
}

/** A few figures beside a new version; on at most 2,000 users, so that they cost little. */
export async function briefEvaluation(ratings: Interactions, settings: Settings, options: Omit<EvaluationOptions, 'k'>) {
  const { train, test } = split(ratings, { strategy: 'leave-last-out' });
  if (test.size === 0) return { als: {}, popular: {} };
  const figures = async (model: AlsRecommender | PopularityRecommender): Promise<Record<string, number>> => {
    await model.fit(train, options);
    const report = await evaluate(model, {
      train,
      test,
      k: 10,
      metrics: ['ndcg', 'recall', 'coverage'],
      users: 2000,
      signal: options.signal,
    });
    return Object.fromEntries(report.keys.map((key) => [key, Math.round(report.get(key).mean * 1e5) / 1e5]));
  };
  return { als: await figures(new AlsRecommender(settings.als)), popular: await figures(new PopularityRecommender()) };
}
