import type { Recommender } from '../../../contracts/recommender.ts';
import { expectCode, expectRefusal } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** Options of the constructor and of calls. */
export function callOptions<R extends Recommender>({ describe, it, Class, fitted }: RecommenderSuite<R>): void {
  describe('options', () => {
    it('of the constructor must be known', () => {
      expectCode('ERR_BAD_OPTION', () => new Class({ bogus: 1 } as never), "'bogus'");
      expectCode('ERR_BAD_OPTION', () => new Class({ onUnknown: 'ignore' } as never), "'ignore'".replaceAll("'", '"'));
      expectCode('ERR_BAD_OPTION', () => new Class(null as never));
    });
    it('of calls must be known and in range', () => {
      const model = fitted();
      for (const n of [-1, 1.5, Number.NaN, '5', null]) {
        expectCode('ERR_BAD_OPTION', () => model.recommend('u1', { n: n as number }));
        expectCode('ERR_BAD_OPTION', () => model.recommendFor(['i1'], { n: n as number }));
        expectCode('ERR_BAD_OPTION', () => model.recommendMany(['u1'], { n: n as number }));
        expectCode('ERR_BAD_OPTION', () => model.recommendMany(['u1'], { n: () => n as number }));
        expectCode('ERR_BAD_OPTION', () => model.recommendMany([], { n: n as number }));
        if (model.similarItems) expectCode('ERR_BAD_OPTION', () => model.similarItems?.('i1', { n: n as number }));
      }
      expectCode('ERR_BAD_OPTION', () => model.recommend('u1', { k: 3 } as never));
      expectCode('ERR_BAD_OPTION', () => model.recommend('u1', { includeseen: true } as never), "'includeSeen'");
      expectCode('ERR_BAD_OPTION', () => model.recommendMany(['u1'], { k: 3 } as never));
      expectCode('ERR_BAD_OPTION', () => model.score('u1', ['i1'], { n: 3 } as never));
      if (model.similarItems) expectCode('ERR_BAD_OPTION', () => model.similarItems?.('i1', { metric: 'euclid' } as never));
      expectCode('ERR_BAD_ARGUMENT', () => model.recommend('u1', { exclude: 'i1' }));
      expectCode('ERR_BAD_ARGUMENT', () => model.recommend('u1', { only: 3 as never }));
      expectCode('ERR_BAD_ARGUMENT', () => model.recommendMany('u1'));
      expectCode('ERR_BAD_ARGUMENT', () => model.score('u1', 'i1'));
    });
  });
}

/** Options that all families take. */
export function seedsAndThreads<R extends Recommender>({ describe, it, expect, Class }: RecommenderSuite<R>): void {
  describe('options of the constructor', () => {
    it('take a number or a text as seed, and nothing else', async () => {
      for (const seed of [7, -1, 0.5, 'a text', undefined]) expect(() => make2({ seed })).not.toThrow();
      for (const seed of [{}, null, Number.NaN, Number.POSITIVE_INFINITY, true, [1], 1n])
        await expectRefusal('ERR_BAD_OPTION', () => make2({ seed }));
    });
    it('take a number of threads', async () => {
      for (const threads of [1, 4, 'auto', undefined]) expect(() => make2({ threads })).not.toThrow();
      for (const threads of [0, 257, 1.5, 'all', null]) await expectRefusal('ERR_BAD_OPTION', () => make2({ threads }));
    });
    const make2 = (options: object) => new Class(options as never);
  });
}
