import type { LoadOptions, RecommenderOptions } from '../../contracts/recommender.ts';
import { AttuneError, shown } from '../../errors.ts';
import { type Check, choice, flag, integer, number, optional, readOptions, recommenderOptions } from '../../options.ts';

/** Options of `AlsRecommender`. */
export interface AlsOptions extends RecommenderOptions {
  /** Length of a factor row, 1 to 1024. Default 64. */
  factors?: number | undefined;
  /** Maximum number of iterations, 1 to 10,000; one solves all users, then all items. Default 15. */
  iterations?: number | undefined;
  /**
   * Weight of |row|^2 in the loss, at least 0 (above 0 for explicit feedback). `'auto'` (default): of implicit feedback the mean confidence
   * of an interaction, 1 + alpha x mean |value|, which suits data of any size; 0.1 for explicit feedback and where `regularizationScaling`
   * scales it.
   */
  regularization?: number | 'auto' | undefined;
  /**
   * Implicit confidence is 1 + alpha * value; above 0. `'auto'` (default): 10, or 300 / the mean of the values where that is less. Without effect on
   * explicit feedback but for 'frequency'.
   */
  alpha?: number | 'auto' | undefined;
  /** `'implicit'` (default): values say how sure a preference is; `'explicit'`: values are ratings to predict. */
  feedback?: 'implicit' | 'explicit' | undefined;
  /**
   * `'none'` (default): the same for all rows; `'count'`: times the row's number of ratings (ALS-WR, Zhou et al. 2008);
   * `'frequency'`: times (n + other side's size / alpha)^exponent ("Revisiting iALS", Rendle et al. 2021).
   */
  regularizationScaling?: 'none' | 'count' | 'frequency' | undefined;
  /** Exponent of 'frequency'. Default 1. */
  regularizationExponent?: number | undefined;
  /** Explicit feedback: global, user and item means are subtracted first and added back to every score. Default false. */
  biases?: boolean | undefined;
  /**
   * Explicit feedback: the scale of the ratings, such as `[1, 5]`. Lists are ranked by what is predicted; only then are scores, in lists and
   * from `score` and `predict`, clipped to the scale. Default: not clipped.
   */
  clip?: readonly [low: number, high: number] | undefined;
  /**
   * Extrapolates the item factors between iterations; about 6 then achieve what 15 plain ones do. Implicit feedback from items near zero, as
   * random ones are, begins with a step of the power method. Default true.
   */
  acceleration?: boolean | undefined;
  /** `'auto'` (default): the cheapest route for each row; `'exact'`: every row is solved exactly in every iteration. */
  solver?: 'auto' | 'exact' | undefined;
  /** Stops when an iteration lowers the loss by less than this share of it. Default 0: all iterations. */
  tolerance?: number | undefined;
  /**
   * How a fitted model keeps its users: `'float32'` (default), or `'float16'`, which halves memory and file size. Items stay
   * float32 and scores are exact for the user as stored, whose numbers are within 0.05 % of what was learned.
   */
  storage?: 'float32' | 'float16' | undefined;
}

function clipCheck(value: unknown, name: string): readonly [number, number] {
  const [low, high] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
  if (Number.isFinite(low) && Number.isFinite(high) && (low as number) < (high as number)) return [low as number, high as number];
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be the lowest and the highest rating, such as [1, 5], got ${shown(value)}.`);
}

/** What a file may hold as well. */
export const largestRegularization = 1e9;

const weight = number({ min: 0, max: largestRegularization });
const orAuto =
  (check: Check<number>): Check<number | 'auto'> =>
  (value, name) =>
    value === undefined || value === 'auto' ? 'auto' : check(value, name);

/** Checks and defaults of {@link AlsOptions}. */
export const alsChecks = {
  factors: integer({ default: 64, min: 1, max: 1024 }),
  iterations: integer({ default: 15, min: 1, max: 10_000 }),
  regularization: orAuto(weight),
  alpha: orAuto(number({ above: 0, max: 1e9 })),
  feedback: choice(['implicit', 'explicit'] as const, 'implicit'),
  regularizationScaling: choice(['none', 'count', 'frequency'] as const, 'none'),
  regularizationExponent: number({ default: 1, min: 0, max: 10 }),
  biases: flag(false),
  clip: optional(clipCheck),
  acceleration: flag(true),
  solver: choice(['auto', 'exact'] as const, 'auto'),
  tolerance: number({ default: 0, min: 0, max: 1 }),
  storage: choice(['float32', 'float16'] as const, 'float32'),
  ...recommenderOptions,
};

/** What may differ between a model and its file: options of `AlsRecommender.fromBytes` and `load`. */
export interface AlsLoadOptions extends LoadOptions {
  /** How the users are kept. Default: as stored. */
  storage?: AlsOptions['storage'] | undefined;
}

/** Options with every default filled in; `clip` has none. */
export type AlsSettings = Required<Omit<AlsOptions, 'clip' | 'regularization' | 'alpha'>> & {
  /** Implicit confidence is 1 + alpha * value. */
  alpha: number;
  /** Weight of |row|^2 in the loss. */
  regularization: number;
  /** The scale that scores are clipped to; undefined when they are not. */
  clip: AlsOptions['clip'];
};

/** The same before there is data that `'auto'` is chosen by. */
export type AlsPlan = Omit<AlsSettings, 'regularization' | 'alpha'> & { regularization: number | 'auto'; alpha: number | 'auto' };

/** Reads {@link AlsOptions}. @throws ERR_BAD_OPTION */
export function readAlsOptions(options: AlsOptions, owner = 'AlsRecommender'): AlsPlan {
  const settings = readOptions(owner, options, alsChecks);
  if (settings.feedback === 'explicit' && settings.regularization === 0) {
    throw new AttuneError('ERR_BAD_OPTION', `${owner}: option 'regularization' must be above 0 for explicit feedback, got 0.`);
  }
  if (settings.biases && settings.feedback === 'implicit') {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'biases' goes with feedback: 'explicit'; implicit feedback has no means to take off.`,
    );
  }
  if (settings.clip && settings.feedback === 'implicit') {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'clip' goes with feedback: 'explicit'; scores of implicit feedback are preferences, not ratings.`,
    );
  }
  return settings;
}

/** Clips scores to a scale, in place; without one they stay. */
export function clip(scores: Float32Array, scale: AlsOptions['clip']): Float32Array {
  if (scale) for (let k = 0; k < scores.length; k++) scores[k] = Math.min(scale[1], Math.max(scale[0], scores[k]));
  return scores;
}

/** One line of the training record. */
export interface AlsIteration {
  /** 1, 2, 3, ... */
  iteration: number;
  /** Total loss after it, as the documentation of `fit` defines it. */
  loss: number;
  /** Seconds since the start of `fit`. */
  seconds: number;
  /** What `validate` gave for it, when `fit` had one. */
  validation?: number | undefined;
}
