import { AttuneError } from '../errors.ts';
import { normalCdf, studentCdf, studentQuantile } from '../numeric/distributions.ts';
import { integer, number, optional, readOptions } from '../options.ts';
import { type Moments, momentsOf, type Sample } from './moments.ts';

/** The result of a test; differences are treatment - control. */
export interface DifferenceTest {
  /** Mean of the control. */
  control: number;
  /** Mean of the treatment. */
  treatment: number;
  /** Difference of the means. */
  difference: number;
  /** Lower end of its interval; -Infinity while too little is known. */
  low: number;
  /** Upper end of its interval. */
  high: number;
  /** The difference as a share of the control's mean, with its interval (Fieller's, which need not be symmetric). */
  lift: {
    /** difference / control. */
    mean: number;
    /** Lower end. */
    low: number;
    /** Upper end. */
    high: number;
  };
  /** The p-value; 1 while too little is known. */
  pValue: number;
  /** Whether the p-value is at or below the significance. */
  significant: boolean;
}

/** Options of {@link fixedHorizonTest}. */
export interface FixedHorizonOptions {
  /** The false positive rate that is accepted. Default 0.05; intervals have the confidence 1 - significance. */
  significance?: number | undefined;
}

/** Options of {@link sequentialTest}. */
export interface SequentialOptions extends FixedHorizonOptions {
  /**
   * About how many users of both groups the decision is expected to need, such as what {@link sampleSize} says times two. The test holds
   * for any value, and has the most power near it; it must not be changed once results have been seen. Default 10,000.
   */
  expectedUsers?: number | undefined;
  /**
   * The experiment ends when both groups together have this many users, whatever the result. Knowing that gives the test much more power: see
   * {@link sequentialTest}. It must not be changed once results have been seen; `expectedUsers` is ignored then. Default: no end.
   */
  maximumUsers?: number | undefined;
  /** No decision is made before each group has this many users. Default 100. */
  minimumUsers?: number | undefined;
}

/**
 * Whether two groups differ, for a single look at a time fixed in advance: Welch's t test. Checked every day until it is significant, it
 * reports a difference where there is none in one of four experiments; use {@link sequentialTest} for that.
 * @throws ERR_BAD_VALUE, ERR_BAD_OPTION
 */
export function fixedHorizonTest(control: Sample, treatment: Sample, options: FixedHorizonOptions = {}): DifferenceTest {
  const { significance } = readOptions('fixedHorizonTest', options, { significance: fixedChecks.significance });
  const spread = spreadOf(momentsOf(control, 'fixedHorizonTest'), momentsOf(treatment, 'fixedHorizonTest'));
  const { t, df } = spread;
  if (!(spread.error > 0)) return result(spread, significance, 1, Number.POSITIVE_INFINITY);
  return result(spread, significance, 2 * studentCdf(-Math.abs(t), df), -studentQuantile(significance / 2, df));
}

/**
 * Whether two groups differ, valid at any number of looks: with probability 1 - significance the interval contains the true difference at
 * all looks simultaneously, so you may stop at the first significant look.
 *
 * With `maximumUsers`: the limit for t at the share τ of all users is c / sqrt(τ), where a Brownian motion stays within c until 1 with that
 * probability (2.24 for 0.05; O'Brien & Fleming 1979, for looks without number). It finds nearly what a fixed-horizon test finds at the end.
 *
 * Without: a mixture sequential probability ratio test (Robbins 1970; Johari, Pekelis & Walsh, "Always Valid Inference", 2015/2022) over the
 * t statistic: the Bayes factor of a normal effect against none, with the variance integrated out by its Haar prior, which keeps it a martingale at every
 * sample size when values are normal (Lai 1976; Lindon, Ham, Tingley & Bojinov, "Anytime-Valid Linear Models", 2022), where the usual mSPRT
 * plugs in an estimate and rejects too often early on. For other values it holds as the central limit theorem does (Waudby-Smith, Arbour, Sinha,
 * Kennedy & Ramdas, "Time-uniform central limit theory", 2021), hence `minimumUsers`.
 *
 * The error is the larger of Welch's and the pooled one. A small group whose few large values have not come yet has a small mean and a small
 * variance at once, and Welch's error alone then calls it worse: in up to a third of A/A tests with shares of 90 and 10 when we tried it.
 *
 * @param control one value per user, or their moments, or a count of conversions. A user's value must be final: see
 * {@link analyzeExperiment}, which waits until a user's time is over.
 * @throws ERR_BAD_VALUE, ERR_BAD_OPTION; ERR_BAD_ARGUMENT with more users than `maximumUsers`.
 */
