import type { PopularityRecommender, Recommendation, RecommenderLike } from 'attune';

const length = 1000;

/** What everybody likes, as one list that is made once: it is the same for all. Longer lists, and named items, come from the model. */
export function popularList(popular: PopularityRecommender): RecommenderLike {
  let list: readonly Recommendation[] | undefined;
  return {
    kind: popular.kind,
    items: popular.items,
    recommend(_, options = {}) {
      const { n = 10, exclude = [], only } = options;
      const never = new Set(exclude as Iterable<string>);
      if (only || n + never.size > length) return popular.recommendFor([], options);
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
