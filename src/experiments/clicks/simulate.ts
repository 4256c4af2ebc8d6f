import { type Id, readId } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import { randomBelow, randomNumbers } from '../../numeric/random.ts';
import { integer, number, readOptions } from '../../options.ts';
import type { ClickModel } from './model.ts';

/** A list to try. */
export interface Ranking {
  /** What it answers, as in the sessions. */
  query?: string | undefined;
  /** What is shown, from the top. */
  items: readonly Id[];
  /** How often it is asked for. Default 1. */
  weight?: number | undefined;
}

/** Options of {@link simulateClicks}. */
export interface SimulateOptions {
  /** Confidence of the intervals. Default 0.95. */
  level?: number | undefined;
  /** How many draws the intervals come from. From 10 to 1,000,000, default 500. */
  draws?: number | undefined;
  /** Default 1. */
  seed?: number | undefined;
}

/** A mean with its interval. */
export interface SimulatedValue {
  /** The expected value. */
  mean: number;
  /** Lower end of the interval. */
  low: number;
  /** Upper end. */
  high: number;
}

/** The expected performance of a ranker. */
export interface SimulatedRanker {
  /** Share of lists with at least one click. */
  ctr: SimulatedValue;
  /** Clicks per list. */
  clicks: SimulatedValue;
  /** Share of lists with at least one conversion; NaN when conversions are unknown. */
  conversion: SimulatedValue;
  /** Share of shown items (by weight) that the sessions never showed for their query, so that the model only guesses. */
  unseen: number;
  /** Change against the first ranker, as a share of its value; absent for the first one. */
  lift?: {
    /** Of `ctr`. */
    ctr: SimulatedValue;
    /** Of `clicks`. */
    clicks: SimulatedValue;
    /** Of `conversion`. */
    conversion: SimulatedValue;
  };
}

/**
 * What users would do with the lists of several rankers, by a click model: expected values, and intervals that vary both the queries (bootstrap)
 * and the attractions of items (by how often they were examined), with the same draws for all rankers. It is no substitute for an A/B test:
 * it knows only what was ever shown (`unseen`), and nothing about how better lists change returning users.
 *
 * @param rankers lists by ranker; the first is what others are compared with. All must have the same queries in the same order.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_ID, ERR_EMPTY
 */
export function simulateClicks<R extends string>(
  model: ClickModel,
  rankers: Record<R, readonly Ranking[]>,
  options: SimulateOptions = {},
): Record<R, SimulatedRanker> {
  const o = readOptions('simulateClicks', options, {
    level: number({ default: 0.95, min: 0.5, max: 0.9999 }),
    draws: integer({ default: 500, min: 10, max: 1_000_000 }),
    seed: integer({ default: 1 }),
  });
  if (typeof (model as ClickModel | undefined)?.drawAttractions !== 'function') {
    throw new AttuneError('ERR_BAD_ARGUMENT', `simulateClicks: expected a model made by fitClickModel, got ${shown(model)}.`);
  }
  if (typeof rankers !== 'object' || rankers === null || Array.isArray(rankers)) {
    throw new AttuneError('ERR_BAD_ARGUMENT', `simulateClicks: expected lists by the name of the ranker, got ${shown(rankers)}.`);
  }
  const names = Object.keys(rankers) as R[];
  for (const name of names) checkRankings(name, rankers[name]);
  const weights = checked(names, rankers);
  const queries = weights.length;
  const exact = names.map((name) => rankers[name].map((each) => valuesOf(model, each)));
  const found = exact.map((lists) => weighted(lists, weights));

  const random = randomNumbers(o.seed);
  const drawn = names.map(() => [[], [], []] as number[][]);
  for (let draw = 0; draw < o.draws; draw++) {
    const attraction = model.drawAttractions(random);
    const counts = new Float64Array(queries);
    for (let k = 0; k < queries; k++) counts[randomBelow(random, queries)]++;
    const sample = counts.map((count, k) => count * weights[k]);
    for (const [at, name] of names.entries()) {
      const lists = rankers[name].map((each, k) => (counts[k] > 0 ? valuesOf(model, each, attraction) : exact[at][k]));
      for (const [m, value] of weighted(lists, sample).entries()) drawn[at][m].push(value);
    }
  }
  const value = (mean: number, draws: number[]): SimulatedValue => ({ mean, ...interval(draws, o.level) });
  const three = (of: (m: number) => SimulatedValue) => ({ ctr: of(0), clicks: of(1), conversion: of(2) });
  const results = names.map((name, at) => {
    const own = three((m) => value(found[at][m], drawn[at][m]));
    const lift = three((m) => {
      const change = (a: number, b: number) => a / b - 1;
      return value(
        change(found[at][m], found[0][m]),
        drawn[at][m].map((each, k) => change(each, drawn[0][m][k])),
      );
    });
    return [name, { ...own, unseen: unseenOf(model, rankers[name]), ...(at > 0 && { lift }) }] as const;
  });
  return Object.fromEntries(results) as Record<R, SimulatedRanker>;
}

