import type { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, callback, choice, number, optional, type Progress, readOptions, workOptions } from '../options.ts';
import type { FitOptions } from '../recommenders/recommender.ts';
import { type EvaluateOptions, evaluate } from './evaluate.ts';
import type { EvaluableRecommender } from './lists.ts';
import { directionOf, evaluationMetrics } from './measures.ts';
import type { EvaluationReport } from './report.ts';

/** What a search fits and evaluates. */
export type FittableRecommender = EvaluableRecommender & {
  /** Learns from interactions. */
  fit(interactions: Interactions, options?: FitOptions): Promise<unknown>;
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
  objective?: string | readonly string[];
  /** Scores are compared in whole multiples of this, so that differences without meaning count as ties. Default 0: exactly. */
  tolerance?: number;
  /** Passed on to {@link evaluate}. */
  evaluation?: Omit<EvaluateOptions, 'train' | 'test' | 'metrics' | 'k' | 'name' | 'signal' | 'onProgress'>;
  /** Trials of an earlier search that was interrupted; their settings are not run again. */
  previous?: readonly Trial<P>[];
  /** A setting that cannot be fitted ends the search (`'throw'`, default), or is noted in its trial (`'skip'`). */
  onError?: 'throw' | 'skip';
  /** Aborts; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called before and after each trial with phase `'searching'`, the last `trial`, and the `best` so far. */
  onProgress?: (progress: Progress) => void;
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
  evaluation: anything<TuningOptions<unknown, FittableRecommender>['evaluation']>(),
  previous: optional(anything<readonly Trial<never>[]>()),
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

/** Reads the options of a search together with its own ones. */
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

/** Runs settings one after the other (a fit uses all cores by itself) and keeps the best model. */
export async function runTrials<P, M extends FittableRecommender>(
  settings: readonly P[],
  o: ReadSearchOptions<P, M>,
): Promise<TuningResult<P, M>> {
  const done = new Set((o.previous ?? []).map((trial) => fingerprint(trial.parameters)));
  const trials: Trial<P>[] = [...(o.previous ?? [])];
  const open = settings.filter((setting) => !done.has(fingerprint(setting)));
  const better = (a: Trial<P>, b: Trial<P>) => order(a.scores, b.scores, o.objective, o.tolerance) < 0;
  let best = trials.reduce<Trial<P> | undefined>((first, trial) => (first && !better(trial, first) ? first : trial), undefined);
  let winner: { model: M; report: EvaluationReport } | undefined;
  const tell = (trial: Trial<P> | undefined) =>
    o.onProgress?.({ phase: 'searching', done: trials.length, total: trials.length + open.length - ran, trial, best });
  let ran = 0;
  tell(undefined);
  for (const parameters of open) {
    const started = performance.now();
    let fitted: Awaited<ReturnType<typeof fitAndEvaluate<P, M>>> | undefined;
    let error: string | undefined;
    try {
      fitted = await fitAndEvaluate(parameters, o);
    } catch (reason) {
      o.signal?.throwIfAborted();
      if (o.onError === 'throw') throw reason;
      error = reason instanceof Error ? reason.message : String(reason);
    }
    const scores = fitted?.scores ?? Object.fromEntries(o.objective.map((key) => [key, Number.NaN]));
    const trial: Trial<P> = { parameters, scores, seconds: (performance.now() - started) / 1000, ...(error !== undefined && { error }) };
    trials.push(trial);
    ran++;
    if (!best || better(trial, best)) {
      best = trial;
      winner = fitted;
    }
    tell(trial);
  }
  if (!best || best.error !== undefined) {
    throw new AttuneError('ERR_EMPTY', `The search found no setting that works: ${best?.error ?? 'there was none to try'}`);
  }
  winner ??= await fitAndEvaluate(best.parameters, o); // the best one came from an earlier search
  const { parameters, scores } = best;
  const text = () => trialTable(trials, o);
  return { parameters, score: scores[o.objective[0]], scores, model: winner.model, report: winner.report, trials, toString: text };
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

async function fitAndEvaluate<P, M extends FittableRecommender>(parameters: P, o: ReadSearchOptions<P, M>) {
  o.signal?.throwIfAborted();
  const model = await o.recommender(parameters);
  await model.fit(o.train, { signal: o.signal });
  const cuts = [...new Set(o.objective.flatMap((key) => (key.includes('@') ? [Number(key.split('@')[1])] : [])))];
  const report = await evaluate(model, {
    ...o.evaluation,
    train: o.train,
    test: o.validation,
    metrics: [...new Set(o.objective.map((key) => key.split('@')[0]))],
    ...(cuts.length > 0 && { k: cuts }),
    signal: o.signal,
  });
  return { model, report, scores: Object.fromEntries(o.objective.map((key) => [key, report.get(key).mean])) };
}

function readObjectives(value: unknown, name: string): string[] {
  const keys = (Array.isArray(value) ? value : [value ?? 'ndcg@10']) as unknown[];
  const read = keys.map((key) => {
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

/** Equal settings have equal ones, whatever the order of their names. */
function fingerprint(parameters: unknown): string {
  return JSON.stringify(parameters, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

function trialTable<P>(trials: readonly Trial<P>[], o: { objective: string[]; tolerance: number }): string {
  const sorted = [...trials].sort((a, b) => order(a.scores, b.scores, o.objective, o.tolerance));
  const head = [...o.objective, 'seconds', 'parameters'];
  const rows = sorted.map(({ scores, seconds, parameters, error }) => [
    ...o.objective.map((key) => scores[key].toFixed(4)),
    seconds.toFixed(2),
    JSON.stringify(parameters) + (error === undefined ? '' : `  ${error}`),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column]))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}
