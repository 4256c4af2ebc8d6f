import { normalCdf, studentQuantile } from '../../numeric/distributions.ts';
import { randomBelow, randomNumbers } from '../../numeric/random.ts';
import { choice, integer, number, readOptions } from '../../options.ts';
import { checkNumbers } from '../rating/rating.ts';

/** A mean, and the interval in which the true mean most likely lies. */
export interface Estimate {
  /** Mean of the values. */
  mean: number;
  /** Lower end of the interval; NaN with fewer than two values. */
  low: number;
  /** Upper end of the interval; NaN with fewer than two values. */
  high: number;
}

/** Options of {@link confidenceInterval}. */
export interface IntervalOptions {
  /** Confidence, from 0.5 to below 1. Default 0.95. */
  level?: number | undefined;
  /**
   * `'bootstrap'`: percentiles of resampled means, for values that are skewed or few. `'normal'`: mean ± t s / sqrt(n).
   * `'auto'` (default): bootstrap up to 2,000 values, beyond which the two agree.
   */
  method?: 'auto' | 'bootstrap' | 'normal' | undefined;
  /** How many resamples. From 100 to 1,000,000, default 2,000. */
  resamples?: number | undefined;
  /** Seed of the resampling. Default 1. */
  seed?: number | undefined;
}

/**
 * The confidence interval of a mean. The bootstrap takes the percentiles of Hesterberg (The American Statistician 69(4), 2015), widened
 * for small samples so that they cover as often as a t interval does.
 *
 * @param values one value per user; none may be NaN.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION; ERR_BAD_VALUE naming the first value that is not finite.
 */
export function confidenceInterval(values: ArrayLike<number>, options: IntervalOptions = {}): Estimate {
  const o = readOptions('confidenceInterval', options, intervalChecks);
  checkNumbers('confidenceInterval', values, 'values');
  const n = values.length;
  const mean = meanOf(values);
  if (n < 2) return { mean, low: Number.NaN, high: Number.NaN };
  const tail = (1 - o.level) / 2;
  const t = -studentQuantile(tail, n - 1);
  if (o.method === 'normal' || (o.method === 'auto' && n > 2000)) {
    const half = (t * deviation(values, mean)) / Math.sqrt(n);
    return { mean, low: mean - half, high: mean + half };
  }
  const widened = normalCdf(-t * Math.sqrt(n / (n - 1)));
  const means = resampledMeans(values, o.resamples, o.seed).sort();
  return { mean, low: Math.min(mean, percentile(means, widened)), high: Math.max(mean, percentile(means, 1 - widened)) };
}

/** Percentile of sorted numbers, linear between neighbours. */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  const place = Math.min(Math.max(p, 0), 1) * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** How the options of {@link confidenceInterval} are read. */
export const intervalChecks = {
  level: number({ default: 0.95, min: 0.5, max: 1 - 1e-9 }),
  method: choice(['auto', 'bootstrap', 'normal'], 'auto'),
  resamples: integer({ default: 2000, min: 100, max: 1_000_000 }),
  seed: integer({ default: 1 }),
};

function resampledMeans(values: ArrayLike<number>, resamples: number, seed: number): Float64Array {
  const random = randomNumbers(seed);
  const n = values.length;
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < n; draw++) sum += values[randomBelow(random, n)];
    return sum / n;
  });
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return sum / values.length;
}

/** Standard deviation of a sample (n - 1). */
export function deviation(values: ArrayLike<number>, mean: number): number {
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += (values[at] - mean) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}
