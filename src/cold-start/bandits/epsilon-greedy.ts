import { number, readOptions } from '../../options.ts';
import {
  type Bandit,
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

/** What epsilon-greedy keeps. */
export interface EpsilonGreedyState extends RoundState {
  /** Sum of rewards and number of times shown, by arm. */
  arms: [item: string, reward: number, shown: number][];
}

/** Options of {@link epsilonGreedy}. */
export interface EpsilonGreedyOptions extends DrawOptions<EpsilonGreedyState> {
  /** Exploration rate: the share of choices made at random. From 0 to 1, default 0.1. */
  epsilon?: number | undefined;
  /** What is expected of an arm that has not been shown. From 0 to 1, default 0.5: new arms are tried soon. */
  initial?: number | undefined;
}

/**
 * Chooses the arm with the best mean reward, or with probability epsilon any arm (Sutton & Barto, Reinforcement Learning, 2.2). Each further
 * place of a list is filled in the same way. It knows its propensities, so its log can judge other policies.
 * @throws ERR_BAD_OPTION
 */
export function epsilonGreedy(options: EpsilonGreedyOptions = {}): Bandit<EpsilonGreedyState> {
  const kind = 'epsilon-greedy';
  const o = readOptions('epsilonGreedy', options, {
    epsilon: number({ default: 0.1, min: 0, max: 1 }),
    initial: number({ default: 0.5, min: 0, max: 1 }),
    ...drawChecks<EpsilonGreedyState>(),
  });
  const isLearnt = ([, reward, shown]: EpsilonGreedyState['arms'][number]) => isAmount(reward) && isAmount(shown) && shown > 0;
  const state = readState<EpsilonGreedyState>(kind, o.state, isLearnt) ?? { kind, seed: o.seed, round: 0, arms: [] };
  const arms = new Map(state.arms.map(([item, reward, shown]) => [item, { reward, shown }]));
  const meanOf = (item: string) => {
    const arm = arms.get(item);
    return arm ? arm.reward / arm.shown : o.initial;
  };
  return {
    kind,
    choose(given, options: ChooseOptions = {}) {
      const { n } = readChoose(kind, options);
      const random = randomOfRound(state);
      state.round++;
      const ids = readArms(kind, given);
      const left = best(
        ids.map((item) => ({ item, score: meanOf(item) })),
        ids.length,
      );
      const favourite = left[0]?.item;
      const chosen = [];
      while (chosen.length < n && left.length > 0) {
        const at = random() < o.epsilon ? Math.floor(random() * left.length) : 0;
        const [choice] = left.splice(at, 1);
        chosen.push({ ...choice, propensity: o.epsilon / ids.length + (choice.item === favourite ? 1 - o.epsilon : 0) });
      }
      return chosen;
    },
    update(given, reward) {
      const item = readRewarded(kind, given, reward);
      const { reward: sum = 0, shown = 0 } = arms.get(item) ?? {};
      arms.set(item, { reward: sum + reward, shown: shown + 1 });
    },
    toJSON: () => ({ ...state, arms: Array.from(arms, ([item, { reward, shown }]) => [item, reward, shown]) }),
  };
}
