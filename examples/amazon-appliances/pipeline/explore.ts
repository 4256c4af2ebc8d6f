import type { Interactions } from 'attune';

/** Numbers that tell what a set of ratings is like. */
export interface Exploration {
  ratings: number;
  users: number;
  items: number;
  mean: number;
  /** Ratings by stars, one to five. */
  stars: number[];
  /** Users by how often they rated: 1, 2, 3, 4, 5 to 9, 10 and more. */
  activity: { label: string; users: number }[];
  /** Ratings by year. */
  years: { year: number; ratings: number }[];
  /** Ratings per product, most rated first. */
  popularity: number[];
  /** Share of the ratings that the most rated part of the products has. */
  concentration: { products: number; share: number }[];
}

export function explore(ratings: Interactions): Exploration {
  const stars = [0, 0, 0, 0, 0];
  const byYear = new Map<number, number>();
  let sum = 0;
  for (let row = 0; row < ratings.size; row++) {
    const value = ratings.values[row];
    sum += value;
    stars[Math.min(5, Math.max(1, Math.round(value))) - 1]++;
    const time = ratings.timestamps?.[row];
    if (!time) continue;
    const year = new Date(time).getUTCFullYear();
    byYear.set(year, (byYear.get(year) ?? 0) + 1);
  }
  const sizes = (offsets: Int32Array) => Array.from(offsets.subarray(1), (end, k) => end - offsets[k]);
  const perUser = sizes(ratings.byUser.offsets);
  const popularity = sizes(ratings.byItem.offsets).sort((a, b) => b - a);
  const classes = [
    [1, 1],
    [2, 2],
    [3, 3],
    [4, 4],
    [5, 9],
    [10, Number.POSITIVE_INFINITY],
  ];
  return {
    ratings: ratings.size,
    users: ratings.userCount,
    items: ratings.itemCount,
    mean: sum / ratings.size,
    stars,
    activity: classes.map(([from, to]) => ({
      label: from === to ? `${from}` : to === Number.POSITIVE_INFINITY ? `${from} or more` : `${from} to ${to}`,
      users: perUser.filter((n) => n >= from && n <= to).length,
    })),
    years: [...byYear].sort(([a], [b]) => a - b).map(([year, n]) => ({ year, ratings: n })),
    popularity,
    concentration: [0.01, 0.1, 0.5].map((share) => {
      const products = Math.max(1, Math.round(popularity.length * share));
      return { products, share: popularity.slice(0, products).reduce((a, b) => a + b, 0) / ratings.size };
    }),
  };
}
