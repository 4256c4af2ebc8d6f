import type { Interactions } from '../interactions.ts';

/** Interactions to train on, and others to evaluate with. Ids agree, dense indices do not: each part has its own. */
export interface Split {
  /** What to fit on. */
  train: Interactions;
  /** What to evaluate with. */
  test: Interactions;
}

/** A split with a third part, for choosing settings and for stopping. */
export interface SplitWithValidation extends Split {
  /** What to choose settings with, so that the test stays untouched. */
  validation: Interactions;
}

/** What all strategies take. */
export interface CommonSplitOptions {
  /** Whole number; the same seed gives the same split. Default 0. `'by-time'` and `'leave-last-out'` draw nothing. */
  seed?: number | undefined;
}

/** Rows drawn at random over everything. */
export interface RandomSplitOptions extends CommonSplitOptions {
  /** A uniform draw of rows. */
  strategy: 'random';
  /** Share of the rows in the test, in (0, 1), rounded to whole rows. Default 0.2. */
  testFraction?: number | undefined;
  /** Share of the rows in the validation, in (0, 1). Default: no validation. */
  validationFraction?: number | undefined;
}

/** The same share of each user's rows. */
export interface PerUserSplitOptions extends CommonSplitOptions {
  /** A share of each user, rounded to whole rows. */
  strategy: 'per-user';
  /** Share of each user's rows in the test, in (0, 1). Default 0.2. */
  testFraction?: number | undefined;
  /** Share of each user's rows in the validation, in (0, 1). Default: no validation. */
  validationFraction?: number | undefined;
  /** Which rows of a user are held out: `'random'` ones (default), or the `'newest'` (by time; of equal times the later row). */
  holdOut?: 'random' | 'newest' | undefined;
  /** Rows of a user that stay in train whatever the fractions say. Default 1. */
  minTrain?: number | undefined;
}

/** The past and the future. Rows of one time are never on both sides. */
export interface ByTimeSplitOptions extends CommonSplitOptions {
  /** Everything from a moment on is test. Needs timestamps. */
  strategy: 'by-time';
  /** The moment, in milliseconds since 1970 or as a Date. Default: so that about `testFraction` of the rows are test. */
  at?: number | Date | undefined;
  /** Share of the rows in the test when `at` is not given, in (0, 1). Default 0.2. */
  testFraction?: number | undefined;
  /** The moment from which on rows before `at` are validation. */
  validationAt?: number | Date | undefined;
  /** Share of the rows in the validation when `validationAt` is not given, in (0, 1). Default: no validation. */
  validationFraction?: number | undefined;
}

/** The end of each user's history. */
export interface LeaveLastOutSplitOptions extends CommonSplitOptions {
  /** Each user's newest rows are test; without times, or of equal times, the later row is the newer one. */
  strategy: 'leave-last-out';
  /** Rows of each user in the test. Default 1. */
  count?: number | undefined;
  /** Whether as many rows before those are validation. Default false. */
  validation?: boolean | undefined;
  /** Minimum number of a user's rows in train. Users with no more than that are entirely in train; with few rows, the test is filled first. Default 1. */
  minTrain?: number | undefined;
}

/** Cross-validation: each row is test in one fold and train in the others. */
export interface FoldsSplitOptions extends CommonSplitOptions {
  /** Rows are dealt at random into folds of equal size. */
  strategy: 'folds';
  /** How many, from 2 to 65,535. Default 5. */
  folds?: number | undefined;
}

/** New items: they have no rows in train. For a validation part split train again with another seed. */
export interface ColdItemsSplitOptions extends CommonSplitOptions {
  /** All rows of some items, drawn at random, are test. Rank these items alone: `evaluate(model, { candidates: () => test.items })`. */
  strategy: 'cold-items';
  /** Share of the items in the test, in (0, 1), at least one. Default 0.1. */
  testFraction?: number | undefined;
}

/** New users: they have no rows in train. For a validation part split train again with another seed. */
export interface ColdUsersSplitOptions extends CommonSplitOptions {
  /**
   * All rows of some users, drawn at random, are test, but for a few that are given to the model as their history:
   * `evaluate(model, { train: given, test, protocol: 'fold-in' })`.
   */
  strategy: 'cold-users';
  /** Share of the users in the test, in (0, 1), at least one; drawn from those with more rows than `given`. Default 0.1. */
  testFraction?: number | undefined;
  /** Rows of each of them that are given. Default 1. */
  given?: number | undefined;
  /** Which are given: the `'oldest'` (default; without times, or of equal times, the earlier row), or `'random'` ones. */
  givenRows?: 'oldest' | 'random' | undefined;
}

/** Parts for new users. */
export interface ColdUsersSplit extends Split {
  /** The histories of the test users. */
  given: Interactions;
}

/** Options of {@link split} by strategy. */
export type SplitOptions =
  | RandomSplitOptions
  | PerUserSplitOptions
  | ByTimeSplitOptions
  | LeaveLastOutSplitOptions
  | FoldsSplitOptions
  | ColdItemsSplitOptions
  | ColdUsersSplitOptions;

/** Options that ask for a validation part. */
export type SplitOptionsWithValidation =
  | Demand<RandomSplitOptions, 'validationFraction'>
  | Demand<PerUserSplitOptions, 'validationFraction'>
  | Demand<ByTimeSplitOptions, 'validationFraction'>
  | Demand<ByTimeSplitOptions, 'validationAt'>
  | Demand<LeaveLastOutSplitOptions, 'validation', true>;

/** Options in which an otherwise optional one is required. */
export type Demand<Options, Name extends keyof Options, Value = NonNullable<Options[Name]>> = Options & { [K in Name]-?: Value };
