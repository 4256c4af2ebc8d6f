import { AttuneError, shown } from '../../errors.ts';
import { firstIndex } from '../../numeric/first-index.ts';
import { randomNumbers, shuffle } from '../../numeric/random.ts';
import { type Check, choice, integer, number, optional, readOptions } from '../../options.ts';
import { checkIsInteractions } from '../check-interactions.ts';
import type { Interactions } from '../interactions.ts';
import { rowsByUser } from '../sequences.ts';
import { coldItems, coldUsers } from './split-cold.ts';
import type {
  ColdItemsSplitOptions,
  ColdUsersSplit,
  ColdUsersSplitOptions,
  FoldsSplitOptions,
  Split,
  SplitOptions,
  SplitOptionsWithValidation,
  SplitWithValidation,
} from './split-options.ts';
import { identity, newestFirst, rowsWhere } from './split-rows.ts';

export type * from './split-options.ts';

/**
 * Splits interactions into training, test and optionally validation parts. The parts are disjoint, together they are complete,
 * and rows keep their order. A part may be empty, and test may contain users and items that train does not.
 *
 * @returns `{ train, test }`; with `validation: true`, `validationFraction` or `validationAt` also `validation`; for
 * `'folds'` an array of `{ train, test }`; for `'cold-users'` also `given`.
 * @throws ERR_BAD_OPTION; ERR_BAD_ARGUMENT when a strategy needs times and there are none.
 */
export function split(interactions: Interactions, options: FoldsSplitOptions): Split[];
export function split(interactions: Interactions, options: ColdUsersSplitOptions): ColdUsersSplit;
export function split(interactions: Interactions, options: SplitOptionsWithValidation): SplitWithValidation;
export function split(interactions: Interactions, options: Exclude<SplitOptions, FoldsSplitOptions>): Split;
export function split(interactions: Interactions, options: SplitOptions): Split | SplitWithValidation | Split[];
export function split(interactions: Interactions, options: SplitOptions): Split | SplitWithValidation | Split[] {
  checkIsInteractions('split', interactions);
  const strategy = choice(strategies)(options?.strategy, "split: option 'strategy'");
  if (strategy === 'folds') return folds(interactions, options as FoldsSplitOptions);
  if (strategy === 'cold-items') return coldItems(interactions, options as ColdItemsSplitOptions);
  if (strategy === 'cold-users') return coldUsers(interactions, options as ColdUsersSplitOptions);
  const { parts, validated } = assigners[strategy](interactions, options);
  const [train, test, validation] = [TRAIN, TEST, VALIDATION].map((part) => interactions.select(rowsWhere(parts, (p) => p === part)));
  return validated ? { train, validation, test } : { train, test };
}

const TRAIN = 0;
const TEST = 1;
const VALIDATION = 2;

const strategies = ['random', 'per-user', 'by-time', 'leave-last-out', 'folds', 'cold-items', 'cold-users'] as const;

/** The part of each row, and whether a validation part was asked for. */
interface Assignment {
  parts: Uint8Array;
  validated: boolean;
}

const assigners: Record<
  Exclude<SplitOptions['strategy'], 'folds' | 'cold-items' | 'cold-users'>,
  (interactions: Interactions, options: unknown) => Assignment
> = {
  random: atRandom,
  'per-user': perUser,
  'by-time': byTime,
  'leave-last-out': leaveLastOut,
};

const fraction = { above: 0, below: 1 };
const seed = integer({ default: 0 });
const strategyCheck = choice(strategies);

function atRandom(interactions: Interactions, options: unknown): Assignment {
  const o = readOptions("split 'random'", options, {
    strategy: strategyCheck,
    testFraction: number({ default: 0.2, ...fraction }),
    validationFraction: optional(number(fraction)),
    seed,
  });
  const { test, validation } = shares(interactions.size, o.testFraction, fractionLeft(o));
  const order = shuffle(identity(interactions.size), randomNumbers(o.seed));
  const parts = new Uint8Array(interactions.size);
  for (let k = 0; k < test + validation; k++) parts[order[k]] = k < test ? TEST : VALIDATION;
  return { parts, validated: o.validationFraction !== undefined };
}

function perUser(interactions: Interactions, options: unknown): Assignment {
  const o = readOptions("split 'per-user'", options, {
    strategy: strategyCheck,
    testFraction: number({ default: 0.2, ...fraction }),
    validationFraction: optional(number(fraction)),
    holdOut: choice(['random', 'newest'], 'random'),
    minTrain: integer({ default: 1, min: 0 }),
    seed,
  });
  const left = fractionLeft(o);
  const random = randomNumbers(o.seed);
  const parts = heldOut(interactions, o.minTrain, {
    order: (rows) => (o.holdOut === 'random' ? shuffle(rows, random) : newestFirst(interactions, rows)),
    counts: (size) => shares(size, o.testFraction, left),
  });
  return { parts, validated: o.validationFraction !== undefined };
}