/** Share of lists with a click, clicks, share with a conversion. */
function valuesOf(model: ClickModel, { query = '', items }: Ranking, attraction?: (query: string, item: Id) => number): number[] {
  const expected = attraction ? model.expectWith(query, items, (item) => attraction(query, item)) : model.expect(query, items);
  return [expected.anyClick, expected.clicks.reduce((sum, click) => sum + click, 0), expected.conversion];
}

function weighted(lists: readonly number[][], weights: ArrayLike<number>): number[] {
  const sums = [0, 0, 0];
  let total = 0;
  for (const [k, values] of lists.entries()) {
    total += weights[k];
    for (let m = 0; m < 3; m++) if (weights[k] > 0) sums[m] += weights[k] * values[m];
  }
  return sums.map((sum) => sum / total);
}

function interval(draws: number[], level: number): { low: number; high: number } {
  const sorted = Float64Array.from(draws).sort();
  const at = (p: number) => sorted[Math.round(p * (sorted.length - 1))];
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

function unseenOf(model: ClickModel, rankings: readonly Ranking[]): number {
  let [unseen, all] = [0, 0];
  for (const { query = '', items, weight = 1 } of rankings) {
    all += weight * items.length;
    unseen += weight * items.filter((item) => !model.has(query, item)).length;
  }
  return all > 0 ? unseen / all : 0;
}

/** Checks that a ranker is a list of lists. @throws ERR_BAD_ARGUMENT */
function checkRankings(name: string, rankings: unknown): void {
  const bad = (what: string, got: unknown) => {
    const message = `simulateClicks: expected ${what}, got ${shown(got)}. Options such as 'seed' are the third argument.`;
    return new AttuneError('ERR_BAD_ARGUMENT', message);
  };
  if (!Array.isArray(rankings)) throw bad(`an array of { query, items } as ranker '${name}'`, rankings);
  for (const [at, each] of (rankings as (Partial<Ranking> | null)[]).entries()) {
    if (typeof each !== 'object' || each === null) throw bad(`{ query, items } as list ${at} of '${name}'`, each);
    if (!Array.isArray(each.items)) throw bad(`an array of item ids as items of list ${at} of '${name}'`, each.items);
    if (each.query !== undefined && typeof each.query !== 'string') throw bad(`a text as query of list ${at} of '${name}'`, each.query);
    for (const item of each.items) readId(item, `simulateClicks: item of list ${at} of '${name}'`);
  }
}

function checked<R extends string>(names: R[], rankers: Record<R, readonly Ranking[]>): number[] {
  const first = rankers[names[0]];
  if (names.length === 0 || first.length === 0) {
    throw new AttuneError('ERR_EMPTY', 'simulateClicks: expected at least one ranker with a list, got none.');
  }
  for (const name of names) {
    for (const [at, { query, weight = 1 }] of rankers[name].entries()) {
      const same = query === first[at]?.query && weight === (first[at]?.weight ?? 1);
      if (same && Number.isFinite(weight) && weight > 0) continue;
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `simulateClicks: expected list ${at} of '${name}' to have the query and the weight (above 0) of that of '${names[0]}', got ${shown(query)} and ${shown(weight)}.`,
      );
    }
    if (rankers[name].length !== first.length) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `simulateClicks: expected ${first.length} lists of '${name}', got ${rankers[name].length}.`,
      );
    }
  }
  return first.map(({ weight = 1 }) => weight);
}
