import { AttuneError, shown } from '../../errors.ts';
import { randomBelow, randomNumbers } from '../../numeric/random.ts';
import { choice, flag, integer, isRecord, number, readOptions } from '../../options.ts';
import { runTrials } from './run-trials.ts';
import { type FittableRecommender, readSearch, type TuningOptions, type TuningResult } from './trials.ts';

/** The values to try for each parameter. */
export type SearchGrid = Record<string, readonly unknown[]>;

/** A setting from a grid. Numbers and booleans are plain ones, texts stay the words they are. */
export type GridSetting<G extends SearchGrid> = { -readonly [K in keyof G]: Plain<G[K][number]> };

/** Without the literal: `number` for `64`, as settings of a grid are read. */
export type Plain<T> = T extends number ? number : T extends boolean ? boolean : T;

/** Options of {@link gridSearch}. */
export interface GridSearchOptions<G extends SearchGrid, M extends FittableRecommender> extends TuningOptions<GridSetting<G>, M> {
  /** The values to try for each parameter; every combination is tried, the last parameter changing fastest. */
  grid: G;
}

/**
 * Fits and evaluates a model for every combination of parameters, and returns the best.
 *
 * @example
 * const best = await gridSearch({
 *   recommender: (p) => new AlsRecommender(p),
 *   grid: { factors: [32, 64], regularization: [0.05, 0.1] },
 *   train, validation,
 *   objective: ['rmse', 'precision@10'],
 * });
 * @throws ERR_BAD_OPTION; ERR_EMPTY when every setting failed; what `fit` and `evaluate` throw.
 */
export async function gridSearch<const G extends SearchGrid, M extends FittableRecommender>(
  options: GridSearchOptions<G, M>,
): Promise<TuningResult<GridSetting<G>, M>> {
  const o = readSearch<GridSetting<G>, M, { grid: typeof readGrid }>('gridSearch', options, { grid: readGrid });
  return runTrials(combinations<GridSetting<G>>(o.grid), o);
}

/** Where values of one parameter come from: a list to choose from, a range, or a function of random numbers in [0, 1). */
export type ParameterDistribution = readonly unknown[] | NumberRange | ((random: () => number) => unknown);

/** A range of numbers. */
export interface NumberRange {
  /** From here. */
  min: number;
  /** To here, inclusive. */
  max: number;
  /** `'log'` for parameters whose magnitude matters, such as a regularization; needs `min` above 0. Default `'linear'`. */
  scale?: 'linear' | 'log' | undefined;
  /** Whole numbers only. Default false. */
  integer?: boolean | undefined;
}

/** Where the values of each parameter come from. */
export type SearchSpace = Record<string, ParameterDistribution>;

/** A setting drawn from a space. */
export type SpaceSetting<S extends SearchSpace> = {
  -readonly [K in keyof S]: S[K] extends readonly (infer T)[] ? Plain<T> : S[K] extends (random: () => number) => infer T ? T : number;
};

/** Options of {@link randomSearch}. */
export interface RandomSearchOptions<S extends SearchSpace, M extends FittableRecommender, P = SpaceSetting<S>>
  extends TuningOptions<P, M> {
  /** Where the values of each parameter come from. */
  space: S;
  /** How many settings to try. Default 20. */
  count?: number | undefined;
  /** The same seed tries the same settings. Default 1. */
  seed?: number | undefined;
}

/**
 * Fits and evaluates a model for settings drawn at random, and returns the best: for several parameters better than a grid of as many
 * trials, because it does not repeat values of the parameters that do not matter (Bergstra & Bengio, JMLR 13, 2012).
 *
 * @throws ERR_BAD_OPTION; ERR_EMPTY when every setting failed; what `fit` and `evaluate` throw.
 */
export async function randomSearch<const S extends SearchSpace, M extends FittableRecommender>(
  options: RandomSearchOptions<S, M>,
): Promise<TuningResult<SpaceSetting<S>, M>> {
  const o = readSearch<SpaceSetting<S>, M, typeof randomChecks>('randomSearch', options, randomChecks);
  return runTrials(drawSettings<SpaceSetting<S>>(o.space, o.count, o.seed), o);
}

/** Settings drawn from a space; the same for a seed. */
export function drawSettings<P>(space: SearchSpace, count: number, seed: number): P[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, () => {
    return Object.fromEntries(Object.entries(space).map(([name, distribution]) => [name, draw(distribution, random)])) as P;
  });
}

/** Checks a space. */
export function readSpace(value: unknown, name: string): SearchSpace {
  for (const [parameter, distribution] of entriesOf(value, name)) {
    if (typeof distribution === 'function' || (Array.isArray(distribution) && distribution.length > 0)) continue;
    const isRange = isRecord(distribution) && 'min' in distribution;
    const range = isRange ? readOptions(`${name}.${parameter}`, distribution, rangeChecks) : undefined;
    if (range && range.min <= range.max && (range.scale === 'linear' || range.min > 0)) continue;
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${name}: expected a list, a function, or { min, max } (with scale: 'log' above 0) for '${parameter}', got ${shown(distribution)}.`,
    );
  }
  return value as SearchSpace;
}

const rangeChecks = { min: number({}), max: number({}), scale: choice(['linear', 'log'], 'linear'), integer: flag(false) };

const randomChecks = { space: readSpace, count: integer({ default: 20, min: 1, max: 1_000_000 }), seed: integer({ default: 1 }) };

function readGrid(value: unknown, name: string): SearchGrid {
  for (const [parameter, values] of entriesOf(value, name)) {
    if (Array.isArray(values) && values.length > 0) continue;
    throw new AttuneError('ERR_BAD_OPTION', `${name}: expected a list of values for '${parameter}', got ${shown(values)}.`);
  }
  return value as SearchGrid;
}

function entriesOf(value: unknown, name: string): [string, unknown][] {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return Object.entries(value);
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an object with one entry a parameter, got ${shown(value)}.`);
}

function combinations<P>(grid: SearchGrid): P[] {
  let settings: Record<string, unknown>[] = [{}];
  for (const [name, values] of Object.entries(grid)) {
    settings = settings.flatMap((setting) => values.map((value) => ({ ...setting, [name]: value })));
  }
  return settings as P[];
}

function draw(distribution: ParameterDistribution, random: () => number): unknown {
  if (typeof distribution === 'function') return distribution(random);
  if (!('min' in distribution)) return distribution[randomBelow(random, distribution.length)];
  const { min, max, scale, integer: whole } = distribution;
  const top = whole ? max + 1 : max; // so that the largest whole number is as likely as the others
  const value = scale === 'log' ? min * (top / min) ** random() : min + (top - min) * random();
  return whole ? Math.min(max, Math.floor(value)) : value;
}
