import type { Recommender } from '../contracts/recommender.ts';
import type { Comparison } from '../evaluation/report/compare.ts';
import type { EvaluationReport } from '../evaluation/report/report.ts';
import { randomNumbers, shuffle } from '../numeric/random.ts';
import { type BlendPart, BlendRecommender } from '../recommenders/blend/blend.ts';
import { BaseRecommender } from '../recommenders/shared/base.ts';
import type { HeldOut } from './hold-out.ts';
import type { SearchContext, Tried } from './search.ts';
import { betterOf, type Judgement, judge, type ModelTrial, scoresOf, worth } from './trial.ts';

/** Weights of the better of two models. */
const weightsOfBest = [0.5, 0.7, 0.3, 0.85];
/** Partners of the best model that are tried. */
const mostPartners = 3;
/** Users who choose among blends, which differ little from each other, and users who test the one that is chosen. */
const mostChoosing = 600;
const mostTesting = 3000;

/** Two models together. */
export interface TriedBlend extends Judgement {
  trial: ModelTrial;
  model: BlendRecommender;
  parts: [Tried, Tried];
  weights: [number, number];
  /** The paired test against the best single model, by users that had no part in choosing the weights. */
  comparison: Comparison;
  /** Whether it shows that the blend is better. */
  isBetter: boolean;
}

/**
 * Looks for a second model that makes the best one better. Some users choose partner and weight, others test the result, so that the choice
 * is not judged by its own luck.
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
  const [choosing, testing] = drawn(users, seed);
  const started = clock.elapsed;
  const chosen = await chooseBlend(best, partners, (model) => {
    const seconds = clock.until(until) / 2;
    return clock.within(seconds, signal, async (either) => {
      const judgement = await judge(model, held, context, choosing, either);
      context.onProgress?.({ phase: 'blending', done: trials.length });
      return worth(scoresOf(judgement, objective), objective);
    });
  });
  if (!chosen) return undefined;
  const { model, partner, weights: own } = chosen;
  const tested = await clock.within(clock.until(until), signal, async (either) => ({
    blend: await judge(model, held, context, testing, either),
    // Again, on the same users, who have the same items drawn.
    single: await judge(best.model, held, context, testing, either),
  }));
  if (!tested) return undefined;
  const parts: [Tried, Tried] = [best, partner];
  const trial: ModelTrial = {
    family: 'blend',
    parameters: {
      weights: own,
      parts: parts.map(({ candidate }) => ({ family: candidate.family.name, parameters: candidate.parameters })),
    },
    round: 4,
    rows: held.train.size,
    users: tested.blend.report.users,
    ...scoresOf(tested.blend, objective),
    fitSeconds: best.trial.fitSeconds + partner.trial.fitSeconds,
    seconds: clock.elapsed - started,
  };
  trials.push(trial);
  context.onProgress?.({ phase: 'blending', done: trials.length, trial });
  return { trial, model, parts, weights: own, ...tested.blend, ...betterOf(tested.blend, tested.single, objective) };
}

interface ChosenBlend {
  model: BlendRecommender;
  partner: Tried;
  weights: [number, number];
  value: number;
}

/** The best partner with half the weight, and then the best weight for it. @param worthOf undefined when time is over */
async function chooseBlend(
  best: Tried,
  partners: readonly Tried[],
  worthOf: (model: BlendRecommender) => Promise<number | undefined>,
): Promise<ChosenBlend | undefined> {
  let chosen: ChosenBlend | undefined;
  const consider = async (partner: Tried, weight: number) => {
    const weights: [number, number] = [weight, 1 - weight];
    const model = blendOf(best.model, partner.model, weights);
    const value = await worthOf(model);
    if (value !== undefined && !(chosen && chosen.value >= value)) chosen = { model, partner, weights, value };
  };
  const [half, ...further] = weightsOfBest;
  for (const partner of partners) await consider(partner, half);
  const { partner } = chosen ?? {};
  if (partner) for (const weight of further) await consider(partner, weight);
  return chosen;
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

/** Users who choose, and others who test. */
function drawn(users: string[], seed: number): [string[], string[]] {
  const order = shuffle(users, randomNumbers(seed));
  const half = order.length >> 1;
  return [order.slice(0, Math.min(half, mostChoosing)), order.slice(half, half + mostTesting)];
}
