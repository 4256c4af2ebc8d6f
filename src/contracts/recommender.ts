import type { IdMap } from '../data/id-map.ts';
import type { Id } from '../data/ids.ts';
import type { Interactions } from '../data/interactions.ts';
import type { Progress } from '../options.ts';
import type { History } from './history.ts';
import type { ModelInfo, ModelStore } from './model-store.ts';

export type { History, HistoryItem } from './history.ts';

/** One entry of a recommendation list. */
export interface Recommendation {
  /** Item id. */
  item: string;
  /** The model's score; larger is better. Comparable within one list, not between models. */
  score: number;
}

/** A list of recommendations, best first. */
export interface RecommendationList extends Array<Recommendation> {
  /**
   * false when the list carries no information: the model has no evidence for any of its items, so all scores are 0 and the items are
   * in index order, as for a history none of whose items has neighbours. Absent from any other list, and not enumerable, so that it
   * does not appear in JSON.
   */
  readonly informed?: false | undefined;
}

/** One entry of a list of similar users. */
export interface SimilarUser {
  /** User id. */
  user: string;
  /** Similarity; larger is closer. */
  score: number;
}

/** One interaction of a user as a model keeps it. */
export interface KnownInteraction {
  /** Item id. */
  item: string;
  /** The value it was fitted with. */
  value: number;
}

/** How an id that the model does not know is handled: a coded error, or an empty answer. */
export type UnknownPolicy = 'throw' | 'empty';

/** Options of every call that takes ids. */
export interface UnknownOptions {
  /** Default: the model's own setting, which is `'throw'` unless changed. */
  onUnknown?: UnknownPolicy | undefined;
}

/** Settings that may differ between a model and its file, for every family: options of `fromBytes`, `load` and `loadRecommender`. */
export interface LoadOptions extends UnknownOptions {
  /** Threads: 1 to 256, or `'auto'`: all cores when there is enough data to make it worthwhile. Results do not depend on it. Default `'auto'`. */
  threads?: number | 'auto' | undefined;
}

/**
 * Options that every family of recommenders takes, so that all can be constructed alike. A family that draws nothing ignores the seed, one that needs
 * only one thread ignores the number of threads.
 */
export interface RecommenderOptions {
  /** Seed of the start and of all draws: a number or a text. The same seed gives the same bytes, whatever the number of threads. Default 0. */
  seed?: number | string | undefined;
  /** Threads of `fit` and `recommendMany`: 1 to 256, or `'auto'` (default): all cores where the data is worth it. Results do not depend on it. */
  threads?: number | 'auto' | undefined;
  /** What calls do on an unknown id. Default `'throw'`. */
  onUnknown?: UnknownPolicy | undefined;
}

/** Options of {@link Recommender.recommend} and {@link Recommender.recommendFor}. */
export interface RecommendOptions extends UnknownOptions {
  /** Maximum number of entries. Default 10. */
  n?: number | undefined;
  /** Item ids never to return. Unknown ones are ignored. */
  exclude?: Iterable<Id> | undefined;
  /** Rank these items and no others. Unknown ones are ignored. */
  only?: Iterable<Id> | undefined;
  /** Whether items of the user's own history may be returned. Default false. */
  includeSeen?: boolean | undefined;
}

/** Options of {@link Recommender.recommendMany}: as for one user, or a function of the user. */
export interface RecommendManyOptions extends UnknownOptions {
  /** Maximum number of items per user. Default 10. */
  n?: number | ((user: string) => number) | undefined;
  /** Item ids never to return. */
  exclude?: Iterable<Id> | ((user: string) => Iterable<Id>) | undefined;
  /** Rank these items and no others. */
  only?: Iterable<Id> | ((user: string) => Iterable<Id>) | undefined;
  /** Whether items of the user's own history may be returned. Default false. */
  includeSeen?: boolean | ((user: string) => boolean) | undefined;
}

