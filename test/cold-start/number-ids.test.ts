import { AlsRecommender, contentBridge, Interactions, SemanticIndex, segmentPopularity } from 'attune';
import { epsilonGreedy, linUcb, thompsonSampling } from 'attune/cold-start';
import { describe, expect, it } from 'vitest';
import { expectCode } from '../support/conformance.ts';

const rows = [[1, 10], [1, 11], [2, 10], [2, 12], [3, 11], [3, 12], [3, 13]].map(([user, item]) => ({ user, item })); // biome-ignore format: a table

describe('Numbers given as ids', () => {
  it('mean their digits as arms of bandits, whose states keep text', () => {
    for (const open of [() => thompsonSampling(), () => epsilonGreedy(), () => linUcb({ dimensions: 1 })]) {
      const [numbers, texts] = [open(), open()];
      const context = [1];
      numbers.update(1, 1, { context });
      numbers.update(2n, 0, { context });
      texts.update('1', 1, { context });
      texts.update('2', 0, { context });
      expect(numbers.toJSON()).toEqual(texts.toJSON());
      const chosen = numbers.choose([1, 2n, '1', 3], { n: 9, context });
      expect(chosen).toEqual(texts.choose(['1', '2', '3'], { n: 9, context }));
      expect(chosen.map(({ item }) => item).sort()).toEqual(['1', '2', '3']);
      for (const none of [1.5, Number.NaN, {}, null, ''] as never[]) {
        expectCode('ERR_BAD_ID', () => open().update(none, 1, { context }));
        expectCode('ERR_BAD_ARGUMENT', () => open().choose(['a', none], { context }));
      }
    }
  });
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
