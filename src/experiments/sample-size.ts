import { AttuneError, shown } from '../errors.ts';
import { normalQuantile } from '../numeric/distributions.ts';
import { number, optional, readOptions } from '../options.ts';

/** Options of {@link sampleSize}. */
export interface SampleSizeOptions {
  /** The control's mean; without `standardDeviation` a conversion rate between 0 and 1. */
  baseline: number;
  /** The smallest change worth finding, as a share of the baseline: 0.1 is from 5 % to 5.5 %. Not 0; negative for a loss. */
  lift: number;
  /** Standard deviation of the values of single users, for metrics that are means rather than conversions. */
  standardDeviation?: number | undefined;
  /** How likely a change of that size is to be found. Default 0.8. */
  power?: number | undefined;
  /** The false positive rate that is accepted, both sides. Default 0.05. */
  significance?: number | undefined;
}

/**
 * How many users each of two equal groups needs for a {@link fixedHorizonTest}. Conversions: Fleiss, Levin & Paik, Statistical Methods for Rates
 * and Proportions (2003), eq. 4.14, which R's `power.prop.test` also solves. Means: the normal formula with Guenther's correction for the t
 * test (The American Statistician 35(4), 1981). A {@link sequentialTest} needs more users when the change is exactly that small, and fewer when it
 * is larger; `npm run bench -- ab` prints both.
 *
 * @throws ERR_BAD_OPTION
 */
export function sampleSize(options: SampleSizeOptions): number {
  const o = readOptions('sampleSize', options, {
    baseline: number({}),
    lift: number({}),
    standardDeviation: optional(number({ above: 0 })),
    power: number({ default: 0.8, above: 0, max: 1 - 1e-9 }),
    significance: number({ default: 0.05, above: 0, max: 1 - 1e-9 }),
  });
  const { baseline, lift, standardDeviation } = o;
  const changed = baseline * (1 + lift);
  const difference = changed - baseline;
  if (difference === 0) throw bad('a change that is not 0', `baseline ${shown(baseline)} and lift ${shown(lift)}`);
  const a = normalQuantile(1 - o.significance / 2);
  const b = normalQuantile(o.power);
  if (standardDeviation !== undefined) return Math.ceil(2 * ((a + b) * (standardDeviation / difference)) ** 2 + a ** 2 / 4);
  if (!(baseline > 0 && baseline < 1 && changed > 0 && changed < 1)) {
    throw bad('rates between 0 and 1, or a standardDeviation', `${shown(baseline)} and ${shown(changed)}`);
  }
  const mean = (baseline + changed) / 2;
  const spread = a * Math.sqrt(2 * mean * (1 - mean)) + b * Math.sqrt(baseline * (1 - baseline) + changed * (1 - changed));
  return Math.ceil((spread / difference) ** 2);
}

function bad(expected: string, got: string): AttuneError {
  return new AttuneError('ERR_BAD_OPTION', `sampleSize: expected ${expected}, got ${got}.`);
}
