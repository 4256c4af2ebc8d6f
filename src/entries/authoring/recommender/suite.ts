import type { ModelStore } from '../../../contracts/model-store.ts';
import type { Capability, LoadOptions, Recommender, UnknownPolicy } from '../../../contracts/recommender.ts';
import { checkerboard, historyOf, hostile, zipf } from '../makers.ts';
import { suiteOf, type TestRunner } from '../test-runner.ts';

/** The static side of a recommender. */
export interface Loadable<R> {
  /** Makes a model that is not fitted. */
  new (options?: never): R;
  /** Reads what `toBytes` wrote. */
  fromBytes(bytes: Uint8Array, options?: LoadOptions): R;
  /** Reads a version from a store. */
  load(store: ModelStore, reference: string, options?: LoadOptions): Promise<R>;
}

/** A family of recommenders, and what it promises beyond the contract that all keep. */
export interface Family<R extends Recommender> {
  /** A new model, not fitted, with settings fit for data of 20 to 60 rows. The options come last in its constructor's options. */
  make(options?: { onUnknown?: UnknownPolicy }): R;
  /** The class, for its constructor and its static `fromBytes` and `load`. */
  Class: Loadable<R>;
  /** Whether lists depend on the user. Default true; false for popularity, whose list also answers an empty history. */
  personal?: boolean;
  /** What it can do; `can` must say the same. Which tests run follows from it: `similarItems` defaults to true, the others to false. */
  can?: Partial<Record<Capability, boolean>>;
}

/** What the parts of the suite share. */
export type RecommenderSuite<R extends Recommender> = ReturnType<typeof recommenderSuite<R>>;

/** The runner, the family, data with a long tail, and fitted models, which the tests share and leave as they are. */
export function recommenderSuite<R extends Recommender>(family: Family<R>, runner: TestRunner) {
  const suite = suiteOf(runner);
  const { make, Class, personal = true, can = {} } = family;
  const data = zipf();
  let model: R;
  let lenient: R;
  let board: R;
  let odd: R;
  suite.beforeAll(async () => {
    model = await make().fit(data);
    lenient = await make({ onUnknown: 'empty' }).fit(data);
    board = await make().fit(checkerboard());
    odd = await make().fit(hostile());
  });
  return {
    ...suite,
    make,
    Class,
    personal,
    can,
    data,
    everyone: [...data.users],
    /** The model of `data`, once the tests run. */
    fitted: () => model,
    /** The same, but for its policy for unknown ids. */
    fittedLenient: () => lenient,
    fittedBoard: () => board,
    /** The model of strange ids. */
    fittedHostile: () => odd,
    /** What a user of `data` did. */
    seenBy: (user: string) => new Set(historyOf(data, user).map(({ item }) => item)),
  };
}
