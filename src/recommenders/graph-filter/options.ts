import type { RecommenderOptions } from '../../contracts/recommender.ts';
import { choice, integer, number, optional, readOptions, recommenderOptions } from '../../options.ts';

/** Options of {@link GraphFilterRecommender}. */
export interface GraphFilterOptions extends RecommenderOptions {
  /**
   * What is done to the signal of a history on the graph of users and items. Default `'chebyshev'`.
   * - `'linear'`: one step over users and back, the cheapest; nothing is decomposed.
   * - `'low-pass'`: that, and the part of the signal in the leading eigenvectors once more, as in GF-CF.
   * - `'chebyshev'`: a polynomial that keeps what is common to many and damps what is not, and the leading eigenvectors once more, as in ChebyCF.
   */
  filter?: 'linear' | 'low-pass' | 'chebyshev' | undefined;
  /**
   * Number of leading eigenvectors. A model holds items x rank x 2 bytes. From 0; default an eighth of the number of users or items, whichever
   * is smaller, at least 32 and at most 512 with `'chebyshev'`, 256 with `'low-pass'`. Without effect with `'linear'`.
   */
  rank?: number | undefined;
  /** What is added to the filter on the leading eigenvectors. From 0; default 0.2 with `'chebyshev'`, 0.3 with `'low-pass'`. */
  lowPassWeight?: number | undefined;
  /**
   * The power of an item's number of interactions that an item of a history is divided by, and a recommended item multiplied with: more
   * recommends popular items more and learns less from them. From 0 to 1; default 0.4, and 0.3 with `'linear'`.
   */
  popularityExponent?: number | undefined;
  /** Degree of the polynomial of `'chebyshev'`. From 1 to 32, default 8. */
  degree?: number | undefined;
  /** How flat the polynomial of `'chebyshev'` is at its ends; 1 is nearly a straight line, more a softer step. From 0.1 to 10, default 1.5. */
  flatness?: number | undefined;
}

const optionChecks = {
  filter: choice(['linear', 'low-pass', 'chebyshev'] as const, 'chebyshev'),
  rank: optional(integer({ min: 0, max: 4096 })),
  lowPassWeight: optional(number({ min: 0 })),
  popularityExponent: optional(number({ min: 0, max: 1 })),
  degree: integer({ default: 8, min: 1, max: 32 }),
  flatness: number({ default: 1.5, min: 0.1, max: 10 }),
  ...recommenderOptions,
};

const defaults = {
  linear: { lowPassWeight: 0, popularityExponent: 0.3 },
  'low-pass': { lowPassWeight: 0.3, popularityExponent: 0.4 },
  chebyshev: { lowPassWeight: 0.2, popularityExponent: 0.4 },
};

/** Options with the defaults of their filter. @throws ERR_BAD_OPTION */
export function readGraphFilterOptions(options: GraphFilterOptions) {
  const o = readOptions('GraphFilterRecommender', options, optionChecks);
  const own = defaults[o.filter];
  return {
    ...o,
    rank: o.filter === 'linear' ? 0 : o.rank,
    lowPassWeight: o.filter === 'linear' ? 0 : (o.lowPassWeight ?? own.lowPassWeight),
    popularityExponent: o.popularityExponent ?? own.popularityExponent,
  };
}

/** What {@link readGraphFilterOptions} gives. */
export type GraphFilterSettings = ReturnType<typeof readGraphFilterOptions>;

/** Leading eigenvectors of data of this size. All that there are would give every history back as it came. */
export function rankOf({ filter, rank }: Pick<GraphFilterSettings, 'filter' | 'rank'>, users: number, items: number): number {
  if (rank !== undefined) return rank;
  return Math.min(filter === 'chebyshev' ? 512 : 256, Math.max(32, Math.floor(Math.min(users, items) / 8)));
}
