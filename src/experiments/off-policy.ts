import { AttuneError, shown } from '../errors.ts';
import { checkIterable, choice, number, readOptions } from '../options.ts';

/** One logged choice, as seen by the policy to evaluate. */
export interface LoggedChoice {
  /** The observed reward. */
  reward: number;
  /** The probability with which the logging policy chose it. Above 0. */
  propensity: number;
  /** The probability with which the new policy would choose the same. From 0 to 1. */
  target: number;
  /** `'doubly-robust'` only: the reward that a model predicts for what was chosen. */
  predicted?: number | undefined;
  /** `'doubly-robust'` only: the reward that the model predicts for the new policy: the mean over its choices. */
  predictedTarget?: number | undefined;
}

/** Options of {@link offPolicyValue}. */
export interface OffPolicyOptions {
  /**
   * With w = target / propensity, the value is the mean of
   * - `'ips'`: w r (inverse propensity scores, Horvitz & Thompson 1952); unbiased.
   * - `'snips'` (default): w r over the mean of w (Swaminathan & Joachims, NeurIPS 2015); lower variance.
   * - `'doubly-robust'`: predictedTarget + w (r - predicted) (Dudik, Langford & Li, ICML 2011); right when either the model or the
   *   propensities are.
   */
  method?: 'ips' | 'snips' | 'doubly-robust' | undefined;
  /** Weights w above this are clipped, which trades a little bias for much less variance. Above 0, default none. */
  maxWeight?: number | undefined;
}

/** The estimated value of a policy. */
export interface OffPolicyValue {
  /** Mean reward per choice. */
  mean: number;
  /** Its standard error. */
  standardError: number;
  /** Lower end of the 95 % interval, mean -+ 1.96 standard errors. */
  low: number;
  /** Upper end. */
  high: number;
  /** The effective sample size: (sum w)^2 / sum w^2. */
  effectiveSize: number;
}

/**
 * Estimates the value of a new policy from the log of another one.
 * @throws ERR_EMPTY without choices, or when the new policy would choose none of them; ERR_BAD_VALUE naming the choice by its number from 0; ERR_BAD_ARGUMENT; ERR_BAD_OPTION.
 */
export function offPolicyValue(choices: Iterable<LoggedChoice>, options: OffPolicyOptions = {}): OffPolicyValue {
  const { method, maxWeight } = readOptions('offPolicyValue', options, {
    method: choice(['ips', 'snips', 'doubly-robust'] as const, 'snips'),
    maxWeight: (value, name) => (value === undefined ? Number.POSITIVE_INFINITY : number({ above: 0 })(value, name)),
  });
  checkIterable('offPolicyValue', 'logged choices', choices);
  const log = [...choices];
  if (log.length === 0) throw new AttuneError('ERR_EMPTY', 'offPolicyValue: expected at least one logged choice, got none.');
  for (const [at, entry] of log.entries()) check(entry, at, method);
  const weights = log.map(({ target, propensity }) => Math.min(maxWeight, target / propensity));
  const sum = weights.reduce((total, w) => total + w, 0);
  if (sum === 0) {
    throw new AttuneError(
      'ERR_EMPTY',
      'offPolicyValue: the new policy would choose nothing of what was logged, so the log says nothing of it.',
    );
  }
  const meanWeight = method === 'snips' ? sum / log.length : 1;
  const parts = log.map(({ reward, predicted = 0, predictedTarget = 0 }, at) =>
    method === 'doubly-robust' ? predictedTarget + weights[at] * (reward - predicted) : weights[at] * reward,
  );
  const mean = parts.reduce((total, part) => total + part, 0) / log.length / meanWeight;
  // The error of a ratio is that of w (r - mean) over the mean weight (delta method).
  const errors = parts.map((part, at) => (method === 'snips' ? (part - weights[at] * mean) / meanWeight : part - mean));
  const variance = errors.reduce((total, e) => total + e * e, 0) / Math.max(1, log.length - 1);
  const standardError = Math.sqrt(variance / log.length);
  return {
    mean,
    standardError,
    low: mean - 1.96 * standardError,
    high: mean + 1.96 * standardError,
    effectiveSize: sum ** 2 / weights.reduce((total, w) => total + w * w, 0),
  };
}

function check(entry: LoggedChoice, at: number, method: OffPolicyOptions['method']): void {
  const bad = (what: string, got: unknown) =>
    new AttuneError('ERR_BAD_VALUE', `offPolicyValue: expected choice ${at} to have ${what}, got ${shown(got)}.`);
  if (!Number.isFinite(entry?.reward)) throw bad('a finite reward', entry?.reward);
  if (!(Number.isFinite(entry.propensity) && entry.propensity > 0 && entry.propensity <= 1))
    throw bad('a propensity above 0, up to 1', entry.propensity);
  if (!(Number.isFinite(entry.target) && entry.target >= 0 && entry.target <= 1)) throw bad('a target from 0 to 1', entry.target);
  if (method !== 'doubly-robust') return;
  if (!Number.isFinite(entry.predicted)) throw bad("a finite 'predicted' for 'doubly-robust'", entry.predicted);
  if (!Number.isFinite(entry.predictedTarget)) throw bad("a finite 'predictedTarget' for 'doubly-robust'", entry.predictedTarget);
}
