import type { Recommender } from '../contracts/recommender.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { EvaluateOptions } from '../evaluation/evaluate-options.ts';
import { directionOf, type MetricKey, type MetricName } from '../evaluation/metric-names.ts';
import { type Comparison, compare } from '../evaluation/report/compare.ts';
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
  /** Its value of the objective among all items; NaN when it failed or ran out of time. */
  score: number;
  /** The same where what was held out is ranked among 99 drawn items; undefined where only one look was taken. */
  sampledScore?: number | undefined;
  /** Seconds of the fit. */
  fitSeconds: number;
  /** Seconds of fit and evaluation. */
  seconds: number;
  /** Why it has no score. */
  error?: string | undefined;
}

/**
 * What a model was worth on held-out data, looked at twice. Ranks among all items tell whether the head of a list is right; a model can be the
 * best there and have no idea of most items. Ranks among drawn items tell whether the others are in a sensible order, which is what a list has
 * left under filters, or a ranker among its candidates.
 */
export interface Judgement {
  /** Among all items, or the candidates that were asked for. */
  report: EvaluationReport;
  /** Among drawn items; undefined where candidates were asked for, or the objective does not count hits. */
  sampled: EvaluationReport | undefined;
}

/** A trial with the model it made. */
export interface DoneTrial extends Judgement {
  trial: ModelTrial;
  model: Recommender;
}

/** How models are judged. */
export interface Judge {
  /** Such as `'ndcg@10'`. */
  objective: string;
  /** What else is passed to `evaluate`. */
  evaluation: Omit<EvaluateOptions, 'train' | 'test' | 'metrics' | 'k' | 'name' | 'signal' | 'onProgress'> | undefined;
}

/** Metrics of hits at the head of a list. */
const ofHits = ['precision', 'recall', 'f1', 'ndcg', 'map', 'mrr', 'hitRate'];
/** Drawn items, as in the protocol of He et al. 2017. */
const negatives = 99;
/** Users of the second look: its figures vary less from user to user, relative to their mean. */
const mostSampledUsers = 1000;
/** Of each of the two tests that compare models. */
const alpha = 0.025;

/** Looks at a model twice, on the same users for every model. */
export async function judge(
  model: Recommender,
  { train, validation }: HeldOut,
  { objective, evaluation }: Judge,
  users: number | readonly string[],
  signal: AbortSignal,
): Promise<Judgement> {
  const [metric, cut] = objective.split('@');
  const look = (more: Pick<EvaluateOptions, 'users' | 'candidates' | 'name'>) =>
    evaluate(model, {
      ...more,
      ...evaluation,
      train,
      test: validation,
      metrics: [metric as MetricName],
      ...(cut !== undefined && { k: Number(cut) }),
      signal,
    });
  const report = await look({ users });
  if (evaluation?.candidates !== undefined || !ofHits.includes(metric)) return { report, sampled: undefined };
  const fewer = typeof users === 'number' ? Math.min(users, mostSampledUsers) : users.slice(0, mostSampledUsers);
  const name = `${report.name} among ${negatives + 1} items`;
  return { report, sampled: await look({ users: fewer, candidates: { negatives }, name }) };
}

/** The figures of a trial. */
export function scoresOf({ report, sampled }: Judgement, objective: string): Pick<ModelTrial, 'score' | 'sampledScore'> {
  const mean = (of: EvaluationReport) => of.get(objective as MetricKey).mean;
  return { score: mean(report), ...(sampled && { sampledScore: mean(sampled) }) };
}

/**
 * What figures are worth, larger is better: the geometric mean of both looks, as one is some times the other and neither is to win by its scale.
 * Where no model has a hit among all items, the second look decides.
 */
export function worth({ score, sampledScore }: Pick<ModelTrial, 'score' | 'sampledScore'>, objective: string): number {
  if (sampledScore !== undefined) return Math.sqrt((score + 1e-6) * sampledScore);
  return directionOf(objective) === 'lower' ? -score : score;
}

/**
 * Whether the first is better: in one of the looks by a paired test over the users, and in none of them worse.
 * @returns the test that says so, else that among all items
 */
export function betterOf(first: Judgement, second: Judgement, objective: string): { isBetter: boolean; comparison: Comparison } {
  const test = (a: EvaluationReport, b: EvaluationReport) => compare(a, b, objective as MetricKey, { alpha });
  const all = test(first.report, second.report);
  const sampled = first.sampled && second.sampled && test(first.sampled, second.sampled);
  const deciding = [all, sampled].find((comparison) => comparison?.better === 'a');
  return { isBetter: deciding !== undefined && all.better !== 'b' && sampled?.better !== 'b', comparison: deciding ?? all };
}

/** The order of trials, best first; those without a score last, equal ones as they came. */
export function bestFirst<T extends { trial: ModelTrial }>(trials: readonly T[], objective: string): T[] {
  const value = ({ trial }: T) => (Number.isNaN(trial.score) ? Number.NEGATIVE_INFINITY : worth(trial, objective));
  return trials.map((trial, at) => ({ trial, at })).sort((a, b) => value(b.trial) - value(a.trial) || a.at - b.at).map(({ trial }) => trial); // biome-ignore format: one step a line says less
}
