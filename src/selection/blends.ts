import type { Recommender } from '../contracts/recommender.ts';
import type { MetricKey } from '../evaluation/metric-names.ts';
import { type Comparison, compare } from '../evaluation/report/compare.ts';
import type { EvaluationReport } from '../evaluation/report/report.ts';
import { randomNumbers, shuffle } from '../numeric/random.ts';
import { type BlendPart, BlendRecommender } from '../recommenders/blend/blend.ts';
import { BaseRecommender } from '../recommenders/shared/base.ts';
import type { HeldOut } from './hold-out.ts';
import type { SearchContext, Tried } from './search.ts';
import { judge, type ModelTrial, worth } from './trial.ts';

/** Weights of the better of two models. */
const weights = [0.5, 0.7, 0.3, 0.85];
/** Partners of the best model that are tried. */
const mostPartners = 3;

/** Two models together. */
export interface TriedBlend {
  trial: ModelTrial;
  model: BlendRecommender;
  parts: [Tried, Tried];
  weights: [number, number];
  /** On the users by whom it was tested. */
  report: EvaluationReport;
  /** The paired test against the best single model, by users that had no part in choosing the weights. */
  comparison: Comparison;
}

/**
 * Looks for a second model that makes the best one better. Half of the users choose partner and weight, the other half test the result, so
 * that the choice is not judged by its own luck.
 *
 * @param finalists best first, fitted on the same rows
 * @param until part of the budget after which nothing further is tried
 */
export async function tryBlends(
  finalists: readonly Tried[],
  held: HeldOut,
  context: SearchContext,
  seed: number,
  until: number,
): Promise<TriedBlend | undefined> {
  const [best, ...others] = finalists.filter(({ model }) => model instanceof BaseRecommender);
  if (!best || best !== finalists[0]) return undefined;
  const partners = others
    .filter(({ candidate }, at) => {
      const { family } = candidate;
      return family !== best.candidate.family && others.findIndex((other) => other.candidate.family === family) === at;
    })
    .slice(0, mostPartners);
  const users = usersOf(best.report);
  if (users.length < leastUsers) return undefined;
  const { clock, signal, objective, trials } = context;
  const [choosing, testing] = halves(users, seed);
  let chosen: { model: BlendRecommender; partner: Tried; weights: [number, number]; worth: number } | undefined;
  const started = clock.elapsed;
  for (const partner of partners) {
    for (const weight of weights) {
      const own: [number, number] = [weight, 1 - weight];
      const model = blendOf(best.model, partner.model, own);
      const report = await clock.within(clock.until(until) / 2, signal, (either) => judge(model, held, context, choosing, either));
      if (!report) break;
      const value = worth(report, objective);
      if (!chosen || value > chosen.worth) chosen = { model, partner, weights: own, worth: value };
      context.onProgress?.({ phase: 'blending', done: trials.length });
    }
  }
  if (!chosen) return undefined;
  const { model, partner, weights: own } = chosen;
  const report = await clock.within(clock.until(until), signal, (either) => judge(model, held, context, testing, either));
  if (!report) return undefined;
  const parts: [Tried, Tried] = [best, partner];
  const trial: ModelTrial = {
    family: 'blend',
    parameters: {
      weights: own,
      parts: parts.map(({ candidate }) => ({ family: candidate.family.name, parameters: candidate.parameters })),
    },
    round: 4,
    rows: held.train.size,
    users: report.users,
    score: report.get(objective as MetricKey).mean,
    fitSeconds: best.trial.fitSeconds + partner.trial.fitSeconds,
    seconds: clock.elapsed - started,
  };
  trials.push(trial);
  context.onProgress?.({ phase: 'blending', done: trials.length, trial });
  // The report of the best model has all users; the test takes those that both have.
  return { trial, model, parts, weights: own, report, comparison: compare(report, best.report, objective as MetricKey) };
}

/** Fewer users cannot show a difference. */
const leastUsers = 40;

function blendOf(first: Recommender, second: Recommender, own: [number, number]): BlendRecommender {
  return new BlendRecommender({ parts: [first, second] as unknown as BlendPart[], weights: own });
}

/** The users that a report is about. */
function usersOf(report: EvaluationReport): string[] {
  const [measure] = report.measures.values();
  return [...(measure as { users: readonly string[] }).users];
}

function halves(users: string[], seed: number): [string[], string[]] {
  const drawn = shuffle(users, randomNumbers(seed));
  return [drawn.slice(0, drawn.length >> 1), drawn.slice(drawn.length >> 1)];
}
