import {
  AlsRecommender,
  contentBridge,
  HybridRanker,
  Interactions,
  ItemKnnRecommender,
  PopularityRecommender,
  SemanticIndex,
  segmentPopularity,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { checkerboard } from '../support/makers.ts';

const data = await Interactions.from(
  [
    ['ann', 'a'],
    ['ann', 'b'],
    ['bob', 'a'],
    ['bob', 'c'],
    ['cem', 'd'],
  ].map(([user, item]) => ({ user, item })),
);
const popular = await new PopularityRecommender().fit(data);
const knn = await new ItemKnnRecommender().fit(data);
const other = await new ItemKnnRecommender().fit(
  await Interactions.from(
    [
      ['ann', 'e'],
      ['bob', 'e'],
      ['bob', 'f'],
    ].map(([user, item]) => ({ user, item })),
  ),
);
const latest = () => ['b', 'e', 'a', 'f'].map((item, k) => ({ item, score: 4 - k }));

describe('what any source knows that the user has seen stays out', () => {
  it.each([
    ['a popularity model', { popular, latest }, ['a', 'b']],
    ['a model of taste', { latest, knn }, ['a', 'b']],
    ['two models with different histories', { knn, other, latest }, ['a', 'b', 'e']],
    ['popularity by segment', { latest, popular: segmentPopularity({ interactions: data }) }, ['a', 'b']],
    [
      'an object that answers',
      { latest, remote: { role: 'custom' as const, answer: latest, interactionsOf: () => [{ item: 'f', value: 1 }] } },
      ['f'],
    ],
  ])('when %s knows', async (_, sources, seen) => {
    const ranker = new HybridRanker({ sources });
    const shown = (await ranker.rank({ user: 'ann' }, { n: 9 })).items.map(({ item }) => item);
    for (const item of seen) expect(shown).not.toContain(item);
    expect(shown.length).toBeGreaterThan(0);
    const all = (await ranker.rank({ user: 'ann' }, { n: 9, includeSeen: true })).items.map(({ item }) => item);
    for (const item of seen) expect(all).toContain(item);
  });

  it('when a content bridge knows, whoever brings the item', async () => {
    const board = checkerboard(20);
    const als = await new AlsRecommender({ factors: 4, iterations: 3, seed: 1 }).fit(board);
    const index = await SemanticIndex.build(
      Array.from(board.items, (id) => ({ id, text: `item ${id}` })),
      { id: 'id', text: 'text' },
    );
    const bridge = contentBridge({ recommender: als, vectors: index });
    const all = () => Array.from(board.items, (item, k) => ({ item, score: k }));
    const shown = (await new HybridRanker({ sources: { bridge, all } }).rank({ user: 'u3' }, { n: 40 })).items.map(({ item }) => item);
    for (const { item } of als.interactionsOf('u3')) expect(shown).not.toContain(item);
    expect(shown.length).toBeGreaterThan(0);
  });

  it('and so does what the request says, numbers included', async () => {
    const numbers = () => [
      { item: 7, score: 2 },
      { item: 8, score: 1 },
    ];
    const shown = await new HybridRanker({ sources: { numbers } }).rank({ history: [7] });
    expect(shown.items.map(({ item }) => item)).toEqual(['8']);
  });
});
