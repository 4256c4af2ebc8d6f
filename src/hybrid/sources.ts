import type { SourceRole } from '../cold-start/strategy.ts';
import type { ExplainOptions, Explanation, History, Recommendation, RecommendOptions } from '../contracts/recommender.ts';
import type { IdMap } from '../data/id-map.ts';
import { AttuneError, shown } from '../errors.ts';
import { functionSource } from './function-source.ts';
import { indexSource } from './index-source.ts';
import { recommenderSource } from './recommender-source.ts';
import type { HistoryEntry } from './request.ts';

/** What a source may answer: a list, now or later. It need be neither sorted nor clean. */
export type SourceAnswer = readonly Recommendation[] | Promise<readonly Recommendation[]>;

/** What a ranker calls on a recommender. Every one of attune has it; so may a client of a remote one. */
export interface RecommenderLike {
  /** `'popularity'` = the same for everybody. */
  readonly kind?: string;
  /** The users it knows. Without it, it is asked for any user. */
  readonly users?: Pick<IdMap, 'has'>;
  /** The items it knows. */
  readonly items?: Pick<IdMap, 'has'>;
  /** A list for a user it knows. */
  recommend(user: string, options?: RecommendOptions): SourceAnswer;
  /** A list for somebody with this history. */
  recommendFor?(history: History, options?: RecommendOptions): SourceAnswer;
  /** Which of the user's items speak for an item. */
  explain?(user: string, item: string, options?: ExplainOptions): Explanation;
  /** What it knows that a user did. Without it, `explain` of some item is asked. */
  interactionsOf?(user: string): Iterable<HistoryEntry>;
  /** Vectors of items, by which a reason for a visitor is found. */
  readonly itemFactors?: {
    /** Row-major. */
    data: ArrayLike<number>;
    /** Number of items. */
    rows: number;
    /** Length of a vector. */
    columns: number;
  };
}

/** Options of a search, as a ranker passes them. */
export interface SearchLikeOptions {
  /** How many at most. */
  n?: number;
  /** Never these. */
  exclude?: Iterable<string>;
  /** These and no others. */
  only?: Iterable<string>;
}

/** What a ranker calls on an index of contents, such as a `SemanticIndex`. */
export interface IndexLike {
  /** Items for words, best first. */
  search(query: string, options?: SearchLikeOptions & { signal?: AbortSignal }): SourceAnswer;
  /** Items whose contents are like those of a history. */
  similarTo?(history: History, options?: SearchLikeOptions & { includeSeen?: boolean }): SourceAnswer;
  /** Whether it knows an item. */
  has?(item: string): boolean;
  /** The vector of an item, for `diversify`. */
  vectorOf?(item: string): ArrayLike<number> | undefined;
  /** What is kept of an item, for rules. */
  metadataOf?(item: string): Readonly<Record<string, unknown>> | undefined;
}

/** What a function among the sources is told. */
export interface SourceRequest {
  /** User id. */
  user: string | undefined;
  /** What the visitor did: the request's history on top of what a recommender or the option `history` knows. */
  history: readonly HistoryEntry[];
  /** Words for what the visitor likes. */
  interests: readonly string[];
  /** What the visitor looks for. */
  query: string | undefined;
  /** The request's context. */
  context: Readonly<Record<string, unknown>>;
  /** Item ids that will not be shown. */
  exclude: readonly string[];
  /** The only item ids that may be shown. */
  only: readonly string[] | undefined;
  /** How many candidates are wanted. */
  n: number;
  /** Whether items of the history may come. */
  includeSeen: boolean;
  /** Aborts when the answer is no longer waited for. */
  signal: AbortSignal;
}

/** Any other source. An entry may carry a `reason`, a sentence for the page. */
export type SourceFunction = (request: SourceRequest) => readonly ReasonedItem[] | Promise<readonly ReasonedItem[]>;

/** An entry of a list that may say why it is there. */
export interface ReasonedItem extends Recommendation {
  /** A sentence for the page. */
  reason?: string;
}

/** A source that says itself what it stands on, such as a content bridge. */
export interface AnsweringSource {
  /** What it stands on. */
  readonly role: SourceRole;
  /** Whether it has something to say to this visitor. Default true. */
  canAnswer?(request: Omit<SourceRequest, 'signal'>): boolean;
  /** Its list for this visitor. */
  answer(request: SourceRequest): ReturnType<SourceFunction>;
}

/** A recommender, an index, a function, or an object that answers. */
export type HybridSource = RecommenderLike | IndexLike | AnsweringSource | SourceFunction;

/** The visitor of one request. */
export interface Visitor {
  user: string | undefined;
  /** All that is known: what is stored, and on top the request's own. */
  history: HistoryEntry[];
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
  only: readonly string[] | undefined;
  includeSeen: boolean;
}

/** What a source knows of a visitor. */
export interface SourceStanding {
  /** Whether it has anything to answer with. */
  isAble: boolean;
  /** Whether it knows the user by id. */
  knowsUser: boolean;
  /** How many interactions it knows; Infinity when nobody can tell. */
  interactions: number;
  /** Whether it will answer words. */
  words: boolean;
}

/** A source as the ranker sees it. Any method may throw: that is the source's failure, never the page's. */
export interface Source {
  readonly name: string;
  readonly role: SourceRole;
  standing(visitor: Visitor): SourceStanding;
  ask(visitor: Visitor, want: Want, signal: AbortSignal): unknown;
  /** Scores of items that others found; an array at once, or nothing. */
  complete?(visitor: Visitor, want: Want): unknown;
  /** What it knows that a user did; undefined when it cannot tell. */
  interactionsOf?(user: string): HistoryEntry[] | undefined;
  /** The item of the visitor's history that speaks most for an item. */
  causeOf?(visitor: Visitor, item: string): { item: string; how: 'liked' | 'similar' } | undefined;
}

/**
 * Recognizes a source by what can be called on it.
 * @throws ERR_BAD_OPTION
 */
export function readSource(name: string, given: unknown, role: SourceRole | undefined): Source {
  const called = (method: string) => typeof (given as Record<string, unknown> | null)?.[method] === 'function';
  if (typeof given === 'function') return functionSource(name, { role: role ?? 'custom', answer: given as SourceFunction });
  if (called('answer')) return functionSource(name, given as AnsweringSource, role);
  if (called('recommend')) return recommenderSource(name, given as RecommenderLike, role);
  if (called('search')) return indexSource(name, given as IndexLike, role);
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `HybridRanker: expected source ${shown(name)} to be a recommender, an index, or a function (request) => [{ item, score }], got ${shown(given)}.`,
  );
}
