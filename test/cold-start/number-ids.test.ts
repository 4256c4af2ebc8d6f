import { AlsRecommender, contentBridge, Interactions, SemanticIndex, segmentPopularity } from 'attune';
import { describe, expect, it } from 'vitest';
import { expectCode } from '../support/conformance.ts';

const rows = [[1, 10], [1, 11], [2, 10], [2, 12], [3, 11], [3, 12], [3, 13]].map(([user, item]) => ({ user, item })); // biome-ignore format: a table

describe('Numbers given as ids', () => {
  it('mean their digits in lists of popular items by segment', async () => {
    const popular = segmentPopularity({ interactions: await Interactions.from(rows) });
    expect(popular.top(undefined, { exclude: [12, 10] }).map(({ item }) => item)).toEqual(['11', '13']);
    expect(popular.top(undefined, { only: [13] }).map(({ item }) => item)).toEqual(['13']);
    expectCode('ERR_BAD_ID', () => popular.top(undefined, { exclude: [1.5] }));
  });
  it('mean their digits in a content bridge', async () => {
    const als = await new AlsRecommender({ factors: 2 }).fit(await Interactions.from(rows));
    const index = await SemanticIndex.build([10, 11, 12, 13, 14].map((id) => ({ id, text: `thing number ${id}` })));
    const bridge = contentBridge({ recommender: als, vectors: index });
    expect(bridge.recommend(1, { exclude: [12] })).toEqual(bridge.recommend('1', { exclude: ['12'] }));
    expect(bridge.recommend(1, { only: [13, 14] })).toEqual(bridge.recommend('1', { only: ['13', '14'] }));
    expect(bridge.recommendFor([10], { exclude: [12] })).toEqual(bridge.recommendFor(['10'], { exclude: ['12'] }));
    expect(bridge.score(1, [12, 14])).toEqual(bridge.score('1', ['12', '14']));
    expectCode('ERR_BAD_ID', () => bridge.recommend('1', { exclude: [{}] as never }));
    expectCode('ERR_BAD_ID', () => bridge.recommend(Number.NaN));
  });
});
