import type { Recommender } from '../../../contracts/recommender.ts';
import { historyOf } from '../makers.ts';
import { expectClose, expectCode, expectRefusal } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** Lists for histories. */
export function visitors<R extends Recommender>({ describe, it, expect, personal, data, everyone, fitted }: RecommenderSuite<R>): void {
  describe('a visitor', () => {
    it("with a known user's history gets that user's list", () => {
      const model = fitted();
      for (const user of everyone) {
        expectClose(model.recommendFor(historyOf(data, user), { n: 1000 }), model.recommend(user, { n: 1000 }));
        expectClose(
          model.recommendFor(historyOf(data, user).reverse(), { n: 1000, includeSeen: true, exclude: ['i1'] }),
          model.recommend(user, { n: 1000, includeSeen: true, exclude: ['i1'] }),
        );
      }
    });
    it('may give bare ids, which count as value 1, and unknown ones, which do not count', () => {
      const model = fitted();
      const history = ['i1', 'i4'];
      expect(model.recommendFor(history)).toEqual(model.recommendFor(history.map((item) => ({ item, value: 1 }))));
      expect(model.recommendFor(new Set(history))).toEqual(model.recommendFor(['i4', 'no such item', { item: 'i1' }, 'i4']));
    });
    it.runIf(personal)('of whom nothing is known is an unknown history', () => {
      const model = fitted();
      for (const history of [[], ['no such item'], [{ item: '__proto__', value: 3 }]]) {
        expectCode('ERR_UNKNOWN_HISTORY', () => model.recommendFor(history));
        expect(model.recommendFor(history, { onUnknown: 'empty' })).toEqual([]);
      }
    });
    it.runIf(!personal)('of whom nothing is known gets the list of all', () => {
      const model = fitted();
      expect(model.recommendFor([])).toEqual(model.recommend('u0', { includeSeen: true }));
      expect(model.recommendFor(['no such item'], { n: 3 })).toEqual(model.recommend('u0', { n: 3, includeSeen: true }));
    });
    it('with a history that is none is refused', () => {
      const model = fitted();
      for (const bad of [undefined, null, 'i1', 7, {}]) expectCode('ERR_BAD_ARGUMENT', () => model.recommendFor(bad as never));
      for (const bad of [[null], [{ value: 1 }]]) expectCode('ERR_BAD_ARGUMENT', () => model.recommendFor(bad as never));
      for (const bad of [[1.5], [undefined], [{ item: {} }]]) expectCode('ERR_BAD_ID', () => model.recommendFor(bad as never));
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300, '5']) {
        expectCode('ERR_BAD_VALUE', () => model.recommendFor([{ item: 'i1', value: value as number }]));
      }
    });
  });
}

/** Histories with times. */
export function historiesInTime<R extends Recommender>({ describe, it, expect, fitted }: RecommenderSuite<R>): void {
  describe('a history', () => {
    it('counts in time order, whatever order it is given in', () => {
      const late = [
        { item: 'i1', value: 5, timestamp: 3000 },
        { item: 'i2', value: 2, timestamp: new Date(1000) },
        { item: 'i1', value: 1, timestamp: '1970-01-01T00:00:02Z' },
      ];
      expect(fitted().recommendFor(late, { n: 9 })).toEqual(
        fitted().recommendFor(
          ['i2', 'i1'].map((item) => ({ item, value: item === 'i1' ? 5 : 2 })),
          { n: 9 },
        ),
      );
    });
    it('with a time that is none is refused', async () => {
      for (const timestamp of ['yesterday', Number.NaN, {}] as never[]) {
        await expectRefusal('ERR_BAD_VALUE', () => fitted().recommendFor([{ item: 'i1', timestamp }]));
      }
    });
  });
}
