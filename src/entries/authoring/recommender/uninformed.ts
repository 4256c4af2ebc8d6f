import type { Recommender } from '../../../contracts/recommender.ts';
import { fromRows } from '../makers.ts';
import type { RecommenderSuite } from './suite.ts';

/** Lists without information. */
export function uninformedLists<R extends Recommender>({ describe, it, expect, make, data }: RecommenderSuite<R>): void {
  describe('a list that carries no information', () => {
    it('says so, and others do not', async () => {
      const model = await make().fit(data);
      const list = model.recommend('u1');
      expect('informed' in list).toBe(list.every(({ score }) => score === 0));
      expect(JSON.parse(JSON.stringify(list))).toEqual(list);
      const odd = await make().fit(
        fromRows([
          ['u', 'a', 0],
          ['u', 'b', 0],
          ['v', 'c', 0],
        ]),
      );
      for (const user of odd.users) {
        const all = odd.recommend(user, { includeSeen: true });
        const isBlank = all.length > 0 && all.every(({ score }) => score === 0);
        expect(all.informed).toBe(isBlank ? false : undefined);
        expect(odd.recommendMany([user], { includeSeen: true }).at(0).informed).toBe(all.informed);
      }
    });
  });
}