/** Options of {@link Recommender.similarItems} and {@link Recommender.similarUsers}. */
export interface SimilarOptions extends UnknownOptions {
  /** Maximum number of entries. Default 10. */
  n?: number | undefined;
  /** `'cosine'` (default) or `'dot'`; models without vectors know `'cosine'` only. */
  metric?: 'cosine' | 'dot' | undefined;
  /** Ids never to return. */
  exclude?: Iterable<Id> | undefined;
  /** Rank these and no others. */
  only?: Iterable<Id> | undefined;
}

/** Options of {@link Recommender.explain}. */
export interface ExplainOptions extends UnknownOptions {
  /** Maximum number of contributions, largest first. Default all. */
  n?: number | undefined;
}

/** Why an item has its score for a user: parts by the user's own items, which add up to the score. */
export interface Explanation {
  /** The score, as `score` gives it. */
  score: number;
  /** The user's items, largest contribution first; `value` is the user's own value of that item. */
  contributions: {
    /** Item id. */
    item: string;
    /** The user's own value of it. */
    value: number;
    /** Its part of the score. */
    score: number;
  }[];
  /** The part of the score that belongs to none of the user's items, where there is one: means, or popularity for a user who likes nothing. */
  baseline?: number;
}

/** The lists of many users in columns: user k owns `offsets[k]` to `offsets[k + 1]`. */
export interface RecommendationBatch extends Iterable<Recommendation[]> {
  /** The users asked for, in that order. */
  readonly users: readonly string[];
  /** Dense item indices (see `items` of the model), best first within a user. */
  readonly items: Int32Array;
  /** Scores beside `items`. */
  readonly scores: Float32Array;
  /** `users.length + 1` positions. */
  readonly offsets: Int32Array;
  /** The list of the k-th user, the same as `recommend` gives. */
  at(k: number): RecommendationList;
}

