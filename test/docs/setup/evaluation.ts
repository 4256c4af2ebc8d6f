import { AlsRecommender, HybridRanker, type Interactions, PopularityRecommender, SemanticIndex, split } from 'attune';
import { zipf } from '../../support/makers.ts';

export const ratings: Interactions = zipf({ users: 60, items: 40, rows: 600, seed: 3 });
const { train } = split(ratings, { strategy: 'leave-last-out' });
const als = await new AlsRecommender({ factors: 4 }).fit(train);
const popular = await new PopularityRecommender().fit(train);
export const ranker = new HybridRanker({ sources: { als, popular } });
export const index = await SemanticIndex.build(
  Array.from(ratings.items, (id) => ({ id, text: `product ${id}` })),
  { id: 'id', text: 'text' },
);
