import { AttuneError, shown } from '../errors.ts';
import { normalCdf, studentCdf, studentQuantile } from '../numeric/distributions.ts';
import { choice, integer, number, readOptions } from '../options.ts';
import { generator, randomBelow } from './random.ts';
import { readPairs } from './rating.ts';

/** A mean and where the true mean lies, most likely. */
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
  level?: number;
  /**
   * `'bootstrap'`: percentiles of resampled means, for skewed values and few of them. `'normal'`: mean ± t s / sqrt(n).
   * `'auto'` (default): bootstrap up to 2,000 values, beyond which the two agree.
   */
  method?: 'auto' | 'bootstrap' | 'normal';
  /** How many resamples. Default 2,000. */
  resamples?: number;
  /** Seed of the resampling. Default 1. */
  seed?: number;
}

/**
 * The confidence interval of a mean. The bootstrap takes the percentiles of Hesterberg (The American Statistician 69(4), 2015), widened
 * for small samples so that they cover as often as a t interval does.
 *
 * @param values one a user; none may be NaN.
 * @throws ERR_BAD_OPTION.
 */
export function confidenceInterval(values: ArrayLike<number>, options: IntervalOptions = {}): Estimate {
  const o = readOptions('confidenceInterval', options, intervalChecks);
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

/** Result of {@link pairedTest}. */
export interface PairedTest {
  /** Number of pairs. */
  pairs: number;
  /** Mean of a - b. */
  difference: number;
  /** Lower end of the interval of the difference. */
  low: number;
  /** Upper end of the interval of the difference. */
  high: number;
  /** The chance of a difference at least this large, either way, if a and b were alike. */
  pValue: number;
  /** Cohen's dz: the mean of a - b in units of its standard deviation; 0 when there is no difference. */
  effectSize: number;
  /** What was done: all sign flips, random sign flips, or Student's t. */
  test: 'exact-permutation' | 'permutation' | 't';
}

/** Options of {@link pairedTest}. */
export interface PairedTestOptions extends IntervalOptions {
  /** `'permutation'`, `'t'`, or `'auto'` (default): permutation up to 5,000 pairs that differ, beyond which the two agree. */
  test?: 'auto' | 'permutation' | 't';
  /** How many random sign flips; the smallest p-value is 1 / (flips + 1). Default 10,000. */
  flips?: number;
}

/**
 * Two-sided paired test of whether a and b have the same mean: Fisher's randomization test (each difference changes its sign with chance
 * one half), exact up to 16 pairs that differ, or the paired t test. Smucker, Allan & Carterette (CIKM 2007) compare them for rankings.
 *
 * @param a one value a user; none may be NaN.
 * @param b those of the same users in the same order.
 * @throws ERR_COLUMN_LENGTH, ERR_BAD_VALUE, ERR_BAD_OPTION; ERR_EMPTY without a pair.
 */
export function pairedTest(a: ArrayLike<number>, b: ArrayLike<number>, options: PairedTestOptions = {}): PairedTest {
  const o = readOptions('pairedTest', options, {
    ...intervalChecks,
    test: choice(['auto', 'permutation', 't'], 'auto'),
    flips: integer({ default: 10_000, min: 100 }),
  });
  const pairs = readPairs('pairedTest', a, b, 'a', 'b');
  if (pairs === 0) throw new AttuneError('ERR_EMPTY', 'pairedTest: expected at least one pair, got none.');
  const differences = Float64Array.from({ length: pairs }, (_, at) => a[at] - b[at]);
  const { level, method, resamples, seed } = o;
  const { mean, low, high } = confidenceInterval(differences, { level, method, resamples, seed });
  const spread = deviation(differences, mean);
  const effectSize = mean === 0 ? 0 : mean / spread;
  const differing = differences.filter((d) => d !== 0); // a zero stays zero under a flip
  const result = { pairs, difference: mean, low, high, effectSize };
  if (o.test === 't' || (o.test === 'auto' && differing.length > 5000)) {
    const t = (Math.abs(mean) / spread) * Math.sqrt(pairs);
    return { ...result, pValue: mean === 0 ? 1 : 2 * studentCdf(-t, pairs - 1), test: 't' };
  }
  if (differing.length <= 16) return { ...result, pValue: exactFlips(differing), test: 'exact-permutation' };
  return { ...result, pValue: randomFlips(differing, o.flips, o.seed), test: 'permutation' };
}

/**
 * Holm's correction for several tests at once: adjusted p-values, which may be compared with the usual 0.05 and keep the chance of
 * any false alarm below it. Holm, Scandinavian Journal of Statistics 6(2), 1979.
 *
 * @returns adjusted p-values in the order given, at most 1.
 * @throws ERR_BAD_VALUE for a value outside [0, 1].
 */
export function holm(pValues: ArrayLike<number>): number[] {
  const values = Array.from(pValues);
  for (const [at, p] of values.entries()) {
    if (!(p >= 0 && p <= 1)) throw new AttuneError('ERR_BAD_VALUE', `holm: expected p-values from 0 to 1, got ${shown(p)} at ${at}.`);
  }
  const order = values.map((_, at) => at).sort((x, y) => values[x] - values[y]);
  const adjusted = new Array<number>(values.length);
  let largest = 0;
  order.forEach((at, place) => {
    largest = Math.max(largest, Math.min(1, (values.length - place) * values[at]));
    adjusted[at] = largest;
  });
  return adjusted;
}

/** Percentile of sorted numbers, linear between neighbours. */
export function percentile(sorted: ArrayLike<number>, p: number): number {
  const place = Math.min(Math.max(p, 0), 1) * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

const intervalChecks = {
  level: number({ default: 0.95, min: 0.5, max: 1 - 1e-9 }),
  method: choice(['auto', 'bootstrap', 'normal'], 'auto'),
  resamples: integer({ default: 2000, min: 100 }),
  seed: integer({ default: 1 }),
};

function resampledMeans(values: ArrayLike<number>, resamples: number, seed: number): Float64Array {
  const random = generator(seed);
  const n = values.length;
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let draw = 0; draw < n; draw++) sum += values[randomBelow(random, n)];
    return sum / n;
  });
}

