import { AttuneError, shown } from '../../errors.ts';
import { isVector } from '../../numeric/is-vector.ts';
import { anything, integer, number, readOptions } from '../../options.ts';
import { type Bandit, best, type ChooseOptions, type RoundState, readArms, readChoose, readRewarded, readState } from './bandit.ts';

/** What LinUCB keeps. */
export interface LinUcbState extends RoundState {
  /** Length of a context. */
  dimensions: number;
  /** Inverse of the design matrix (row-major) and the reward vector, by arm. */
  arms: [item: string, inverse: number[], rewards: number[]][];
}

/** Options of {@link linUcb}. */
export interface LinUcbOptions {
  /** Length of a context. From 1. */
  dimensions: number;
  /** How much it explores: the width of the confidence bound in standard deviations. From 0, default 1. */
  alpha?: number | undefined;
  /** Penalty of the regression. Above 0, default 1. */
  regularization?: number | undefined;
  /** What `toJSON()` gave. */
  state?: LinUcbState | undefined;
}

interface Arm {
  inverse: Float64Array;
  rewards: Float64Array;
}

/**
 * LinUCB with separate arms: each arm expects a reward that is linear in the context, and the one with the highest upper confidence bound
 * theta'x + alpha sqrt(x' A^-1 x) is chosen (Li, Chu, Langford & Schapire, WWW 2010, algorithm 1). An update takes dimensions^2 operations
 * (Sherman & Morrison). It is deterministic.
 * @throws ERR_BAD_OPTION
 */
export function linUcb(options: LinUcbOptions): Bandit<LinUcbState> {
  const kind = 'lin-ucb';
  const { dimensions, alpha, regularization, ...o } = readOptions('linUcb', options, {
    dimensions: integer({ min: 1 }),
    alpha: number({ default: 1, min: 0 }),
    regularization: number({ default: 1, above: 0 }),
    state: anything<LinUcbState | undefined>(),
  });
  const isLearnt = ([, inverse, rewards]: LinUcbState['arms'][number], { dimensions }: LinUcbState) =>
    Number.isInteger(dimensions) && isVector(inverse, dimensions ** 2) && isVector(rewards, dimensions);
  const state = readState<LinUcbState>(kind, o.state, isLearnt) ?? { kind, seed: 0, round: 0, dimensions, arms: [] };
  if (state.dimensions !== dimensions) {
    throw new AttuneError('ERR_BAD_OPTION', `linUcb: expected a state of ${dimensions} dimensions, got one of ${state.dimensions}.`);
  }
  const arms = new Map<string, Arm>();
  for (const [item, inverse, rewards] of state.arms)
    arms.set(item, { inverse: Float64Array.from(inverse), rewards: Float64Array.from(rewards) });
  const fresh = (): Arm => {
    const inverse = new Float64Array(dimensions * dimensions);
    for (let k = 0; k < dimensions; k++) inverse[k * dimensions + k] = 1 / regularization;
    return { inverse, rewards: new Float64Array(dimensions) };
  };
  const unseen = fresh();
  const check = (context: unknown): ArrayLike<number> => {
    if (isVector(context, dimensions)) return context;
    throw new AttuneError('ERR_BAD_ARGUMENT', `${kind}: expected a context of ${dimensions} finite numbers, got ${shown(context)}.`);
  };
  return {
    kind,
    choose(given, options: ChooseOptions = {}) {
      const { n, context } = readChoose(kind, options);
      state.round++;
      const choices = readArms(kind, given).map((item) => {
        const x = check(typeof context === 'function' ? context(item) : context);
        const { inverse, rewards } = arms.get(item) ?? unseen;
        const towards = times(inverse, x);
        return { item, score: dot(rewards, towards) + alpha * Math.sqrt(Math.max(0, dot(x, towards))) };
      });
      return best(choices, n);
    },
    update(given, reward, options) {
      const item = readRewarded(kind, given, reward);
      const x = check(options?.context);
      const arm = arms.get(item) ?? fresh();
      const towards = times(arm.inverse, x);
      const scale = 1 / (1 + dot(x, towards));
      for (let a = 0; a < dimensions; a++) {
        arm.rewards[a] += reward * x[a];
        for (let b = 0; b < dimensions; b++) arm.inverse[a * dimensions + b] -= scale * towards[a] * towards[b];
      }
      arms.set(item, arm);
    },
    toJSON: () => ({ ...state, arms: Array.from(arms, ([item, { inverse, rewards }]) => [item, [...inverse], [...rewards]]) }),
  };
}

function times(matrix: Float64Array, x: ArrayLike<number>): Float64Array {
  const result = new Float64Array(x.length);
  for (let a = 0; a < x.length; a++) for (let b = 0; b < x.length; b++) result[a] += matrix[a * x.length + b] * x[b];
  return result;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}
