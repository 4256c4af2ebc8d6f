import type { SourceRole } from '../cold-start/strategy.ts';
import type { ContentIndex, ContentSearchOptions, ListAnswer } from '../contracts/content-index.ts';
import type { FactorsLike, History, Recommendation, Recommender, RecommendOptions, WhyNot } from '../contracts/recommender.ts';
import type { Id } from '../data/ids.ts';
import type { HistoryEntry } from './request.ts';

/** The answer of a source: a list or a promise of one. It need be neither sorted nor valid. */
export type SourceAnswer = ListAnswer;

/**
 * What a ranker calls on a recommender. Every one of attune has it; so may a client of a remote one, which answers later. `kind` is
 * `'popularity'` where everybody gets the same; of `explainMany` and `explain` the first that is there is used.
 */
export interface RecommenderLike extends Partial<Pick<Recommender, 'kind'>> {
  /** The users it knows. If missing, it is asked about every user. */
  readonly users?: Pick<Recommender['users'], 'has'> | undefined;
  /** The items it knows. */
  readonly items?: Pick<Recommender['items'], 'has'> | undefined;
  /** A list for a user it knows. */
  recommend(user: string, options?: RecommendOptions): SourceAnswer;
  /** A list for a visitor with this history. */
  recommendFor?(history: History, options?: RecommendOptions): SourceAnswer;
  /** The interactions it knows of a user, all of which count as seen. If missing, `explain` of some item is asked. */
  interactionsOf?(user: string): Iterable<HistoryEntry>;
  /** Why an item is not in its list. */
  readonly whyNot?: Recommender['whyNot'] | undefined;
  /** What of a user's history speaks for an item. */
  readonly explain?: Recommender['explain'] | undefined;
  /** The same for many items of one user. */
  readonly explainMany?: Recommender['explainMany'] | undefined;
  /** The same for a visitor's history. */
  readonly explainFor?: Recommender['explainFor'] | undefined;
  /** Vectors of items, by which a reason for a visitor is found. */
  readonly itemFactors?: FactorsLike | undefined;
}

/** Options of a search, as a ranker passes them. */
export type SearchLikeOptions = ContentSearchOptions;

/** What a ranker calls on an index of contents, such as a `SemanticIndex`: `search`, and what else is there. */
export type IndexLike = Pick<ContentIndex, 'search'> & Partial<Pick<ContentIndex, 'similarTo' | 'has' | 'vectorOf' | 'metadataOf'>>;

/** The request that a function among the sources receives. */
export interface SourceRequest {
  /** User id. */
  user: string | undefined;
  /** What the visitor did: the request's history on top of what a source or the option `history` knows. */
  history: readonly HistoryEntry[];
  /** Words for what the visitor likes. */
  interests: readonly string[];
  /** What the visitor looks for. */
  query: string | undefined;
  /** The request's context. */
  context: Readonly<Record<string, unknown>>;
  /** Item ids that will not be shown: excluded ones, and what any source knows that the visitor has seen. */
  exclude: readonly string[];
  /** The only item ids that may be shown. */
  only: readonly string[] | undefined;
  /** How many candidates are wanted. A list of fewer means that there are no more. Asked again for more when rules leave a page short. */
  n: number;
  /** Whether items of the history may come. */
  includeSeen: boolean;
  /** Aborts when the answer is no longer needed. */
  signal: AbortSignal;
}

/** Any other source. An entry may carry a `reason`, a sentence for the page. */
export type SourceFunction = (request: SourceRequest) => readonly ReasonedItem[] | Promise<readonly ReasonedItem[]>;

/** An entry of a list that may say why it is there. */
export interface ReasonedItem {
  /** Item id; a number stands for its decimal digits. */
  item: Id;
  /** The source's own score; larger is better. */
  score: number;
  /** A sentence for the page. */
  reason?: string | undefined;
}

/** A source that says itself what kind of evidence it uses, such as a content bridge. */
export interface AnsweringSource {
  /** What kind of evidence it uses. */
  readonly role: SourceRole;
  /** Whether it has something to say to this visitor. Default true. */
  canAnswer?(request: Omit<SourceRequest, 'signal'>): boolean;
  /** Its list for this visitor. */
  answer(request: SourceRequest): ReturnType<SourceFunction>;
  /** The interactions it knows of a user, all of which count as seen; undefined for an unknown user. */
  interactionsOf?(user: string): Iterable<HistoryEntry> | undefined;
}

/** A recommender, an index, a function, or an object that answers. */
export type HybridSource = RecommenderLike | IndexLike | AnsweringSource | SourceFunction;

/** The visitor of one request. */
export interface Visitor {
  user: string | undefined;
  /** All that is known: what is stored, and on top the request's own. */
  history: HistoryEntry[];
  /** What the request or any source knows that the visitor has seen. */
  seen: ReadonlySet<string>;
  /** How many of these each source knows, by name. */
  seenBy: ReadonlyMap<string, number>;
  /** Whether what is stored of a known user is in `history`. */
  isStoredKnown: boolean;
  /** Whether the request's history has something that is not stored. */
  isFresh: boolean;
  interests: string[];
  query: string | undefined;
  context: Record<string, unknown>;
}

/** How much is wanted, and from what. */
export interface Want {
  n: number;
  exclude: readonly string[];
  /** What of `exclude` the visitor has not seen. */
  unseen: readonly string[];
  only: readonly string[] | undefined;
  includeSeen: boolean;
}

/** What a source knows of a visitor. */
export interface SourceStanding {
  /** Whether it has anything to answer with. */
  isAble: boolean;
  /** Whether it knows the user by id. */
  knowsUser: boolean;
  /** How many interactions it knows; Infinity when that is unknown. */
  interactions: number;
  /** Whether it will answer words. */
  words: boolean;
}

/** A source as the ranker sees it. Any method may throw: that is the source's failure, never the page's. */
export interface Source {
  readonly name: string;
  readonly role: SourceRole;
  /** Whether it is a recommender, which knows users by id. */
  readonly isModel: boolean;
  standing(visitor: Visitor): SourceStanding;
  ask(visitor: Visitor, want: Want, signal: AbortSignal): unknown;
  /** Scores of items that others found; an array at once, or nothing. */
  complete?(visitor: Visitor, want: Want, listed: readonly Recommendation[]): unknown;
  /** The interactions it knows of a user; undefined when it cannot tell. */
  interactionsOf?(user: string): HistoryEntry[] | undefined;
  /** For some of its items the item of the visitor's history that speaks most for each; items without one are missing. */
  causesOf?(visitor: Visitor, items: readonly string[]): ReadonlyMap<string, Cause>;
  /** Why its own list lacks an item, where it can tell. */
  whyNot?(visitor: Visitor, item: string, want: Want): WhyNot | undefined;
}

/** What in a history speaks for an item, and how. */
export interface Cause {
  item: string;
  how: 'liked' | 'similar';
}
