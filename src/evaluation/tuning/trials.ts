import type { Recommender } from '../../contracts/recommender.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError, shown } from '../../errors.ts';
import {
  anything,
  callback,
  checkOptions,
  choice,
  integer,
  isRecord,
  number,
  type Progress,
  readOptions,
  workOptions,
} from '../../options.ts';
import type { EvaluateOptions } from '../evaluate-options.ts';
import type { EvaluableRecommender } from '../lists.ts';
import { directionOf, evaluationMetrics, type SearchObjective } from '../metric-names.ts';
import type { EvaluationReport } from '../report/report.ts';

/** What a search fits and evaluates. */
export type FittableRecommender = EvaluableRecommender & {
  /** Learns from interactions. */
  fit(...args: Parameters<Recommender['fit']>): Promise<unknown>;
};

/** What all searches take. */
export interface TuningOptions<P, M extends FittableRecommender> {
  /** Makes an unfitted model from one setting. */
  recommender: (parameters: P) => M | Promise<M>;
  /** What each model is fitted on. */
  train: Interactions;
  /** What each model is judged by. Not the test part, which must stay unseen until the end. */
  validation: Interactions;
  /**
   * What is best: a metric such as `'ndcg@10'` (`'ndcg'` means at 10) or `'rmse'`, or several, of which each settles the ties of those
   * before it. Errors and gini are made small, the others large. Default `'ndcg@10'`.
   */
  objective?: SearchObjective | readonly SearchObjective[] | undefined;
  /** Scores are compared in whole multiples of this, so that differences without meaning count as ties. Default 0: exactly. */
  tolerance?: number | undefined;
  /** Passed on to {@link evaluate}. */
  evaluation?: Omit<EvaluateOptions, 'train' | 'test' | 'metrics' | 'k' | 'name' | 'signal' | 'onProgress'> | undefined;
  /** Trials of an earlier search that was interrupted; their settings are not run again. */
  previous?: readonly Trial<P>[] | undefined;
  /**
   * How many settings are worked on at a time. Default 1. More than one pays off where a fit or its evaluation leaves cores idle, or runs elsewhere; each
   * needs its own memory. The result, and its order, is the same for any number.
   */
  concurrency?: number | undefined;
  /** A setting that cannot be fitted ends the search (`'throw'`, default), or is noted in its trial (`'skip'`). */
  onError?: 'throw' | 'skip' | undefined;
  /** Aborts; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called before the first and after each trial, in the order in which they end, with phase `'searching'`, this `trial`, and the `best` so far. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** One setting and how it did. */
export interface Trial<P> {
  /** The setting. */
  parameters: P;
  /** By objective, such as `ndcg@10`; NaN when it failed. */
  scores: Record<string, number>;
  /** Time of fitting and evaluating. */
  seconds: number;
  /** Why it failed, under `onError: 'skip'`. */
  error?: string;
}

/** What a search found. */
export interface TuningResult<P, M> {
  /** The best setting; of equal ones the first. */
  parameters: P;
  /** Its value of the first objective. */
  score: number;
  /** Its values of all objectives. */
  scores: Record<string, number>;
  /** The model fitted with it. */
  model: M;
  /** How the model did on the validation part, with intervals. */
  report: EvaluationReport;
  /** All settings in the order tried, those of `previous` first. */
  trials: Trial<P>[];
  /** A table of the trials, best first. */
  toString(): string;
}

/** The checks of {@link TuningOptions}; a search adds its own. */
export const searchChecks = {
  recommender: callback<(parameters: never) => FittableRecommender | Promise<FittableRecommender>>(),
  train: anything<Interactions>(),
  validation: anything<Interactions>(),
  objective: readObjectives,
  tolerance: number({ default: 0, min: 0 }),
  evaluation: (value: unknown, name: string) => checkOptions(name, value) as TuningOptions<unknown, FittableRecommender>['evaluation'],
  previous: readPrevious,
  concurrency: integer({ default: 1, min: 1 }),
  onError: choice(['throw', 'skip'], 'throw'),
  ...workOptions,
};

/** Options of a search after the checks. */
export type ReadSearchOptions<P, M extends FittableRecommender> = Omit<
  Required<TuningOptions<P, M>>,
  'objective' | 'signal' | 'onProgress' | 'previous'
> & {
  objective: string[];
} & Pick<TuningOptions<P, M>, 'signal' | 'onProgress' | 'previous'>;

/** Reads the options that all searches share and those of this one. */
export function readSearch<P, M extends FittableRecommender, S extends Record<string, (value: unknown, name: string) => unknown>>(
  owner: string,
  given: unknown,
  own: S,
): ReadSearchOptions<P, M> & { [K in keyof S]: ReturnType<S[K]> } {
  const o = readOptions(owner, given, { ...searchChecks, ...own });
  if (typeof o.recommender !== 'function') {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'recommender' must be a function that makes a model from a setting, got ${shown(o.recommender)}.`,
    );
  }
  return o as unknown as ReadSearchOptions<P, M> & { [K in keyof S]: ReturnType<S[K]> };
}

/** Negative when a is better. NaN is worse than any number. */
export function order(a: Record<string, number>, b: Record<string, number>, objectives: readonly string[], tolerance: number): number {
  for (const key of objectives) {
    const sign = directionOf(key) === 'lower' ? 1 : -1;
    const [x, y] = [a[key], b[key]].map((score) => (tolerance > 0 ? Math.round(score / tolerance) : score) * sign);
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    if (x !== y && !Number.isNaN(x)) return x - y;
  }
  return 0;
}

function readPrevious(value: unknown, name: string): readonly Trial<never>[] | undefined {
  if (value === undefined) return undefined;
  const trials: Partial<Trial<never>>[] = Array.isArray(value) ? [...value] : [{}];
  if (trials.every((trial) => isRecord(trial?.parameters) && isRecord(trial.scores))) return trials as Trial<never>[];
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must hold the trials of an earlier search, { parameters, scores }, got ${shown(value)}.`,
  );
}

function readObjectives(value: unknown, name: string): string[] {
  const keys = (Array.isArray(value) ? value : [value ?? 'ndcg@10']) as unknown[];
  const read = Array.from(keys, (key) => {
    const [metric, cut = '10', more] = typeof key === 'string' ? key.split('@') : [''];
    const error = metric === 'rmse' || metric === 'mae';
    const known = Object.hasOwn(evaluationMetrics, metric) && directionOf(metric) !== 'neither';
    if (known && more === undefined && /^[1-9]\d*$/.test(cut) && !(error && key !== metric)) return error ? metric : `${metric}@${cut}`;
    const usable = Object.keys(evaluationMetrics).filter((candidate) => directionOf(candidate) !== 'neither');
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${name} must be a metric such as 'ndcg@10' or 'rmse', or a list of them, got ${shown(key)}. One can search by ${usable.join(', ')}.`,
    );
  });
  if (read.length > 0) return [...new Set(read)];
  throw new AttuneError('ERR_BAD_OPTION', `${name} must name at least one metric, got an empty list.`);
}