function leaveLastOut(interactions: Interactions, options: unknown): Assignment {
  const o = readOptions("split 'leave-last-out'", options, {
    strategy: strategyCheck,
    count: integer({ default: 1, min: 1 }),
    validation: choice([true, false], false),
    minTrain: integer({ default: 1, min: 0 }),
    seed,
  });
  const parts = heldOut(interactions, o.minTrain, {
    order: (rows) => newestFirst(interactions, rows),
    counts: () => ({ test: o.count, validation: o.validation ? o.count : 0 }),
  });
  return { parts, validated: o.validation };
}

function byTime(interactions: Interactions, options: unknown): Assignment {
  const o = readOptions("split 'by-time'", options, {
    strategy: strategyCheck,
    at: optional(moment),
    testFraction: number({ default: 0.2, ...fraction }),
    validationAt: optional(moment),
    validationFraction: optional(number(fraction)),
    seed,
  });
  const times = interactions.timestamps ?? (interactions.size === 0 ? new Float64Array(0) : undefined);
  if (!times) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      "split: expected interactions with timestamps for the strategy 'by-time', got some without. Name their column with the option 'timestamp' of Interactions.from, or choose another strategy.",
    );
  }
  const sorted = times.slice().sort();
  const left = o.at === undefined ? fractionLeft(o) : (o.validationFraction ?? 0);
  const { test, validation } = shares(sorted.length, o.at === undefined ? o.testFraction : 0, left);
  const at = o.at ?? momentOf(sorted, test);
  const testRows = sorted.length - lowerBound(sorted, at);
  const validationAt = o.validationAt ?? (validation > 0 ? Math.min(momentOf(sorted, testRows + validation), at) : at);
  if (validationAt > at) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `split 'by-time': option 'validationAt' must not be after the test, which begins at ${at}, got ${validationAt}.`,
    );
  }
  const parts = Uint8Array.from(times, (time) => (time >= at ? TEST : time >= validationAt ? VALIDATION : TRAIN));
  return { parts, validated: o.validationAt !== undefined || o.validationFraction !== undefined };
}

function folds(interactions: Interactions, options: FoldsSplitOptions): Split[] {
  const o = readOptions("split 'folds'", options, { strategy: strategyCheck, folds: integer({ default: 5, min: 2, max: 65535 }), seed });
  const order = shuffle(identity(interactions.size), randomNumbers(o.seed));
  const fold = new Uint16Array(interactions.size);
  for (let k = 0; k < order.length; k++) fold[order[k]] = k % o.folds;
  return Array.from({ length: o.folds }, (_, f) => ({
    train: interactions.select(rowsWhere(fold, (g) => g !== f)),
    test: interactions.select(rowsWhere(fold, (g) => g === f)),
  }));
}

/** Takes from the front of each user's rows in the given order, first the test, then the validation, never the last `minTrain`. */
function heldOut(
  interactions: Interactions,
  minTrain: number,
  how: { order: (rows: Int32Array) => Int32Array; counts: (size: number) => { test: number; validation: number } },
): Uint8Array {
  const parts = new Uint8Array(interactions.size);
  const { offsets, rows } = rowsByUser(interactions);
  for (let user = 0; user < interactions.userCount; user++) {
    const own = how.order(rows.subarray(offsets[user], offsets[user + 1]));
    const free = Math.max(0, own.length - minTrain);
    const wanted = how.counts(own.length);
    const test = Math.min(wanted.test, free);
    const validation = Math.min(wanted.validation, free - test);
    for (let k = 0; k < test + validation; k++) parts[own[k]] = k < test ? TEST : VALIDATION;
  }
  return parts;
}

/** Whole rows for both parts, never more than there are. */
function shares(size: number, testFraction: number, validationFraction: number): { test: number; validation: number } {
  const test = Math.round(size * testFraction);
  return { test, validation: Math.min(Math.round(size * validationFraction), size - test) };
}

function fractionLeft(o: { testFraction: number; validationFraction: number | undefined }): number {
  const validation = o.validationFraction ?? 0;
  if (o.testFraction + validation <= 1) return validation;
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `split: options 'testFraction' and 'validationFraction' must not add up to more than 1, got ${o.testFraction} and ${validation}.`,
  );
}

/** The moment from which on there are about `count` rows: of the two that are possible when times are equal, the nearer. */
function momentOf(sorted: Float64Array, count: number): number {
  if (count <= 0 || sorted.length === 0) return Number.POSITIVE_INFINITY;
  const wanted = Math.max(0, sorted.length - count);
  const time = sorted[wanted];
  const first = lowerBound(sorted, time);
  let after = wanted;
  while (after < sorted.length && sorted[after] === time) after++;
  return after < sorted.length && after - wanted < wanted - first ? sorted[after] : time;
}

/** How many of the sorted times are before a moment. */
function lowerBound(sorted: Float64Array, time: number): number {
  return firstIndex(sorted.length, (k) => sorted[k] >= time);
}

const moment: Check<number> = (value, name) => {
  const time = value instanceof Date ? value.getTime() : value;
  if (typeof time === 'number' && Number.isFinite(time)) return time;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be milliseconds since 1970 or a Date, got ${shown(value)}.`);
};
