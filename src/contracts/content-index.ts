import type { History } from './history.ts';
import type { Recommendation } from './recommender.ts';

/** A list, now or later. */
export type ListAnswer = readonly Recommendation[] | Promise<readonly Recommendation[]>;

/** Options of a search as other rooms pass them. */
export interface ContentSearchOptions {
  /** Maximum number of items. */
  n?: number | undefined;
  /** Never these. */
  exclude?: Iterable<string> | undefined;
  /** These and no others. */
  only?: Iterable<string> | undefined;
}

/** What rankers, rules and bridges call on an index of contents, each a part of it. `SemanticIndex` has all of it. */
export interface ContentIndex {
  /** Number of items. */
  readonly size: number;
  /** Ids of the items. */
  readonly items: Iterable<string>;
  /** Items for words, best first. */
  search(query: string, options?: ContentSearchOptions & { signal?: AbortSignal | undefined }): ListAnswer;
  /** Items whose contents are like those of a history. */
  similarTo(history: History, options?: ContentSearchOptions & { includeSeen?: boolean | undefined }): ListAnswer;
  /** Whether it knows an item. */
  has(item: string): boolean;
  /** The vector of an item's contents. */
  vectorOf(item: string): ArrayLike<number> | undefined;
  /** What is kept of an item. */
  metadataOf(item: string): Readonly<Record<string, unknown>> | undefined;
}
