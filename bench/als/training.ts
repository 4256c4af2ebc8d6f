import { AlsRecommender, type Interactions } from 'attune';
import { type Cost, medianCost, timed } from '../support/clock.ts';
import { generator } from '../support/random.ts';
import { type Row, ratioOf } from '../support/table.ts';
import type { AlsContext } from './context.ts';
import type { ImplicitRun } from './implicit.ts';
import { type FactorPair, totalLoss } from './loss.ts';

/** A race to the loss that implicit has after some iterations. */
export interface Race {
  task: string;
  data: Interactions;
  factors: number;
  alpha: number;
  regularization: number;
  /** Of implicit; attune takes as few as reach the same loss. */
  iterations: number;
  /** implicit's Cholesky instead of its default conjugate gradients. */
  exact?: boolean;
  goal?: string;
}

/** What both sides start from: uniform around zero, the better start for both; users begin at zero. */
export function startOf(data: Interactions, factors: number, seed = 7): Float32Array {
  const random = generator(seed);
  return Float32Array.from({ length: data.itemCount * factors }, () => (2 * random() - 1) * 0.01);
}

export const factorsOf = (als: AlsRecommender): FactorPair => ({ users: als.userFactors.data, items: als.itemFactors.data });

/** An attune fit with as many iterations. */
export function fitAttune(
  race: Omit<Race, 'task' | 'iterations'>,
  iterations: number,
  start: Float32Array,
  threads: number,
): Promise<AlsRecommender> {
  const { factors, alpha, regularization } = race;
  return new AlsRecommender({ factors, alpha, regularization, iterations, threads }).fit(race.data, { initialItemFactors: start });
}

/** Time to the same loss. `context.implicit` must hold the confidences of the race already. */
export async function raceToLoss(race: Race, { implicit, threads, repeats, say }: AlsContext): Promise<{ row: Row; detail: unknown }> {
  const { data, factors, alpha, regularization, iterations, exact } = race;
  const start = startOf(data, factors);
  const lossOf = (pair: FactorPair) => totalLoss(data, pair, alpha, regularization);
  data.byUser; // made once and kept by the data, as implicit is handed its matrix
  const peer = exact ? 'implicit Cholesky' : 'implicit CG';
  const peerFit = (keep: number[] = []) =>
    implicit?.fit({ factors, regularization, iterations, threads, exact, start, keep }) ?? Promise.resolve(undefined);
  const others: Cost[] = [];
  const noteOther = (run: ImplicitRun | undefined) => run && others.push(run.after[iterations - 1]);

  const first = await peerFit([iterations]);
  noteOther(first);
  const target = first && lossOf(first.factors(iterations));
  if (target) say(`${race.task}: ${peer} has loss ${target.toPrecision(6)} after ${iterations} iterations, ${others[0].wall.toFixed(2)} s`);

  const found = await fewestIterations(race, start, threads, target, lossOf);
  const needed = found.iterations;
  say(`${race.task}: attune has loss ${found.loss.toPrecision(6)} after ${needed} iterations`);
  const own: Cost[] = [];
  for (let k = 0; k < repeats; k++) {
    const { wall, cpu } = await timed(() => fitAttune(race, needed, start, threads));
    own.push({ wall, cpu });
    if (k + 1 < repeats) noteOther(await peerFit());
  }
  const ours = medianCost(own);
  const theirs = others.length ? medianCost(others) : undefined;
  const missed = target !== undefined && found.loss > target;
  return {
    row: {
      task: race.task,
      unit: 's',
      attune: ours.wall,
      attuneCpu: ours.cpu,
      peer,
      other: theirs?.wall,
      otherCpu: theirs?.cpu,
      ratio: missed ? undefined : ratioOf(ours.wall, theirs?.wall),
      goal: race.goal,
      note: `${needed} / ${iterations} iterations; loss ${found.loss.toPrecision(6)} / ${target?.toPrecision(6) ?? '-'}${missed ? ' NOT REACHED' : ''}`,
    },
    detail: { task: race.task, target, loss: found.loss, iterations: needed, record: found.record, attune: own, implicit: others },
  };
}

/** The smallest number of iterations, at most twice implicit's, whose finished fit is at least as good as `target`. */
async function fewestIterations(
  race: Race,
  start: Float32Array,
  threads: number,
  target: number | undefined,
  lossOf: (pair: FactorPair) => number,
) {
  const finish = async (iterations: number) => {
    const als = await fitAttune(race, iterations, start, threads);
    return { iterations, loss: lossOf(factorsOf(als)), history: als.history };
  };
  let long = await finish(race.iterations);
  if (target !== undefined && long.loss > target) long = await finish(2 * race.iterations);
  const record = long.history.map(({ loss }) => loss);
  let best = long;
  if (target === undefined || best.loss > target) return { ...best, record };
  // The record is taken before users are solved for the last time, so a finished fit may be there an iteration sooner.
  const recorded = record.findIndex((loss) => loss <= target) + 1;
  for (let k = recorded || best.iterations - 1; k >= 1; k--) {
    const sooner = await finish(k);
    if (sooner.loss > target) break;
    best = sooner;
  }
  return { ...best, record };
}