/** Share of all sign patterns whose sum is at least as far from 0 as the real one. */
function exactFlips(differences: Float64Array): number {
  const n = differences.length;
  if (n === 0) return 1;
  const bar = farness(differences);
  let sum = -differences.reduce((total, d) => total + d, 0);
  const positive = new Uint8Array(n);
  let far = 0;
  const patterns = 2 ** n;
  for (let pattern = 1; pattern <= patterns; pattern++) {
    if (Math.abs(sum) >= bar) far++;
    const flip = 31 - Math.clz32(pattern & -pattern); // Gray code: one sign changes from pattern to pattern
    if (flip >= n) break;
    positive[flip] ^= 1;
    sum += (positive[flip] ? 2 : -2) * differences[flip];
  }
  return far / patterns;
}

function randomFlips(differences: Float64Array, flips: number, seed: number): number {
  const bar = farness(differences);
  const random = generator(seed);
  let far = 1; // the pattern that was seen is one of them
  for (let flip = 0; flip < flips; flip++) {
    let sum = 0;
    for (let start = 0, word = 0; start < differences.length; start += 32) {
      word = random.int32();
      const end = Math.min(start + 32, differences.length);
      for (let at = start; at < end; at++, word >>>= 1) sum += word & 1 ? differences[at] : -differences[at];
    }
    if (Math.abs(sum) >= bar) far++;
  }
  return far / (flips + 1);
}

/** |sum of differences| less the rounding that its parts can pile up, so that equal sums count as equal. */
function farness(differences: Float64Array): number {
  let sum = 0;
  let size = 0;
  for (const d of differences) {
    sum += d;
    size += Math.abs(d);
  }
  return Math.abs(sum) - size * 1e-12;
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at];
  return sum / values.length;
}

/** Standard deviation of a sample (n - 1). */
function deviation(values: ArrayLike<number>, mean: number): number {
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += (values[at] - mean) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}
