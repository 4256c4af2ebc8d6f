import { type Id, idText } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import { randomNumbers } from '../../numeric/random.ts';
import { anything, flag, integer, readOptions } from '../../options.ts';

/** What a bandit chose. */
export interface BanditChoice {
  /** The arm, such as an item id. */
  item: string;
  /** What the choice was made by; larger came first. */
  score: number;
  /** The probability with which it would be chosen first, where that is known; needed to judge other policies by what was logged. */
  propensity?: number | undefined;
}

/** Options of {@link Bandit.choose}. */
export interface ChooseOptions {
  /** Maximum number of arms. Default 1. */
  n?: number | undefined;
  /** Numbers that describe the situation; only `linUcb` reads it. A function gives each arm its own. */
  context?: ArrayLike<number> | ((item: string) => ArrayLike<number>) | undefined;
  /** Whether choices should carry their propensity where that costs time, as in `thompsonSampling` (milliseconds). Default false. */
  propensities?: boolean | undefined;
}

/** Balances exploration and exploitation, and learns from the rewards. */
export interface Bandit<State = unknown> {
  /** Short name, such as `'thompson'`. */
  readonly kind: string;
  /** The best arms to try now, best first. Arms never seen are new ones. The same seed and the same calls give the same choices. */
  choose(arms: Iterable<Id>, options?: ChooseOptions): BanditChoice[];
  /** Records the reward of showing an arm, from 0 to 1. */
  update(item: Id, reward: number, options?: { context?: ArrayLike<number> | undefined }): void;
  /** Everything it has learnt, as JSON holds it; pass it as the option `state` to go on from there. */
  toJSON(): State;
}

/** The part of a state that all bandits share. */
export interface RoundState {
  /** Which bandit wrote it. */
  kind: string;
  /** Seed of the random numbers. */
  seed: number;
  /** How many choices there have been. */
  round: number;
}

/** Options of bandits that draw. */
export interface DrawOptions<State> {
  /** Default 1. */
  seed?: number | undefined;
  /** What `toJSON()` gave; its seed and counts are taken. */
  state?: State | undefined;
}

/** Checks and defaults of {@link DrawOptions}. */
export const drawChecks = <State>() => ({ seed: integer({ default: 1 }), state: anything<State | undefined>() });

/** Random numbers of one choice. A stream of its own each round, so that a seed and a count are all there is to keep. */
export function randomOfRound({ seed, round }: RoundState): () => number {
  return randomNumbers(`${seed}/${round}`);
}

/** @throws ERR_BAD_OPTION when a state is not one of this kind, or what it says of an arm cannot be. */
export function readState<State extends RoundState & { arms: [item: string, ...learnt: unknown[]][] }>(
  kind: string,
  state: unknown,
  isLearnt: (learnt: State['arms'][number], state: State) => boolean,
): State | undefined {
  if (state === undefined) return undefined;
  const given = state as State;
  const isState = given?.kind === kind && Number.isInteger(given.round) && given.round >= 0 && Number.isInteger(given.seed);
  if (
    isState &&
    Array.isArray(given.arms) &&
    [...given.arms].every((arm) => Array.isArray(arm) && typeof arm[0] === 'string' && isLearnt(arm, given))
  )
    return { ...given };
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${kind}: option 'state' must be what toJSON() of the same kind of bandit gave, got ${shown(state)}.`,
  );
}

/** Whether something is a finite number from 0. */
export const isAmount = (value: unknown): value is number => Number.isFinite(value) && (value as number) >= 0;

/** @throws ERR_BAD_OPTION */
export function readChoose(kind: string, options: ChooseOptions) {
  return readOptions(`${kind}.choose`, options, {
    n: integer({ default: 1, min: 0 }),
    context: anything<ChooseOptions['context']>(),
    propensities: flag(false),
  });
}

/** The distinct arms, as text. @throws ERR_BAD_ARGUMENT */
export function readArms(kind: string, arms: Iterable<Id>): string[] {
  if (typeof arms !== 'string' && typeof arms?.[Symbol.iterator] === 'function') {
    const distinct = new Set(Array.from(arms, armText));
    if (!distinct.has(undefined)) return [...distinct] as string[];
  }
  throw new AttuneError('ERR_BAD_ARGUMENT', `${kind}.choose: expected a list of item ids, got ${shown(arms)}.`);
}

/** Any text names an arm, also one that could not be the id of an item. */
function armText(arm: unknown): string | undefined {
  return typeof arm === 'string' && arm !== '' ? arm : idText(arm);
}

/** The arm that a reward is for, as text. @throws ERR_BAD_VALUE, ERR_BAD_ID */
export function readRewarded(kind: string, item: Id, reward: number): string {
  const arm = armText(item);
  if (arm === undefined) throw new AttuneError('ERR_BAD_ID', `${kind}.update: expected the id of an arm, got ${shown(item)}.`);
  if (typeof reward === 'number' && reward >= 0 && reward <= 1) return arm;
  throw new AttuneError('ERR_BAD_VALUE', `${kind}.update: expected a reward from 0 to 1, got ${shown(reward)}.`);
}

/** The best `n`, equal scores by id. */
export function best(choices: BanditChoice[], n: number): BanditChoice[] {
  return choices.sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1)).slice(0, n);
}
