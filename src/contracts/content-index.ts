import type { History } from './history.ts';
import type { Recommendation } from './recommender.ts';

/** A list or a promise of one. */
export type ListAnswer = readonly Recommendation[] | Promise<readonly Recommendation[]>;

/** Options that rankers, rules and bridges pass to a search. */
export interface ContentSearchOptions {
  /** Maximum number of items. */
  n?: number | undefined;
  /** Item ids never to return. */
  exclude?: Iterable<string> | undefined;
  /** Return these items and no others. */
  only?: Iterable<string> | undefined;
}

/** The methods of a content index that rankers, rules and bridges call; each uses only some of them. `SemanticIndex` has them all. */
export interface ContentIndex {
  /** Number of items. */
  readonly size: number;
  /** Ids of the items. */
  readonly items: Iterable<string>;
  /** Items that match a query, best first. */
  search(query: string, options?: ContentSearchOptions & { signal?: AbortSignal | undefined }): ListAnswer;
  /** Items whose contents resemble those of a history. */
  similarTo(history: History, options?: ContentSearchOptions & { includeSeen?: boolean | undefined }): ListAnswer;
  /** Whether the index contains an item. */
  has(item: string): boolean;
  /** The vector of an item's contents. */
  vectorOf(item: string): ArrayLike<number> | undefined;
  /** The metadata kept of an item. */
  metadataOf(item: string): Readonly<Record<string, unknown>> | undefined;
}
