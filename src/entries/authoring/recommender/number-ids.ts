import type { Recommender } from '../../../contracts/recommender.ts';
import { Interactions } from '../../../data/interactions.ts';
import { expectRefusal } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** Ids that are numbers. */
export function numberIds<R extends Recommender>({ describe, it, beforeAll, expect, make }: RecommenderSuite<R>): void {
  describe('ids that are numbers', () => {
    const rows = [[1, 10], [1, 11], [2, 10], [2, 12], [3, 11], [3, 12], [3, 13]]; // biome-ignore format: a table
    let model: R;
    beforeAll(async () => {
      model = await make().fit(await Interactions.from(rows.map(([user, item], timestamp) => ({ user, item, timestamp }))));
    });
    it('mean their digits wherever ids are given', () => {
      expect(model.recommend(1)).toEqual(model.recommend('1'));
      expect(model.recommend(1n)).toEqual(model.recommend('1'));
      expect(model.recommend('1', { exclude: [12] }).map(({ item }) => item)).toEqual(['13']);
      expect(new Set(model.recommend('1', { only: [12, 13] }).map(({ item }) => item))).toEqual(new Set(['12', '13']));
      const asked: string[] = [];
      const exclude = (user: string) => [asked.push(user) > 0 ? 12 : 0];
      expect([...model.recommendMany([1, 2], { exclude })]).toEqual([...model.recommendMany(['1', '2'], { exclude: ['12'] })]);
      expect(asked).toEqual(['1', '2']);
      expect(model.recommendMany([1, 2]).users).toEqual(['1', '2']);
      expect(model.recommendFor([10, { item: 11 }])).toEqual(model.recommendFor(['10', { item: '11' }]));
      expect(model.score(1, [12])).toEqual(model.score('1', ['12']));
      expect(model.interactionsOf(1)).toEqual(model.interactionsOf('1'));
      expect(model.whyNot(1, 10)).toEqual({ reason: 'seen', value: 1 });
      expect(model.similarItems?.(12, { exclude: [10] })).toEqual(model.similarItems?.('12', { exclude: ['10'] }));
      expect(model.similarUsers?.(1, { only: [2] })).toEqual(model.similarUsers?.('1', { only: ['2'] }));
      expect(model.explain?.(1, 12)).toEqual(model.explain?.('1', '12'));
      expect(model.explainMany?.(1, [12])).toEqual(model.explainMany?.('1', ['12']));
    });
    it('are refused when they are no ids, never passed over', async () => {
      for (const bad of [12.5, {}, null, undefined, Number.NaN, 2 ** 53, true] as never[]) {
        const codes = bad === undefined || bad === null || typeof bad === 'object' ? ['ERR_BAD_ID', 'ERR_BAD_ARGUMENT'] : ['ERR_BAD_ID'];
        for (const onUnknown of ['throw', 'empty'] as const) {
          await expectRefusal('ERR_BAD_ID', () => model.recommend(bad, { onUnknown }));
          await expectRefusal('ERR_BAD_ID', () => model.recommendMany([bad], { onUnknown }));
          await expectRefusal('ERR_BAD_ID', () => model.recommend('1', { exclude: [bad], onUnknown }));
          await expectRefusal('ERR_BAD_ID', () => model.recommend('1', { only: ['12', bad], onUnknown }));
          await expectRefusal('ERR_BAD_ID', () => model.recommendMany(['1'], { exclude: () => [bad], onUnknown }));
          await expectRefusal('ERR_BAD_ID', () => model.score('1', [bad], { onUnknown }));
          await expectRefusal(codes, () => model.recommendFor(['10', bad], { onUnknown }));
          await expectRefusal('ERR_BAD_ID', () => model.recommendFor([{ item: bad ?? Number.NaN }], { onUnknown }));
          await expectRefusal('ERR_BAD_ID', () => model.whyNot('1', bad, { onUnknown }));
          if (model.similarItems) await expectRefusal('ERR_BAD_ID', () => model.similarItems?.(bad, { onUnknown }));
          if (model.explain) await expectRefusal('ERR_BAD_ID', () => model.explain?.('1', bad, { onUnknown }));
        }
      }
    });
  });
}
