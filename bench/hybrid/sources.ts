import {
  type AlsOptions,
  type AlsRecommender,
  coldStart,
  type EvaluateOptions,
  evaluate,
  HybridRanker,
  type IndexLike,
  type Interactions,
  type ListFunction,
  PopularityRecommender,
  type RecommenderLike,
  weighted,
} from 'attune';
import { fitAls, historyOf, type Industrial } from './data.ts';

/** What is mixed. */
export type Sources = Awaited<ReturnType<typeof sourcesOf>>;

/** Models fitted on some rows, beside the index. */
export async function sourcesOf(als: AlsOptions, train: Interactions, index: Industrial['index']) {
  return {
    als: await fitAls(als, train),
    content: index,
    popular: await new PopularityRecommender().fit(train),
  };
}

/** Pages of a ranker; for known users, or for the histories of new ones. */
export function rankedBy({ als, content, popular }: Sources, weights: Record<string, number>, histories?: Interactions): ListFunction {
  const sources = { als: listsOf(als), content: near(content), popular };
  const ranker = new HybridRanker({ sources, fusion: weighted(weights), coldStart: coldStart(), timeoutMs: 60_000 });
  return async (user, { n }) => {
    const request = histories ? { history: historyOf(histories, user) } : { user };
    return (await ranker.rank(request, { n })).items;
  };
}

/** A model without what reasons are made from: reasons take half the time of a page and are not measured. */
function listsOf(model: AlsRecommender): RecommenderLike {
  return {
    kind: model.kind,
    users: model.users,
    items: model.items,
    recommend: (user, options) => model.recommend(user, options),
    recommendFor: (history, options) => model.recommendFor(history, options),
    interactionsOf: (user) => model.interactionsOf(user),
  };
}

/** The same for an index. */
function near(index: Industrial['index']): IndexLike {
  return {
    search: (query, options) => index.search(query, options),
    similarTo: (history, options) => index.similarTo(history, options),
    has: (item) => index.has(item),
  };
}

/** Those of some weights that give the best NDCG@10. */
export async function bestWeights(
  sources: Sources,
  candidates: readonly Record<string, number>[],
  options: EvaluateOptions,
  histories?: Interactions,
): Promise<Record<string, number>> {
  const scored: { weights: Record<string, number>; ndcg: number }[] = [];
  for (const weights of candidates) {
    const report = await evaluate(rankedBy(sources, weights, histories), options);
    scored.push({ weights, ndcg: report.get('ndcg').mean });
  }
  return scored.reduce((best, one) => (one.ndcg > best.ndcg ? one : best)).weights;
}
