import { ItemKnnRecommender } from 'attune';
import { describe } from 'vitest';
import { recommenderConformance } from '../support/recommender-conformance.ts';

describe.each(['cosine', 'jaccard', 'tfidf', 'bm25'] as const)('ItemKnnRecommender by %s', (similarity) => {
  recommenderConformance({
    make: (options) => new ItemKnnRecommender({ similarity, neighbors: 12, ...options }),
    Class: ItemKnnRecommender,
    can: { explain: true, partialFit: true },
  });
});
