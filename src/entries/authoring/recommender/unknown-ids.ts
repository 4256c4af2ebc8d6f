import type { Recommender } from '../../../contracts/recommender.ts';
import { historyOf, hostile, hostileIds } from '../makers.ts';
import { expectCode } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** Ids that the model does not know. */
export function unknownIds<R extends Recommender>({
  describe,
  it,
  expect,
  can,
  fitted,
  fittedLenient,
  fittedHostile,
}: RecommenderSuite<R>): void {
  describe('unknown ids', () => {
    it('throw by default, with a code and the id in the message', () => {
      const model = fitted();
      for (const id of ['nobody', '__proto__', '']) {
        expectCode('ERR_UNKNOWN_USER', () => model.recommend(id), JSON.stringify(id));
        expectCode('ERR_UNKNOWN_USER', () => model.recommendMany(['u1', id]), JSON.stringify(id));
        expectCode('ERR_UNKNOWN_USER', () => model.score(id, ['i1']), JSON.stringify(id));
        expectCode('ERR_UNKNOWN_ITEM', () => model.score('u1', ['i1', id]), JSON.stringify(id));
        if (model.similarItems) expectCode('ERR_UNKNOWN_ITEM', () => model.similarItems?.(id), JSON.stringify(id));
        if (can.similarUsers) expectCode('ERR_UNKNOWN_USER', () => model.similarUsers?.(id), JSON.stringify(id));
      }
      expectCode('ERR_UNKNOWN_USER', () => model.recommend('nobody'), "onUnknown: 'empty'");
    });
    it("give nothing under onUnknown: 'empty', of the call or of the model", () => {
      const model = fitted();
      const lenient = fittedLenient();
      for (const [m, o] of [
        [model, { onUnknown: 'empty' }],
        [lenient, {}],
      ] as const) {
        // biome-ignore format: a table
        expect(m.recommend('nobody', o)).toEqual([]);
        expect([...m.recommendMany(['nobody', 'u1'], o)]).toEqual([[], m.recommend('u1')]);
        expect([...m.score('nobody', ['i1', 'i2'], o)]).toEqual([Number.NaN, Number.NaN]);
        expect([...m.score('u1', ['nothing', 'i2'], o)]).toEqual([Number.NaN, m.score('u1', ['i2'])[0]]);
        if (m.similarItems) expect(m.similarItems('nothing', o)).toEqual([]);
        if (can.similarUsers) expect(m.similarUsers?.('nobody', o)).toEqual([]);
        if (can.explain) expect(m.explain?.('nobody', 'i1', o)).toEqual({ score: Number.NaN, contributions: [] });
        if (can.explain) expect(m.explain?.('u1', 'nothing', o)).toEqual({ score: Number.NaN, contributions: [] });
      }
      expectCode('ERR_UNKNOWN_USER', () => lenient.recommend('nobody', { onUnknown: 'throw' }));
    });
    it('may be strange and still be known', () => {
      const odd = fittedHostile();
      for (const id of hostileIds) {
        const list = odd.recommend(id, { n: 100 });
        const at = hostileIds.indexOf(id);
        expect(new Set(list.map((r) => r.item))).toEqual(new Set([id, hostileIds[(at + 1) % hostileIds.length]]));
        const visitor = new Map(odd.recommendFor(historyOf(hostile(), id), { n: 100 }).map((r) => [r.item, r.score]));
        for (const { item, score } of list) expect(visitor.get(item)).toBeCloseTo(score, 5);
      }
    });
  });
}
