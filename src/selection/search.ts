import type { Progress } from '../options.ts';
import type { Clock } from './clock.ts';
import type { ModelFamily } from './families.ts';
import type { HeldOut } from './hold-out.ts';
import { bestFirst, betterOf, type DoneTrial, type Judge, judge, type ModelTrial, scoresOf } from './trial.ts';

/** A setting of a family. */
export interface Candidate {
  family: ModelFamily;
  parameters: object;
}

/** A trial that knows its family. */
export interface Tried extends DoneTrial {
  candidate: Candidate;
}

/** What a round is made of. */
export interface Round {
  number: number;
  candidates: readonly Candidate[];
  held: HeldOut;
  /** Users that judge, drawn from those held out. */
  users: number;
  /** The part of the budget after which no further trial begins, 0 to 1. */
  until: number;
  /** At most this part of what the round has left goes to one trial, while others wait. Default 0.4. */
  mostOfRest?: number;
}

/** What all rounds share. */
export interface SearchContext extends Judge {
  clock: Clock;
  signal: AbortSignal | undefined;
  onProgress: ((progress: Progress) => void) | undefined;
  /** Every trial so far, in order. */
  trials: ModelTrial[];
}

/** Families that go on from the first round. */
export const keptFamilies = 3;
/** Those that do so when no tests show that they are worse than the best. */
const mostFamilies = 4;

/**
 * Runs the trials of a round in order until its time is over. A trial that fails or takes too long is noted, and the search goes on; one that is
 * sure to be stopped, by what its family took before, is not begun.
 */
export async function runRound(round: Round, context: SearchContext): Promise<Tried[]> {
  const done: Tried[] = [];
  const { mostOfRest = 0.4 } = round;
  for (const [at, candidate] of round.candidates.entries()) {
    const left = context.clock.until(round.until);
    if (left <= 0) break;
    const expected = expectedSeconds(candidate, round.held.train.size, context);
    const isLast = at === round.candidates.length - 1;
    const most = isLast ? left : Math.min(left, Math.max(left * mostOfRest, 2 * expected));
    if (expected > most) continue;
    const tried = await tryOne(candidate, round, context, most);
    if (tried) done.push(tried);
  }
  return bestFirst(done, context.objective);
}

/** What the last trial of the family that came to an end would take on so many rows; 0 without one. */
export function expectedSeconds({ family }: Candidate, rows: number, { trials }: SearchContext): number {
  const last = trials.findLast((trial) => trial.family === family.name && !Number.isNaN(trial.score));
  return last ? (last.seconds * rows) / last.rows : 0;
}

async function tryOne(candidate: Candidate, round: Round, context: SearchContext, seconds: number): Promise<Tried | undefined> {
  const { clock, signal, trials } = context;
  const { family, parameters } = candidate;
  const { held, users } = round;
  const started = clock.elapsed;
  const trial: ModelTrial = {
    family: family.name,
    parameters,
    round: round.number,
    rows: held.train.size,
    users: 0,
    score: Number.NaN,
    fitSeconds: Number.NaN,
    seconds: 0,
  };
  const finish = () => {
    trial.seconds = clock.elapsed - started;
    trials.push(trial);
    context.onProgress?.({ phase: 'choosing', done: trials.length, trial, best: bestOf(context) });
  };
  try {
    const done = await clock.within(seconds, signal, async (either) => {
      const model = family.make(parameters);
      await model.fit(held.train, { signal: either });
      trial.fitSeconds = clock.elapsed - started;
      return { model, ...(await judge(model, held, context, users, either)) };
    });
    if (!done) {
      trial.error = `It was stopped after ${seconds.toFixed(1)} seconds.`;
      finish();
      return undefined;
    }
    Object.assign(trial, scoresOf(done, context.objective), { users: done.report.users });
    finish();
    return { ...done, trial, candidate };
  } catch (reason) {
    signal?.throwIfAborted();
    trial.error = reason instanceof Error ? reason.message : String(reason);
    finish();
    return undefined;
  }
}

/** The best trial of the latest round. */
function bestOf({ trials, objective }: SearchContext): ModelTrial | undefined {
  const round = trials.at(-1)?.round;
  return bestFirst(
    trials.filter((trial) => trial.round === round && !Number.isNaN(trial.score)).map((trial) => ({ trial })),
    objective,
  )[0]?.trial;
}

/** The families that go on: the best ones, and no more of those that paired tests show to be worse. @param tried best first */
export function surviving(tried: readonly Tried[], objective: string): Tried[] {
  const firsts = tried.filter(({ candidate: { family } }, at) => tried.findIndex((other) => other.candidate.family === family) === at);
  const [best] = firsts;
  return firsts.slice(0, mostFamilies).filter((one, at) => at < keptFamilies || !betterOf(best, one, objective).isBetter);
}
