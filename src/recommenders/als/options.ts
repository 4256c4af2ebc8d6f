import type { LoadOptions, UnknownPolicy } from '../../contracts/recommender.ts';
import { choice, flag, integer, number, onUnknown, seed, threads } from '../../options.ts';

/** Options of {@link AlsRecommender}. */
export interface AlsOptions {
  /** Length of a factor row, 1 to 1024. Default 64. */
  factors?: number;
  /** Most iterations, 1 to 10,000; one solves all users, then all items. Default 15. */
  iterations?: number;
  /** Weight of |row|^2 in the loss, at least 0 (above 0 for explicit feedback). Default 0.1. */
  regularization?: number;
  /** Implicit confidence is 1 + alpha * value; above 0. Default 10. Without effect on explicit feedback but for 'frequency'. */
  alpha?: number;
  /** `'implicit'` (default): values say how sure a preference is; `'explicit'`: values are ratings to predict. */
  feedback?: 'implicit' | 'explicit';
  /**
   * `'none'` (default): the same for all rows; `'count'`: times the row's number of ratings (ALS-WR, Zhou et al. 2008);
   * `'frequency'`: times (n + other side's size / alpha)^exponent ("Revisiting iALS", Rendle et al. 2021).
   */
  regularizationScaling?: 'none' | 'count' | 'frequency';
  /** Exponent of 'frequency'. Default 1. */
  regularizationExponent?: number;
  /** Explicit feedback: global, user and item means are taken off first and added to every score. Default false. */
  biases?: boolean;
  /**
   * Extrapolates the item factors between iterations; about 6 then do what 15 plain ones do. Implicit feedback from items near zero, as
   * random ones are, begins with a step of the power method. Default true.
   */
  acceleration?: boolean;
  /** `'auto'` (default): the cheapest route a row; `'exact'`: every row to the end in every iteration. */
  solver?: 'auto' | 'exact';
  /** Stops when an iteration lowers the loss by less than this share of it. Default 0: all iterations. */
  tolerance?: number;
  /**
   * How a fitted model keeps its users: `'float32'` (default), or `'float16'`, half the memory and the file. Items stay
   * float32 and scores are exact for the user as stored, whose numbers are within 0.05 % of what was learned.
   */
  storage?: 'float32' | 'float16';
  /** Seed of the start. The same seed gives the same bytes, whatever the number of threads. Default 0. */
  seed?: number | string;
  /** Threads of `fit` and `recommendMany`: 1 to 256, or `'auto'` (default): all cores where the data is worth it. */
  threads?: number | 'auto';
  /** What calls do on an unknown id. Default `'throw'`. */
  onUnknown?: UnknownPolicy;
}

/** Checks and defaults of {@link AlsOptions}. */
export const alsChecks = {
  factors: integer({ default: 64, min: 1, max: 1024 }),
  iterations: integer({ default: 15, min: 1, max: 10_000 }),
  regularization: number({ default: 0.1, min: 0, max: 1e9 }),
  alpha: number({ default: 10, above: 0, max: 1e9 }),
  feedback: choice(['implicit', 'explicit'] as const, 'implicit'),
  regularizationScaling: choice(['none', 'count', 'frequency'] as const, 'none'),
  regularizationExponent: number({ default: 1, min: 0, max: 10 }),
  biases: flag(false),
  acceleration: flag(true),
  solver: choice(['auto', 'exact'] as const, 'auto'),
  tolerance: number({ default: 0, min: 0, max: 1 }),
  storage: choice(['float32', 'float16'] as const, 'float32'),
  seed,
  threads,
  onUnknown,
};

/** What may differ between a model and its file: options of `AlsRecommender.fromBytes` and `load`. */
export interface AlsLoadOptions extends LoadOptions {
  /** How the users are kept. Default: as stored. */
  storage?: AlsOptions['storage'];
}

/** Options with every default filled in. */
export type AlsSettings = Required<AlsOptions>;

/** One line of the training record. */
export interface AlsIteration {
  /** 1, 2, 3, ... */
  iteration: number;
  /** Total loss after it, as the documentation of `fit` defines it. */
  loss: number;
  /** Seconds since the start of `fit`. */
  seconds: number;
  /** What `validate` gave for it, when `fit` had one. */
  validation?: number;
}
