import type { Recommender, UnknownPolicy } from '../contracts/recommender.ts';
import { checkIsInteractions } from '../data/check-interactions.ts';
import type { Interactions } from '../data/interactions.ts';
import { AttuneError, shown } from '../errors.ts';
import { directionOf, evaluationMetrics, type SearchObjective } from '../evaluation/metric-names.ts';
import type { Comparison } from '../evaluation/report/compare.ts';
import type { EvaluationReport } from '../evaluation/report/report.ts';
import { randomNumbers } from '../numeric/random.ts';
import { checkOptions, flag, onUnknown, type Progress, readOptions, seed, threads, workOptions } from '../options.ts';
import { BlendRecommender } from '../recommenders/blend/blend.ts';
import { type TriedBlend, tryBlends } from './blends.ts';
import { Clock } from './clock.ts';
import { type DataShape, type FamilyName, familiesFor, type ModelFamily, readFamilies } from './families.ts';
import { type HeldOut, holdOut, isOrdered } from './hold-out.ts';
import { searchFamilies } from './rounds.ts';
import type { SearchContext, Tried } from './search.ts';
import { bestFirst, type Judge, type ModelTrial } from './trial.ts';

export type { FamilyName, ModelFamily } from './families.ts';
export type { ModelTrial } from './trial.ts';

/** Options of {@link chooseModel}. */
export interface ChooseModelOptions {
  /** What is best: a metric such as `'ndcg@10'` (default), or `'rmse'` and `'mae'`, which choose among models of ratings. */
  objective?: SearchObjective | undefined;
  /** Seconds that the choice may take, the fit of the chosen model included. Above 0, may be `Infinity`; default 60. */
  budgetSeconds?: number | undefined;
  /** Families to choose from: names, or `{ name, make, settings }` of your own. Default: all of attune's that suit the data. */
  families?: readonly (FamilyName | ModelFamily)[] | undefined;
  /**
   * What models are judged by. `'auto'` (default) holds out the newest interaction of each user where order means something, and a tenth of
   * each user's interactions where it does not; the chosen model is then fitted again on everything.
   */
  validation?: Interactions | 'auto' | undefined;
  /** Passed on to `evaluate`, such as `relevantFrom` or `candidates`. */
  evaluation?: Judge['evaluation'];
  /** Whether two models together are tried, and taken when a paired test shows that they are better. Default true. */
  blend?: boolean | undefined;
  /** Seed of the models, of the held-out part and of all draws. Default 0. */
  seed?: number | string | undefined;
  /** Threads of the models: 1 to 256, or `'auto'` (default): all cores. */
  threads?: number | 'auto' | undefined;
  /** What the chosen model does with unknown ids. Default `'throw'`. */
  onUnknown?: UnknownPolicy | undefined;
  /** Aborts; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called after each trial with phase `'choosing'`, this `trial` and the `best` of its round, then with `'blending'` and `'fitting'`. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** What {@link chooseModel} found. */
export interface ChosenModel {
  /** The chosen model, fitted. */
  recommender: Recommender;
  /** Its family; `'blend'` for two models together. */
  family: string;
  /** Its setting, as in its trial. */
  parameters: object;
  /** How it did on the held-out part: the model that was fitted without it. */
  report: EvaluationReport;
  /** Whether `recommender` was fitted again on everything; false when no time was left for it, or a validation part was given. */
  refitted: boolean;
  /** The paired test of the blend against the best single model, if one was tried. */
  comparison: Comparison | undefined;
  /** All trials in the order in which they ran. */
  trials: ModelTrial[];
  /** What was held out, in words. */
  heldOut: string;
  /** What it all took. */
  seconds: number;
  /** A table of the trials, the best of each round first. */
  toString(): string;
}

/**
 * Chooses a model for data: tries families and settings on held-out interactions by successive halving (Jamieson & Talwalkar, AISTATS
 * 2016), within a budget of time, and fits the best on everything.
 *
 * Round 1 tries every family with its first setting, on a sample of the users where the data is large for the budget. Round 2 tries further
 * settings of the families that did best, or that no paired test shows to be worse. Round 3 fits the best settings of each on all users, or
 * on as many as there is time for. A blend of the best two families is taken when a paired test over users, who had no part in its making,
 * shows that it is better. A trial that fails or takes too long is noted, and the search goes on.
 *
 * Every model is looked at twice, with what was held out among all items and among 99 drawn ones, and worth the geometric mean of both: one
 * that is best at the head of a list may have no idea of most items.
 *
 * The same trials lead to the same choice. How many trials fit into a budget depends on the machine: for a choice that can be repeated,
 * pass `budgetSeconds: Infinity`, with which every setting is tried.
 *
 * @throws ERR_EMPTY when no model works on the data; ERR_BAD_OPTION; ERR_BAD_ARGUMENT; the signal's reason.
 * @example
 * const { recommender, report, trials } = await chooseModel(train, { objective: 'ndcg@10', budgetSeconds: 60, seed: 1 });
 */
export async function chooseModel(interactions: Interactions, options: ChooseModelOptions = {}): Promise<ChosenModel> {
  const o = readOptions('chooseModel', options, checks);
  checkIsInteractions('chooseModel', interactions);
  o.signal?.throwIfAborted();
  const clock = new Clock(o.budgetSeconds);
  const context: SearchContext = { ...o, clock, trials: [] };
  const drawn = Math.floor(randomNumbers(o.seed)() * 2 ** 31);
  const given = o.validation !== 'auto';
  const held: HeldOut = given
    ? { train: interactions, validation: o.validation as Interactions, words: 'the given validation part' }
    : holdOut(interactions, drawn);
  const shape = shapeOf(interactions, o.objective, o.budgetSeconds);
  const families = familiesFor(o.families, shape, o);
  const { finalists, judged } = await searchFamilies(families, held, context, drawn);
  const [best] = finalists;
  if (!best) throw nothingWorks(context.trials);
  const growth = interactions.size / Math.max(1, judged.train.size);
  const blendUntil = (clock.budget - 1.5 * growth * refitSeconds(finalists)) / clock.budget;
  const blend = o.blend ? await tryBlends(finalists, judged, context, drawn, Number.isNaN(blendUntil) ? 1 : blendUntil) : undefined;
  const chosen = blend?.isBetter ? blend : best;
  // A model of a sample does not know the other users: it is fitted on everything, however long that takes.
  const isOfAll = judged.train.size === held.train.size;
  const recommender = given && isOfAll ? undefined : await refit(chosen, interactions, context, o.onUnknown, isOfAll);
  const { trials } = context;
  return {
    recommender: recommender ?? chosen.model,
    family: chosen.trial.family,
    parameters: chosen.trial.parameters,
    report: chosen.report,
    refitted: !given && recommender !== undefined,
    comparison: blend?.comparison,
    trials,
    heldOut: held.words,
    seconds: clock.elapsed,
    toString: () => trialTable(trials, o.objective),
  };
}

/** What fitting the best two takes. */
function refitSeconds(finalists: readonly Tried[]): number {
  return finalists.slice(0, 2).reduce((sum, { trial }) => sum + trial.fitSeconds, 0);
}

/** Fits what was chosen on everything. @returns undefined when time ran out, if that may be */
async function refit(
  chosen: Tried | TriedBlend,
  all: Interactions,
  context: SearchContext,
  onUnknown: UnknownPolicy,
  mayFail: boolean,
): Promise<Recommender | undefined> {
  const { clock, signal, onProgress } = context;
  const make = ({ candidate: { family, parameters } }: Tried) => family.make(parameters);
  return clock.within(mayFail ? clock.until(1) : Number.POSITIVE_INFINITY, signal, async (either) => {
    const model =
      'parts' in chosen
        ? new BlendRecommender({ parts: chosen.parts.map(make) as never, weights: chosen.weights, onUnknown })
        : make(chosen);
    return model.fit(all, {
      signal: either,
      onProgress: (progress) => onProgress?.({ ...progress, phase: 'fitting', step: progress.phase }),
    });
  });
}

const interactionsOrAuto = (value: unknown, name: string): Interactions | 'auto' => {
  if (value === undefined || value === 'auto') return 'auto';
  checkIsInteractions(name, value as Interactions);
  return value as Interactions;
};

const checks = {
  objective: (value: unknown, name: string): SearchObjective => {
    const [metric, cut = '10', more] = typeof value === 'string' ? value.split('@') : value === undefined ? ['ndcg'] : [''];
    const isError = metric === 'rmse' || metric === 'mae';
    const known = Object.hasOwn(evaluationMetrics, metric) && directionOf(metric) !== 'neither';
    if (known && more === undefined && /^[1-9]\d*$/.test(cut) && !(isError && value !== metric)) {
      return (isError ? metric : `${metric}@${cut}`) as SearchObjective;
    }
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a metric such as 'ndcg@10' or 'rmse', got ${shown(value)}.`);
  },
  budgetSeconds: (value: unknown, name: string): number => {
    if (value === undefined) return 60;
    if (typeof value === 'number' && value > 0) return value;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a number of seconds above 0, got ${shown(value)}.`);
  },
  families: readFamilies,
  validation: interactionsOrAuto,
  evaluation: (value: unknown, name: string) => checkOptions(name, value) as Judge['evaluation'],
  blend: flag(true),
  seed,
  threads,
  onUnknown,
  ...workOptions,
};

