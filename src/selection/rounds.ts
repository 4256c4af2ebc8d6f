import type { ModelFamily } from './families.ts';
import { type HeldOut, shareOf } from './hold-out.ts';
import { type Candidate, expectedSeconds, keptFamilies, runRound, type SearchContext, surviving, type Tried } from './search.ts';
import { bestFirst } from './trial.ts';

/** Rows for which a second of the budget is enough in the first rounds; larger data is sampled by users there. */
const rowsPerSecond = 600;
const leastRows = 20_000;

/** What the rounds come to. */
export interface Finals {
  /** The best model of each family, fitted on the same rows, best first. */
  finalists: Tried[];
  /** Those rows, and what they were judged by. */
  judged: HeldOut;
}

/** Rounds 1 to 3. */
export async function searchFamilies(
  families: readonly ModelFamily[],
  held: HeldOut,
  context: SearchContext,
  drawn: number,
): Promise<Finals> {
  const { objective, clock } = context;
  const fraction = Math.min(1, Math.max(leastRows, rowsPerSecond * clock.budget) / held.train.size);
  const { first, sample, users, whole } = await firstRound(families, held, context, drawn, fraction);
  const kept = surviving(first, objective);
  const further = interleaved(
    kept.map(({ candidate: { family } }) => family.settings.slice(1).map((parameters) => ({ family, parameters }))),
  );
  const second = await runRound({ number: 2, candidates: further, held: sample, users, until: whole ? 0.6 : 0.4 }, context);
  const both = bestFirst([...first, ...second], objective);
  const ofSample = { finalists: bestOfEach(both), judged: sample };
  if (whole || both.length === 0) return ofSample;
  const candidates = both
    .filter((tried) => kept.some(({ candidate }) => candidate.family === tried.candidate.family))
    .filter((tried, at, all) => at < 2 || bestOfEach(all).includes(tried))
    .map(({ candidate }) => candidate);
  const share = shareThatFits(candidates, held, context);
  // Where there is no time for much more than the sample, what that says is enough.
  if (share < (2 * sample.train.size) / held.train.size) return ofSample;
  const judged = shareOf(held, share, drawn);
  const third = await runRound({ number: 3, candidates, held: judged, users: 4000, until: 0.7, mostOfRest: 0.6 }, context);
  return third.length > 0 ? { finalists: bestOfEach(third), judged } : ofSample;
}

/** The share of the users on whom all candidates can be tried, so that time is left to blend and to fit the first on everything. */
function shareThatFits(candidates: readonly Candidate[], held: HeldOut, context: SearchContext): number {
  const { clock } = context;
  const expected = candidates.map((candidate) => expectedSeconds(candidate, held.train.size, context));
  const left = Math.min(clock.until(0.7), clock.until(1) - 1.5 * expected[0]);
  const share = left / expected.reduce((sum, seconds) => sum + seconds, 0);
  return share > 0.8 ? 1 : share;
}

/**
 * Every family with its first setting. Where the machine is so busy, or the data so large, that most of them run out of time, they are all
 * tried again on a quarter of the users, and so on: a comparison of all on fewer rows says more than the one model that was fast enough.
 */
async function firstRound(families: readonly ModelFamily[], held: HeldOut, context: SearchContext, drawn: number, fraction: number) {
  const candidates = families.map((family) => ({ family, parameters: family.settings[0] }));
  for (let attempt = 0, share = fraction; ; attempt++, share /= 4) {
    const whole = share > 0.6;
    const sample = shareOf(held, whole ? 1 : share, drawn);
    const users = whole ? 4000 : 2000;
    const until = (whole ? 0.4 : 0.25) + 0.1 * attempt;
    const first = await runRound({ number: 1, candidates, held: sample, users, until }, context);
    const enough = Math.max(Math.min(keptFamilies, candidates.length), Math.ceil(candidates.length / 2));
    const last = attempt === mostAttempts - 1 || share * held.train.size <= leastRows || context.clock.budget === Number.POSITIVE_INFINITY;
    if (first.length < enough && !last) continue;
    if (first.length > 0 || context.clock.budget === Number.POSITIVE_INFINITY) return { first, sample, users, whole };
    // However small the budget, the first family gives an answer: popularity, unless others were asked for.
    const only = { number: 1, candidates: candidates.slice(0, 1), held: sample, users, until: Number.POSITIVE_INFINITY };
    return { first: await runRound(only, context), sample, users, whole };
  }
}

/** Samples of the first round, each a quarter of the one before. */
const mostAttempts = 3;

/** The first of each list, then the second of each, and so on. */
function interleaved(lists: readonly Candidate[][]): Candidate[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, k) => lists.flatMap((list) => list.slice(k, k + 1))).flat();
}

/** @param tried best first */
function bestOfEach(tried: readonly Tried[]): Tried[] {
  return tried.filter(({ candidate }, at) => tried.findIndex((other) => other.candidate.family === candidate.family) === at);
}