/** Options of {@link Recommender.fit}. */
export interface FitOptions {
  /** Aborts: the promise rejects with the signal's reason and the model stays as it was. */
  signal?: AbortSignal | undefined;
  /** Called regularly with the progress so far. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Capabilities that only some families have; see {@link Recommender.can}.
 * - `'foldIn'`: the list of `recommendFor` depends on the history. Without it, all visitors get the same list.
 * - `'sequence'`: the order and the times of a history count.
 * - `'similarItems'`, `'similarUsers'`, `'explain'`, `'explainMany'`, `'explainFor'`, `'partialFit'`, `'forget'`: there is a method of
 *   that name.
 * - `'earlyStopping'`: `fit` iterates and takes `validation`, `validate` and `patience`.
 */
export type Capability = (typeof capabilities)[number];

/** All of them. */
export const capabilities = [
  'foldIn',
  'sequence',
  'similarItems',
  'similarUsers',
  'explain',
  'explainMany',
  'explainFor',
  'partialFit',
  'forget',
  'earlyStopping',
] as const;

/**
 * Why an item is missing from a list, or that it is listed. The first reason that applies, in this order:
 * - `'unknown-user'`, `'unknown-history'`: the model has no list for this user or history.
 * - `'unknown-item'`: it was not fitted on the item.
 * - `'excluded'`: the item is in `exclude`.
 * - `'not-in-only'`: it is not among the candidates of `only`.
 * - `'seen'`: it is in the user's own history, with this value.
 * - `'no-score'`: the model has no score for it.
 * - `'rank'`: it ranks behind the last item of the list.
 * - `'listed'`: it is in the list.
 */
export type WhyNot =
  | {
      /** There are no further details. */
      reason: 'unknown-user' | 'unknown-history' | 'unknown-item' | 'excluded' | 'not-in-only' | 'no-score';
    }
  | {
      /** The item is in the user's history. */
      reason: 'seen';
      /** The user's own value of it. */
      value: number;
    }
  | {
      /** Behind the last item of the list, or in it. */
      reason: 'rank' | 'listed';
      /** Its place among all items that may be in the list, from 1. */
      rank: number;
      /** Its score, as in the list. */
      score: number;
      /** The length that was asked for. */
      n: number;
    };

/**
 * What every recommender can do. It is fitted on interactions, uses string ids outside and dense indices inside, and after
 * `fit` every call is synchronous and pure.
 */
export interface Recommender {
  /** Short name of the model family, also written into model files, such as `'als'`. */
  readonly kind: string;
  /** Whether the model has been fitted or loaded. */
  readonly isFitted: boolean;
  /** The users it was fitted on. Throws ERR_NOT_FITTED before `fit`, as everything below does. */
  readonly users: IdMap;
  /** The items it was fitted on. */
  readonly items: IdMap;
  /** Whether this family has a capability, without calling anything. Known before `fit`. @throws ERR_BAD_ARGUMENT for an unknown capability */
  can(capability: Capability): boolean;
  /** Learns from interactions; resolves to itself. */
  fit(interactions: Interactions, options?: FitOptions): Promise<this>;
  /** The best items for a known user, best first, never more than `n`. */
  recommend(user: Id, options?: RecommendOptions): RecommendationList;
  /** The lists of many users at once, identical to calling {@link recommend} for each. */
  recommendMany(users: Iterable<Id>, options?: RecommendManyOptions): RecommendationBatch;
  /** The list for a visitor with this history: the same as for a known user with that history. */
  recommendFor(history: History, options?: RecommendOptions): RecommendationList;
  /** Why `recommend` (or `recommendFor`, when given a history) does not list an item under these options. Unknown ids are an answer, not an error. */
  whyNot(who: Id | History, item: Id, options?: RecommendOptions): WhyNot;
  /** The scores of some items for a known user, in the order asked. */
  score(user: Id, items: Iterable<Id>, options?: UnknownOptions): Float32Array;
  /** The interactions of a known user as the model keeps them, in the order of the items' indices. */
  interactionsOf(user: Id, options?: UnknownOptions): KnownInteraction[];
  /** The items most similar to this one, never itself. Not every model can. */
  similarItems?(item: Id, options?: SimilarOptions): RecommendationList;
  /** The users most similar to this one, never itself. Not every model can. */
  similarUsers?(user: Id, options?: SimilarOptions): SimilarUser[];
  /** Contributions of the user's own items to a score. Not every model can. */
  explain?(user: Id, item: Id, options?: ExplainOptions): Explanation;
  /**
   * The same for several items of one user, in the order asked: what does not depend on the item is computed once. `n` holds for each
   * item. Not every model can.
   */
  explainMany?(user: Id, items: Iterable<Id>, options?: ExplainOptions): Explanation[];
  /** The same for a visitor: parts by the items of a history. They add up to the score that `recommendFor` gives. Not every model can. */
  explainFor?(history: History, items: Iterable<Id>, options?: ExplainOptions): Explanation[];
  /** Adds new interactions without refitting. Not every model can. */
  partialFit?(interactions: Interactions, options?: FitOptions): Promise<this>;
  /** Removes users from the model. Not every model can. */
  forget?(users: Id | Iterable<Id>, options?: UnknownOptions): this;
  /** The whole model as one safetensors file. */
  toBytes(): Uint8Array<ArrayBuffer>;
  /** Writes the model as a new version under a name. */
  save(store: ModelStore, name: string, metadata?: Record<string, unknown>): Promise<ModelInfo>;
}

/** A dense matrix in id order. */
export interface Factors {
  /** Row-major; `rows * columns` numbers. */
  data: Float32Array;
  /** Number of users or items. */
  rows: number;
  /** Number of factors. */
  columns: number;
}

/** Factors in any kind of array. */
export type FactorsLike = Readonly<Pick<Factors, 'rows' | 'columns'>> & {
  /** Row-major; `rows * columns` numbers. */
  readonly data: ArrayLike<number>;
};