function shapeOf(interactions: Interactions, objective: string, seconds: number): DataShape {
  return {
    users: interactions.userCount,
    items: interactions.itemCount,
    rows: interactions.size,
    ordered: isOrdered(interactions),
    values: objective === 'rmse' || objective === 'mae',
    seconds,
  };
}

function nothingWorks(trials: readonly ModelTrial[]): AttuneError {
  const reasons = trials.map(({ family, error }) => `${family}: ${error}`).slice(0, 3);
  return new AttuneError(
    'ERR_EMPTY',
    `chooseModel: expected data on which a model can be judged, got none that works. ${
      reasons.join(' ') || 'No trial fitted into the budget.'
    } Give more data, a validation part, or a larger budgetSeconds.`,
  );
}

function trialTable(trials: readonly ModelTrial[], objective: string): string {
  const rounds = [...new Set(trials.map(({ round }) => round))];
  const lines = rounds.flatMap((round) =>
    bestFirst(
      trials.filter((trial) => trial.round === round).map((trial) => ({ trial })),
      objective,
    ).map(({ trial }) => [
      String(round),
      figure(trial.score),
      figure(trial.sampledScore),
      trial.seconds.toFixed(1),
      trial.family,
      `${JSON.stringify(trial.parameters)}${trial.error ? `  ${trial.error}` : ''}`,
    ]),
  );
  const head = ['round', objective, 'of 100', 'seconds', 'family', 'parameters'];
  const last = head.length - 1;
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => (column < last ? line[column].length : 0))));
  const text = (cells: string[]) => cells.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd(); // biome-ignore format: one line
  return [head, ...lines].map(text).join('\n');
}

const figure = (value = Number.NaN) => (Number.isNaN(value) ? '-' : value.toFixed(4));
