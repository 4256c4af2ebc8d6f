import { AttuneError } from '../../errors.ts';
import { studentCdf } from '../../numeric/distributions.ts';
import { randomNumbers } from '../../numeric/random.ts';
import { choice, integer, readOptions } from '../../options.ts';
import { readPairs } from '../rating/rating.ts';
import { confidenceInterval, deviation, type IntervalOptions, intervalChecks } from './confidence-interval.ts';

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
  /**
   * `'permutation'`, `'t'`, or `'auto'` (default): permutation up to 5,000 pairs that differ, beyond which the two agree. With `'t'` the
   * interval is that of the t test too, unless `method` says otherwise, so that it leaves out 0 where the p-value is below 1 - `level`.
   */
  test?: 'auto' | 'permutation' | 't' | undefined;
  /** How many random sign flips; the smallest p-value is 1 / (flips + 1). From 100 to 10,000,000, default 10,000. */
  flips?: number | undefined;
}

/**
 * Two-sided paired test of whether a and b have the same mean: Fisher's randomization test (each difference changes its sign with chance
 * one half), exact up to 16 pairs that differ, or the paired t test. Smucker, Allan & Carterette (CIKM 2007) compare them for rankings.
 *
 * @param a one value per user; none may be NaN.
 * @param b the values of the same users, in the same order.
 * @throws ERR_COLUMN_LENGTH, ERR_BAD_VALUE, ERR_BAD_OPTION; ERR_EMPTY without a pair.
 */
export function pairedTest(a: ArrayLike<number>, b: ArrayLike<number>, options: PairedTestOptions = {}): PairedTest {
  const o = readOptions('pairedTest', options, {
    ...intervalChecks,
    test: choice(['auto', 'permutation', 't'], 'auto'),
    flips: integer({ default: 10_000, min: 100, max: 10_000_000 }),
  });
  const pairs = readPairs('pairedTest', a, b, 'a', 'b');
  if (pairs === 0) throw new AttuneError('ERR_EMPTY', 'pairedTest: expected at least one pair, got none.');
  const differences = Float64Array.from({ length: pairs }, (_, at) => a[at] - b[at]);
  const { level, resamples, seed } = o;
  const method = o.test === 't' && o.method === 'auto' ? 'normal' : o.method;
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
  const random = randomNumbers(seed);
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
