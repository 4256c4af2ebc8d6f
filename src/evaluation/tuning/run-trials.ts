import { AttuneError, shown } from '../../errors.ts';
import { evaluate } from '../evaluate.ts';
import type { MetricKey, MetricName } from '../metric-names.ts';
import type { EvaluationReport } from '../report/report.ts';
import { type FittableRecommender, order, type ReadSearchOptions, type Trial, type TuningResult } from './trials.ts';

/**
 * Runs settings, `concurrency` at a time, and keeps the best model. Trials are in the order of the settings, and of equally good ones the first
 * is the best, whichever finished first.
 */
export async function runTrials<P, M extends FittableRecommender>(
  settings: readonly P[],
  o: ReadSearchOptions<P, M>,
): Promise<TuningResult<P, M>> {
  const previous = o.previous ?? [];
  const known = new Set(previous.map((trial) => fingerprint(trial.parameters)));
  const open = settings.filter((setting) => !known.has(fingerprint(setting)));
  const ended = new Array<Trial<P> | undefined>(open.length);
  let best: { trial: Trial<P>; place: number; fitted?: FittedTrial<M> | undefined } | undefined;
  const offer = (trial: Trial<P>, place: number, fitted?: FittedTrial<M>) => {
    const difference = best ? order(trial.scores, best.trial.scores, o.objective, o.tolerance) || place - best.place : -1;
    if (difference < 0) best = { trial, place, fitted };
  };
  previous.forEach((trial, k) => {
    offer(trial, k - previous.length);
  });
  let done = previous.length;
  const tell = (trial?: Trial<P>) =>
    o.onProgress?.({ phase: 'searching', done, total: previous.length + open.length, trial, best: best?.trial });
  tell();
  await atATime(o.concurrency, open.length, o.signal, async (place, signal) => {
    const parameters = open[place];
    const started = performance.now();
    let fitted: FittedTrial<M> | undefined;
    let error: string | undefined;
    try {
      fitted = await fitAndEvaluate(parameters, o, signal);
    } catch (reason) {
      signal.throwIfAborted();
      if (o.onError === 'throw') throw reason;
      error = reason instanceof Error ? reason.message : String(reason);
    }
    const scores = fitted?.scores ?? Object.fromEntries(o.objective.map((key) => [key, Number.NaN]));
    const trial: Trial<P> = { parameters, scores, seconds: (performance.now() - started) / 1000, ...(error !== undefined && { error }) };
    ended[place] = trial;
    offer(trial, place, fitted);
    done++;
    tell(trial);
  });
  const trials = [...previous, ...ended.filter((trial) => trial !== undefined)];
  if (!best || best.trial.error !== undefined) {
    throw new AttuneError('ERR_EMPTY', `The search found no setting that works: ${best?.trial.error ?? 'there was none to try'}`);
  }
  const { parameters, scores } = best.trial;
  const { model, report } = best.fitted ?? (await fitAndEvaluate(parameters, o, o.signal)); // the best one came from an earlier search
  return { parameters, score: scores[o.objective[0]], scores, model, report, trials, toString: () => trialTable(trials, o) };
}

/**
 * Runs tasks 0 to `count` - 1 in order, at most `most` at a time. After a failure the others are aborted and awaited, so that nothing
 * keeps running in the background.
 */
async function atATime(
  most: number,
  count: number,
  signal: AbortSignal | undefined,
  run: (place: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  let next = 0;
  const take = async () => {
    while (next < count && !either.aborted) {
      try {
        await run(next++, either);
      } catch (reason) {
        stop.abort(reason);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, count) }, take));
  either.throwIfAborted();
}

interface FittedTrial<M> {
  model: M;
  report: EvaluationReport;
  scores: Record<string, number>;
}

async function fitAndEvaluate<P, M extends FittableRecommender>(
  parameters: P,
  o: ReadSearchOptions<P, M>,
  signal: AbortSignal | undefined,
): Promise<FittedTrial<M>> {
  signal?.throwIfAborted();
  const model = await o.recommender(parameters);
  if (typeof model?.fit !== 'function')
    throw new AttuneError('ERR_BAD_OPTION', `Option 'recommender' must give a model that can be fitted, got ${shown(model)}.`);
  await model.fit(o.train, { signal });
  const cuts = [...new Set(o.objective.flatMap((key) => (key.includes('@') ? [Number(key.split('@')[1])] : [])))];
  const report = await evaluate(model, {
    ...o.evaluation,
    train: o.train,
    test: o.validation,
    metrics: [...new Set(o.objective.map((key) => key.split('@')[0] as MetricName))],
    ...(cuts.length > 0 && { k: cuts }),
    signal,
  });
  return { model, report, scores: Object.fromEntries(o.objective.map((key) => [key, report.get(key as MetricKey).mean])) };
}

/** Equal settings have equal ones, whatever the order of their names. */
function fingerprint(parameters: unknown): string {
  return JSON.stringify(parameters, (_, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : withBigints('', value),
  );
}

/** JSON has no bigints. */
const withBigints = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);

function trialTable<P>(trials: readonly Trial<P>[], o: { objective: string[]; tolerance: number }): string {
  const sorted = [...trials].sort((a, b) => order(a.scores, b.scores, o.objective, o.tolerance));
  const head = [...o.objective, 'seconds', 'parameters'];
  const rows = sorted.map(({ scores, seconds, parameters, error }) => [
    ...o.objective.map((key) => scores[key].toFixed(4)),
    seconds.toFixed(2),
    JSON.stringify(parameters, withBigints) + (error === undefined ? '' : `  ${error}`),
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
