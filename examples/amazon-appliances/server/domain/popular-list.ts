import type { PopularityRecommender, Recommendation, RecommenderLike } from 'attune';

const length = 1000;

/** What everybody likes, as one list that is made once: it is the same for all. So are the scores of named items. Longer lists come from the model. */
export function popularList(popular: PopularityRecommender): RecommenderLike {
  let list: readonly Recommendation[] | undefined;
  const scored = new Map<string, number>(); // of the products that lists have named so far
  const scoreOf = (item: string): number => {
    let score = scored.get(item);
    if (score === undefined) {
      [{ score } = { score: Number.NaN }] = popular.recommendFor([], { n: 1, only: [item] });
      scored.set(item, score);
    }
    return score;
  };
  return {
    kind: popular.kind,
    items: popular.items,
    recommend(_, options = {}) {
      const { n = 10, exclude = [], only } = options;
      const never = new Set(exclude as Iterable<string>);
      if (only) return bestOf(only as Iterable<string>, never, scoreOf).slice(0, n);
      if (n + never.size > length) return popular.recommendFor([], options);
      list ??= popular.recommendFor([], { n: length });
      const found: Recommendation[] = [];
      for (const entry of list) {
        if (found.length === n) break;
        if (!never.has(entry.item)) found.push(entry);
      }
      return found;
    },
  };
}

/** Named products, best first; those that the model does not know are left out. */
function bestOf(items: Iterable<string>, never: ReadonlySet<string>, scoreOf: (item: string) => number): Recommendation[] {
  const found: Recommendation[] = [];
  for (const item of new Set(items)) {
    const score = never.has(item) ? Number.NaN : scoreOf(item);
    if (!Number.isNaN(score)) found.push({ item, score });
  }
  return found.sort((a, b) => b.score - a.score);
}
