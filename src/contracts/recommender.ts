import type { IdMap } from '../data/id-map.ts';
import type { Interactions } from '../data/interactions.ts';
import type { Progress } from '../options.ts';
import type { ModelInfo, ModelStore } from './model-store.ts';

/** One entry of a recommendation list. */
export interface Recommendation {
  /** Item id. */
  item: string;
  /** The model's score; larger is better. Comparable within one list, not between models. */
  score: number;
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

/** What a visitor did: item ids (value 1 each), or items with values. */
export type History = Iterable<
  | string
  | {
      /** Item id. */
      item: string;
      /** Rating, count or weight. Default 1. */
      value?: number;
    }
>;

/** What happens on an id the model does not know: a coded error, or an empty answer. */
export type UnknownPolicy = 'throw' | 'empty';

/** Options of every call that takes ids. */
export interface UnknownOptions {
  /** Default: what the model was made with, which is `'throw'` unless said otherwise. */
  onUnknown?: UnknownPolicy;
}

/** Options of {@link Recommender.recommend} and {@link Recommender.recommendFor}. */
export interface RecommendOptions extends UnknownOptions {
  /** How many at most. Default 10. */
  n?: number;
  /** Item ids never to return. Unknown ones are ignored. */
  exclude?: Iterable<string>;
  /** Rank these items and no others. Unknown ones are ignored. */
  only?: Iterable<string>;
  /** Whether items of the user's own history may come. Default false. */
  includeSeen?: boolean;
}

/** Options of {@link Recommender.recommendMany}: as for one user, or a function of the user. */
export interface RecommendManyOptions extends UnknownOptions {
  /** How many at most for each user. Default 10. */
  n?: number | ((user: string) => number);
  /** Item ids never to return. */
  exclude?: Iterable<string> | ((user: string) => Iterable<string>);
  /** Rank these items and no others. */
  only?: Iterable<string> | ((user: string) => Iterable<string>);
  /** Whether items of the user's own history may come. Default false. */
  includeSeen?: boolean | ((user: string) => boolean);
}

/** Options of {@link Recommender.similarItems} and {@link Recommender.similarUsers}. */
export interface SimilarOptions extends UnknownOptions {
  /** How many at most. Default 10. */
  n?: number;
  /** `'cosine'` (default) or `'dot'`; models without vectors know `'cosine'` only. */
  metric?: 'cosine' | 'dot';
  /** Ids never to return. */
  exclude?: Iterable<string>;
  /** Rank these and no others. */
  only?: Iterable<string>;
}

/** Options of {@link Recommender.explain}. */
export interface ExplainOptions extends UnknownOptions {
  /** How many contributions at most, largest first. Default all. */
  n?: number;
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
  at(k: number): Recommendation[];
}

/** Options of {@link Recommender.fit}. */
export interface FitOptions {
  /** Aborts: the promise rejects with the signal's reason and the model stays as it was. */
  signal?: AbortSignal;
  /** Called now and then with what has been done. */
  onProgress?: (progress: Progress) => void;
}

/**
 * What every recommender can do. It is fitted on interactions, knows string ids outside and dense indices inside, and after
 * `fit` everything is synchronous and pure.
 */
export interface Recommender {
  /** Short name of the model family, also written into model files, such as `'als'`. */
  readonly kind: string;
  /** Whether the model has been fitted or loaded. */
  readonly isFitted: boolean;
  /** The users it was fitted on. Throws ERR_NOT_FITTED before that, as everything below does. */
  readonly users: IdMap;
  /** The items it was fitted on. */
  readonly items: IdMap;
  /** Learns from interactions; resolves to itself. */
  fit(interactions: Interactions, options?: FitOptions): Promise<this>;
  /** The best items for a known user, best first, never more than `n`. */
  recommend(user: string, options?: RecommendOptions): Recommendation[];
  /** The lists of many users at once, the same as one by one. */
  recommendMany(users: Iterable<string>, options?: RecommendManyOptions): RecommendationBatch;
  /** The list of somebody with this history: the same that a known user with it gets. */
  recommendFor(history: History, options?: RecommendOptions): Recommendation[];
  /** The scores of some items for a known user, in the order asked. */
  score(user: string, items: Iterable<string>, options?: UnknownOptions): Float32Array;
  /** What a known user did, as the model keeps it: in the order of the items' indices. */
  interactionsOf(user: string, options?: UnknownOptions): KnownInteraction[];
  /** Items that are like this one, never itself. */
  similarItems(item: string, options?: SimilarOptions): Recommendation[];
  /** Users that are like this one, never itself. Not every model can. */
  similarUsers?(user: string, options?: SimilarOptions): SimilarUser[];
  /** Contributions of the user's own items to a score. Not every model can. */
  explain?(user: string, item: string, options?: ExplainOptions): Explanation;
  /**
   * The same for several items of one user, in the order asked: what does not depend on the item is computed once. `n` holds for each
   * item. Not every model can.
   */
  explainMany?(user: string, items: Iterable<string>, options?: ExplainOptions): Explanation[];
  /** The same for a visitor: parts by the items of a history. They add up to the score that `recommendFor` gives. Not every model can. */
  explainFor?(history: History, items: Iterable<string>, options?: ExplainOptions): Explanation[];
  /** Takes in new interactions without fitting anew. Not every model can. */
  partialFit?(interactions: Interactions, options?: FitOptions): Promise<this>;
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
