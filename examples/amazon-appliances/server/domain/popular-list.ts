import type { PopularityRecommender, Recommendation, RecommenderLike } from 'attune';

const length = 1000;

/** What everybody likes, as one list that is made once: it is the same for all. Named items are scored, which is faster than ranking them; longer lists come from the model. */
export function popularList(popular: PopularityRecommender): RecommenderLike {
  let list: readonly Recommendation[] | undefined;
  const [anybody] = popular.users; // scores are the same for all
  const scoresOf = (items: readonly string[]) => popular.score(anybody, items, { onUnknown: 'empty' });
  return {
    kind: popular.kind,
    items: popular.items,
    recommend(_, options = {}) {
      const { n = 10, exclude = [], only } = options;
      const never = new Set(exclude as Iterable<string>);
      if (only) return bestOf(only as Iterable<string>, never, scoresOf).slice(0, n);
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
function bestOf(
  items: Iterable<string>,
  never: ReadonlySet<string>,
  scoresOf: (items: readonly string[]) => Float32Array,
): Recommendation[] {
  const asked = [...new Set(items)].filter((item) => !never.has(item));
  const scores = scoresOf(asked);
  const found: Recommendation[] = [];
  asked.forEach((item, k) => {
    if (!Number.isNaN(scores[k])) found.push({ item, score: scores[k] });
  });
  return found.sort((a, b) => b.score - a.score);
}
