import type { Recommender } from '../contracts/recommender.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { EvaluateOptions } from '../evaluation/evaluate-options.ts';
import { directionOf, type MetricKey, type MetricName } from '../evaluation/metric-names.ts';
import type { EvaluationReport } from '../evaluation/report/report.ts';
import type { HeldOut } from './hold-out.ts';

/** One model that was tried. */
export interface ModelTrial {
  /** Name of its family; `'blend'` for two models together. */
  family: string;
  /** Its setting. Of a blend: `{ weights, parts: [{ family, parameters }, ...] }`. */
  parameters: object;
  /** 1, 2 or 3: see `chooseModel`. Of a blend: 4. */
  round: number;
  /** Rows that it was fitted on. */
  rows: number;
  /** Users by which it was judged. */
  users: number;
  /** Its value of the objective; NaN when it failed or ran out of time. */
  score: number;
  /** Seconds of the fit. */
  fitSeconds: number;
  /** Seconds of fit and evaluation. */
  seconds: number;
  /** Why it has no score. */
  error?: string | undefined;
}

/** A trial with the model it made. */
export interface DoneTrial {
  trial: ModelTrial;
  model: Recommender;
  report: EvaluationReport;
}

/** How models are judged. */
export interface Judge {
  /** Such as `'ndcg@10'`. */
  objective: string;
  /** What else is passed to `evaluate`. */
  evaluation: Omit<EvaluateOptions, 'train' | 'test' | 'metrics' | 'k' | 'name' | 'signal' | 'onProgress'> | undefined;
}

/** What a model was worth on held-out data. */
export async function judge(
  model: Recommender,
  { train, validation }: HeldOut,
  { objective, evaluation }: Judge,
  users: number | Iterable<string>,
  signal: AbortSignal,
): Promise<EvaluationReport> {
  const [metric, cut] = objective.split('@');
  return evaluate(model, {
    users,
    ...evaluation,
    train,
    test: validation,
    metrics: [metric as MetricName],
    ...(cut !== undefined && { k: Number(cut) }),
    signal,
  });
}

/** The value of the objective in a report, larger is better. */
export function worth(report: EvaluationReport, objective: string): number {
  const { mean } = report.get(objective as MetricKey);
  return directionOf(objective) === 'lower' ? -mean : mean;
}

/** The order of trials, best first; those without a score last, equal ones as they came. */
export function bestFirst<T extends { trial: ModelTrial }>(trials: readonly T[], objective: string): T[] {
  const sign = directionOf(objective) === 'lower' ? -1 : 1;
  const value = ({ trial }: T) => (Number.isNaN(trial.score) ? Number.NEGATIVE_INFINITY : sign * trial.score);
  return trials.map((trial, at) => ({ trial, at })).sort((a, b) => value(b.trial) - value(a.trial) || a.at - b.at).map(({ trial }) => trial); // biome-ignore format: one step a line says less
}
