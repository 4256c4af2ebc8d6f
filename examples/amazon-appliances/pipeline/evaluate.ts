import {
  type AlsRecommender,
  type Comparison,
  compareAll,
  type EvaluationReport,
  evaluate,
  formatReports,
  type Interactions,
  PopularityRecommender,
  type Progress,
} from 'attune';
import type { Settings } from '../settings.ts';
import { fittedForTest } from './families.ts';
import type { Family } from './family-names.ts';
import { heldOutAls, holdOut } from './held-out.ts';

interface WorkOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

export interface EvaluationOptions extends WorkOptions {
  k: number[];
  /** Default: ALS, item-kNN and popularity. */
  families?: readonly Family[];
}

export interface Evaluation {
  reports: Record<string, EvaluationReport>;
  comparisons: Comparison[];
  /** Ratings that models learned from, and users they were asked about. */
  protocol: { train: number; users: number; k: number[] };
}

/** Hides the last rating of each user, trains on the rest, and looks how well models find it. */
export async function evaluateModels(
  ratings: Interactions,
  settings: Settings,
  { k, families = usual, onProgress, signal }: EvaluationOptions,
): Promise<Evaluation> {
  const { train, test } = holdOut(ratings);
  if (test.size === 0)
    throw Object.assign(new Error('Nobody rated two products, so there is nothing to evaluate with.'), { code: 'ERR_EMPTY' });
  const reports: Record<string, EvaluationReport> = {};
  for (const family of families) {
    const name = labels[family] ?? family;
    const step = (what: string) => onProgress && ((progress: Progress) => onProgress({ ...progress, phase: `${name}: ${what}` }));
    const model = await fittedForTest(family, train, settings, { signal, onProgress: step('training') });
    reports[name] = await evaluate(model, { train, test, k, metrics: [...metrics], name, signal, onProgress: step('ranking') });
  }
  const [first] = Object.values(reports);
  const baseline = 'popularity' in reports ? 'popularity' : Object.keys(reports)[0];
  const comparisons = families.length > 1 ? compareAll(reports, `ndcg@${k[0]}`, { baseline }) : [];
  return { reports, comparisons, protocol: { train: train.size, users: first.users, k } };
}

const usual: readonly Family[] = ['als', 'item-knn', 'popularity'];
/** Names in reports, where they are not those of the families. */
const labels: Partial<Record<Family, string>> = { als: 'ALS', 'item-knn': 'item-kNN' };

const metrics = ['precision', 'recall', 'ndcg', 'mrr', 'coverage', 'novelty'] as const;

/** The table and the verdict, for a terminal. */
export function describeEvaluation({ reports, comparisons }: Evaluation): string {
  return [formatReports(reports), '', ...comparisons.map(({ summary }) => summary)].join('\n');
}

/** A few figures beside a new version, on at most 2,000 users, so that they cost little; and the model of which they are, if any. */
export async function briefEvaluation(ratings: Interactions, settings: Settings, options: WorkOptions) {
  const { train, test } = holdOut(ratings);
  if (test.size === 0) return { als: {}, popular: {} };
  const { signal } = options;
  const figures = async (model: AlsRecommender | PopularityRecommender): Promise<Record<string, number>> => {
    const report = await evaluate(model, { train, test, k: 10, metrics: ['ndcg', 'recall', 'coverage'], users: 2000, signal });
    return Object.fromEntries(report.keys.map((key) => [key, Math.round(report.get(key).mean * 1e5) / 1e5]));
  };
  const model = await heldOutAls(train, settings, options);
  return { model, als: await figures(model), popular: await figures(await new PopularityRecommender().fit(train, options)) };
}
