import { AttuneError, shown, shownWhole } from '../errors.ts';
import { checkNamed } from '../options.ts';

/** What a test needs to know about a group: sufficient statistics, no individual users. */
export interface Moments {
  /** How many users. */
  users: number;
  /** Mean value. */
  mean: number;
  /** Variance of the values (of a sample: divided by users - 1). */
  variance: number;
}

/** How many users converted. */
export interface Conversions {
  /** How many users. */
  users: number;
  /** How many of them converted. */
  conversions: number;
}

/** One group: one value per user, or the moments of those values. */
export type Sample = ArrayLike<number> | Moments | Conversions;

/**
 * The moments of a group. The variance of conversions is taken at (conversions + 1) / (users + 2), so that a group without
 * conversions yet does not have zero variance.
 * @throws ERR_BAD_VALUE
 */
export function momentsOf(sample: Sample, owner: string): Moments {
  if (typeof sample === 'object' && sample !== null) {
    if ('conversions' in sample) {
      const { users, conversions } = sample;
      if (Number.isInteger(users) && Number.isInteger(conversions) && conversions >= 0 && conversions <= users) {
        const smooth = (conversions + 1) / (users + 2);
        return { users, mean: conversions / users, variance: smooth * (1 - smooth) };
      }
      throw new AttuneError('ERR_BAD_VALUE', `${owner}: expected 0 <= conversions <= users, got ${shown(conversions)} of ${shown(users)}.`);
    }
    if ('users' in sample) {
      const { users, mean, variance } = sample;
      if (
        Number.isInteger(users) &&
        users >= 0 &&
        (users === 0 || Number.isFinite(mean)) &&
        typeof variance === 'number' &&
        !(variance < 0) &&
        variance !== Infinity
      ) {
        return { users, mean, variance };
      }
      throw new AttuneError('ERR_BAD_VALUE', `${owner}: expected users, a finite mean and a variance from 0, got ${shownWhole(sample)}.`);
    }
    if (typeof sample.length === 'number') return momentsOfValues(sample, owner);
  }
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `${owner}: expected values, { users, mean, variance } or { users, conversions }, got ${shown(sample)}.`,
  );
}

function momentsOfValues(values: ArrayLike<number>, owner: string): Moments {
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) {
      throw new AttuneError('ERR_BAD_VALUE', `${owner}: expected finite values, got ${shown(values[at])} at ${at}.`);
    }
    sum += values[at];
  }
  const mean = sum / values.length;
  let squares = 0;
  for (let at = 0; at < values.length; at++) squares += (values[at] - mean) ** 2;
  return { users: values.length, mean, variance: squares / (values.length - 1) };
}

/** One group for {@link cuped}: values during the experiment, and of the same users before it. */
export interface PairedValues {
  /** One value per user. */
  values: ArrayLike<number>;
  /** What the same users did before they were exposed, in the same order. */
  before: ArrayLike<number>;
}

/**
 * Removes from a metric the variance that pre-experiment data explains: y - θ (x - mean of x), with θ = cov(x, y) / var(x) over all groups. The means
 * keep their difference, the variance falls by the square of the correlation. Deng, Xu, Kohavi & Walker, "Improving the Sensitivity of
 * Online Controlled Experiments by Utilizing Pre-Experiment Data" (WSDM 2013).
 *
 * @returns the adjusted moments of each group, for the tests.
 * @throws ERR_COLUMN_LENGTH, ERR_BAD_VALUE
 */
export function cuped<G extends string>(groups: Record<G, PairedValues>): Record<G, Moments> {
  const names = Object.keys(checkNamed('cuped', 'groups', groups)) as G[];
  const before = names.map((name) => momentsOf(groups[name]?.before, `cuped, ${name}`));
  const during = names.map((name) => momentsOf(groups[name].values, `cuped, ${name}`));
  let covariance = 0;
  let squares = 0;
  for (const [g, name] of names.entries()) {
    const { values, before: earlier } = groups[name];
    if (values.length !== earlier.length) {
      throw new AttuneError(
        'ERR_COLUMN_LENGTH',
        `cuped, ${name}: expected as many values before as during the experiment, got ${earlier.length} and ${values.length}.`,
      );
    }
    for (let at = 0; at < values.length; at++) {
      const x = earlier[at] - before[g].mean;
      covariance += x * (values[at] - during[g].mean); // within groups, so that the effect itself is not taken out
      squares += x * x;
    }
  }
  const theta = squares > 0 ? covariance / squares : 0;
  const users = before.reduce((sum, group) => sum + group.users, 0);
  const center = before.reduce((sum, group) => sum + (group.users > 0 ? group.users * group.mean : 0), 0) / users;
  const adjusted = names.map((name) => {
    const { values, before: earlier } = groups[name];
    return [
      name,
      momentsOf(
        Float64Array.from(values, (value, at) => value - theta * (earlier[at] - center)),
        `cuped, ${name}`,
      ),
    ] as const;
  });
  return Object.fromEntries(adjusted) as Record<G, Moments>;
}
