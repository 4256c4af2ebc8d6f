import type { Recommendation } from '../../contracts/recommender.ts';
import type { KeptValue } from '../kept.ts';

/** A value of a field, and how many items of the whole result have it. */
export interface FacetCount<Value = unknown> {
  /** As metadata holds it; an entry of it where it is a list. */
  value: Value;
  /** Items of the whole result with this value. */
  count: number;
}

/** Counts by field, the most frequent value first, equal ones in ascending order. Items without the field count nowhere. */
export type Facets<Kept> = {
  /** The values of a field. */
  readonly [Field in keyof Kept]?: FacetCount<EntryOf<KeptValue<Kept[Field]>>>[];
};

/** An entry of a list; anything else itself. */
export type EntryOf<Value> = unknown extends Value ? Value : Value extends readonly (infer Entry)[] ? Entry : Value;

/**
 * Why a result is not quite what was asked for. `'meaning'`: no item has a word of the query, so vectors alone have ranked. `'any'`: no item has
 * all words, so these have some. `'popular'`: nothing was found, so these are popular.
 */
export type Fallback = 'meaning' | 'any' | 'popular';

/** The items that answer a query, best first: a list that also says something about itself. */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export interface SearchResult<Kept = any> extends Array<Recommendation> {
  /** Counts over the whole result, for the fields that the option `facets` names. */
  readonly facets: Facets<Kept>;
  /** How many items the whole result has, for `offset` to go through; undefined where it has no end, since every item has a rank by meaning. */
  readonly total: number | undefined;
  /** Set when the result is not quite what was asked for. */
  readonly fallback: Fallback | undefined;
}

/** A list with what it says about itself, which is not enumerable: as JSON, and to comparisons, it is a list. */
export function resultOf<Kept>(
  list: Recommendation[],
  { facets, total, fallback }: Pick<SearchResult<Kept>, 'facets' | 'total' | 'fallback'>,
): SearchResult<Kept> {
  return Object.defineProperties(list, {
    facets: { value: facets },
    total: { value: total },
    fallback: { value: fallback },
  }) as SearchResult<Kept>;
}