export function sequentialTest(control: Sample, treatment: Sample, options: SequentialOptions = {}): DifferenceTest {
  const o = readOptions('sequentialTest', options, sequentialChecks);
  const groups = [momentsOf(control, 'sequentialTest'), momentsOf(treatment, 'sequentialTest')] as const;
  const spread = cautious(spreadOf(...groups));
  const users = groups[0].users + groups[1].users;
  if (!(spread.error > 0) || Math.min(groups[0].users, groups[1].users) < o.minimumUsers) {
    return result(spread, o.significance, 1, Number.POSITIVE_INFINITY);
  }
  const { t, df } = spread;
  if (o.maximumUsers !== undefined) {
    if (users > o.maximumUsers) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `sequentialTest: expected at most maximumUsers = ${o.maximumUsers} users of both groups, got ${users}. Decide by the first ${o.maximumUsers}.`,
      );
    }
    const share = Math.sqrt(users / o.maximumUsers);
    const limit = studentOf(excursionQuantile(o.significance) / share, df);
    return result(spread, o.significance, excursion(normalOf(t, df) * share), limit);
  }
  // The variance of the prior effect in units of the error's; this multiple makes the interval shortest at expectedUsers.
  const bar = -2 * Math.log(o.significance);
  const g = ((bar + Math.log(bar + 1)) * users) / o.expectedUsers;
  const x = (t * t) / df;
  const logFactor = -0.5 * Math.log1p(g) + ((df + 1) / 2) * (Math.log1p(x) - Math.log1p(x / (1 + g)));
  const c = Math.exp((2 / (df + 1)) * (0.5 * Math.log1p(g) - Math.log(o.significance)));
  const critical = c < 1 + g ? Math.sqrt((df * (c - 1)) / (1 - c / (1 + g))) : Number.POSITIVE_INFINITY;
  return result(spread, o.significance, Math.min(1, Math.exp(-logFactor)), critical);
}

const fixedChecks = { significance: number({ default: 0.05, above: 0, max: 0.5 }) };

/** How the options of {@link sequentialTest} are read. */
export const sequentialChecks = {
  ...fixedChecks,
  expectedUsers: integer({ default: 10_000, min: 2 }),
  maximumUsers: optional(integer({ min: 4 })),
  minimumUsers: integer({ default: 100, min: 2 }),
};

/** The probability that a Brownian motion leaves [-c, c] before time 1 (reflection principle). */
function excursion(c: number): number {
  const size = Math.abs(c);
  if (size < 0.3) return 1; // less than 1e-5 below 1
  let sum = 0;
  for (let k = 0; k < 40; k++) {
    const term = 4 * normalCdf(-(2 * k + 1) * size);
    sum += k % 2 === 0 ? term : -term;
    if (term < 1e-17) break;
  }
  return Math.min(1, sum);
}

/** The c with that probability. */
function excursionQuantile(chance: number): number {
  if (latest.chance === chance) return latest.c;
  let low = 0.3;
  let high = 40;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (excursion(middle) > chance) low = middle;
    else high = middle;
  }
  latest = { chance, c: high };
  return high;
}

/** Cached, because the significance hardly ever changes between calls. */
let latest = { chance: Number.NaN, c: Number.NaN };

/** The normal value as far out as a value of Student's t (Wallace, Annals of Mathematical Statistics 30, 1959), within 0.2 % here. */
function normalOf(t: number, df: number): number {
  return ((8 * df + 1) / (8 * df + 3)) * Math.sqrt(df * Math.log1p((t * t) / df));
}

