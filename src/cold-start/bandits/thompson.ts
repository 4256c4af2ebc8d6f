import { number, readOptions } from '../../options.ts';
import {
  type Bandit,
  type BanditChoice,
  best,
  type ChooseOptions,
  type DrawOptions,
  drawChecks,
  isAmount,
  type RoundState,
  randomOfRound,
  readArms,
  readChoose,
  readRewarded,
  readState,
} from './bandit.ts';
import { betaBest } from './beta-best.ts';

/** What Thompson sampling keeps. */
export interface ThompsonState extends RoundState {
  /** Sums of rewards and of 1 - reward, by arm. */
  arms: [item: string, successes: number, failures: number][];
}

/** Options of {@link thompsonSampling}. */
export interface ThompsonOptions extends DrawOptions<ThompsonState> {
  /** Prior rewards of every arm. Above 0, default 1. With the next one it says what is expected of a new item. */
  priorSuccesses?: number | undefined;
  /** The same for 1 - reward. Above 0, default 1. */
  priorFailures?: number | undefined;
}

/**
 * Thompson sampling: the success rate of each arm is drawn from its Beta distribution, and the largest is chosen (Thompson 1933; Chapelle & Li,
 * NeurIPS 2011). Rewards between 0 and 1 count as parts.
 * @throws ERR_BAD_OPTION
 */
export function thompsonSampling(options: ThompsonOptions = {}): Bandit<ThompsonState> {
  const kind = 'thompson';
  const o = readOptions('thompsonSampling', options, {
    priorSuccesses: number({ default: 1, above: 0 }),
    priorFailures: number({ default: 1, above: 0 }),
    ...drawChecks<ThompsonState>(),
  });
  const isLearnt = ([, successes, failures]: ThompsonState['arms'][number]) => isAmount(successes) && isAmount(failures);
  const state = readState<ThompsonState>(kind, o.state, isLearnt) ?? { kind, seed: o.seed, round: 0, arms: [] };
  const arms = new Map(state.arms.map(([item, successes, failures]) => [item, { successes, failures }]));
  return {
    kind,
    choose(given, options: ChooseOptions = {}) {
      const { n, propensities } = readChoose(kind, options);
      const random = randomOfRound(state);
      state.round++;
      const ids = readArms(kind, given).sort();
      const betas = ids.map((item) => {
        const { successes = 0, failures = 0 } = arms.get(item) ?? {};
        return { a: o.priorSuccesses + successes, b: o.priorFailures + failures };
      });
      const choices: BanditChoice[] = ids.map((item, k) => ({ item, score: beta(betas[k].a, betas[k].b, random) }));
      if (propensities) {
        for (const [k, propensity] of betaBest(betas).entries()) choices[k].propensity = propensity;
      }
      return best(choices, n);
    },
    update(given, reward) {
      const item = readRewarded(kind, given, reward);
      const { successes = 0, failures = 0 } = arms.get(item) ?? {};
      arms.set(item, { successes: successes + reward, failures: failures + 1 - reward });
    },
    toJSON: () => ({ ...state, arms: Array.from(arms, ([item, { successes, failures }]) => [item, successes, failures]) }),
  };
}

/** A number from Beta(a, b), as the share of one gamma number in two. */
function beta(a: number, b: number, random: () => number): number {
  const x = gamma(a, random);
  const y = gamma(b, random);
  return x + y > 0 ? x / (x + y) : a / (a + b);
}

/** A number from Gamma(shape, 1): squeeze and reject, Marsaglia & Tsang 2000; below 1 by one more power of a uniform number. */
function gamma(shape: number, random: () => number): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A standard normal number (Box & Muller 1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
