import type { Recommender } from '../../../contracts/recommender.ts';
import { fromRows, historyOf } from '../makers.ts';
import { expectClose, expectRejection } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** Taking in new interactions. */
export function partialFits<R extends Recommender>({
  describe,
  it,
  beforeAll,
  expect,
  make,
  can,
  data,
  fitted,
}: RecommenderSuite<R>): void {
  describe.runIf(can.partialFit)('partialFit', () => {
    const news = fromRows([['u1', 'novelty', 2], ['newcomer', 'i0', 1], ['newcomer', 'i3', 4]]); // biome-ignore format: a table
    let own: R;
    beforeAll(async () => {
      own = await make().fit(data);
    });
    it('that is aborted leaves the model as it was', async () => {
      const reason = new Error('no');
      await expect(own.partialFit?.(news, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(own.toBytes()).toEqual(fitted().toBytes());
    });
    it('adds users and items at the end and learns what known users did', async () => {
      expect(await own.partialFit?.(news)).toBe(own);
      expect([...own.users]).toEqual([...data.users, 'newcomer']);
      expect([...own.items]).toEqual([...data.items, 'novelty']);
      expect(own.recommend('u1', { n: 1000 }).map((r) => r.item)).not.toContain('novelty');
      expectClose(own.recommendFor(historyOf(news, 'newcomer'), { n: 1000 }), own.recommend('newcomer', { n: 1000 }));
      const user = [...historyOf(data, 'u1'), { item: 'novelty', value: 2 }];
      expectClose(own.recommendFor(user, { n: 1000 }), own.recommend('u1', { n: 1000 }));
      expect([...news.users]).toEqual(['u1', 'newcomer']);
    });
    it('needs a fitted model', async () => {
      await expectRejection('ERR_NOT_FITTED', make().partialFit?.(news) as Promise<unknown>);
    });
  });
}