/** And back. */
function studentOf(z: number, df: number): number {
  return Math.sqrt(df * Math.expm1(((z * (8 * df + 3)) / (8 * df + 1)) ** 2 / df));
}

/** Difference, error and t statistic of two groups. */
interface Spread {
  control: Moments;
  treatment: Moments;
  difference: number;
  error: number;
  t: number;
  df: number;
}

/** Welch's t and its degrees of freedom (Satterthwaite). */
function spreadOf(control: Moments, treatment: Moments): Spread {
  const a = control.variance / control.users;
  const b = treatment.variance / treatment.users;
  const difference = treatment.mean - control.mean;
  const error = Math.sqrt(a + b);
  const df = (a + b) ** 2 / (a ** 2 / (control.users - 1) + b ** 2 / (treatment.users - 1));
  return { control, treatment, difference, error, t: difference / error, df };
}

/** Uses the pooled error where that is larger. */
function cautious(spread: Spread): Spread {
  const { control, treatment, difference } = spread;
  const freedom = control.users + treatment.users - 2;
  const variance = ((control.users - 1) * control.variance + (treatment.users - 1) * treatment.variance) / freedom;
  const error = Math.max(spread.error, Math.sqrt(variance * (1 / control.users + 1 / treatment.users)));
  return { ...spread, error, t: difference / error };
}

function result({ control, treatment, difference, error }: Spread, significance: number, pValue: number, critical: number): DifferenceTest {
  const half = critical === Number.POSITIVE_INFINITY ? critical : critical * error;
  const own = half / Math.sqrt(control.variance / control.users + treatment.variance / treatment.users); // in units of Welch's error
  return {
    control: control.mean,
    treatment: treatment.mean,
    difference,
    low: half === Number.POSITIVE_INFINITY ? -half : difference - half, // without users the difference is NaN
    high: half === Number.POSITIVE_INFINITY ? half : difference + half,
    lift: { mean: difference / control.mean, ...fieller(control, treatment, own) },
    pValue,
    significant: pValue <= significance,
  };
}

/** The result of a non-inferiority test. */
export interface NonInferiorityTest {
  /** `'passed'`: worse by less than the margin. `'failed'`: worse by more. `'undecided'`: either is still possible. */
  verdict: 'passed' | 'failed' | 'undecided';
  /** The margin left: how much better the treatment is than the worst that is allowed. */
  room: number;
  /** Lower end of its interval. */
  low: number;
  /** Upper end. */
  high: number;
}

/**
 * Whether the treatment is worse than the control by less than a margin: the interval of treatment - (1 - margin) control, which needs no
 * interval of a ratio. For guardrail metrics the absence of a significant loss is not enough: there must be evidence that there is no loss beyond the margin.
 *
 * @param test {@link sequentialTest} or {@link fixedHorizonTest} with its options.
 * @param margin as a share of the control's mean.
 */
export function nonInferiority(
  control: Moments,
  treatment: Moments,
  { margin, better, test }: { margin: number; better: 'higher' | 'lower'; test: (control: Moments, treatment: Moments) => DifferenceTest },
): NonInferiorityTest {
  const sign = better === 'higher' ? 1 : -1;
  const allowed = 1 - sign * margin * Math.sign(control.mean || 1);
  const worst = { users: control.users, mean: allowed * control.mean, variance: allowed ** 2 * control.variance };
  const found = test(worst, treatment);
  const [low, high] = sign > 0 ? [found.low, found.high] : [-found.high, -found.low];
  return { verdict: low >= 0 ? 'passed' : high < 0 ? 'failed' : 'undecided', room: sign * found.difference, low, high };
}

/** All ratios r for which treatment - r * control is not significantly far from 0 (Fieller 1954), less 1. */
function fieller(control: Moments, treatment: Moments, critical: number): { low: number; high: number } {
  const square = critical * critical;
  const a = control.mean ** 2 - (square * control.variance) / control.users;
  const b = control.mean * treatment.mean;
  const c = treatment.mean ** 2 - (square * treatment.variance) / treatment.users;
  if (!(a > 0)) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return { low: (b - root) / a - 1, high: (b + root) / a - 1 };
}
