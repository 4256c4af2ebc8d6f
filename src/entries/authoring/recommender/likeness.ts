import type { Recommender } from '../../../contracts/recommender.ts';
import { expectRanked } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** Similar items and users. */
export function likeness<R extends Recommender>({
  describe,
  it,
  expect,
  can,
  data,
  everyone,
  fitted,
  fittedBoard,
}: RecommenderSuite<R>): void {
  describe.runIf(can.similarItems !== false)('likeness', () => {
    it.runIf(can.similarItems !== false)('of items is best first and never the item itself', () => {
      const model = fitted();
      for (const item of data.items) {
        const list = model.similarItems?.(item, { n: 1000 }) ?? [];
        expect(list.map((r) => r.item)).not.toContain(item);
        expectRanked(model, list);
        expect(model.similarItems?.(item, { n: 3 })).toEqual(list.slice(0, 3));
        const out = list.slice(0, 2).map((r) => r.item);
        expect(model.similarItems?.(item, { n: 1000, exclude: [...out, 'no such item'] })).toEqual(list.slice(2));
        expect(model.similarItems?.(item, { n: 1000, only: [...out, item] })).toEqual(list.slice(0, 2));
      }
      expect(model.similarItems?.('i1', { n: 0 })).toEqual([]);
    });
    it.runIf(can.similarItems !== false)('of items follows the camps', () => {
      const board = fittedBoard();
      for (let k = 0; k < 20; k++) {
        for (const { item } of board.similarItems?.(`i${k}`, { n: 5 }) ?? []) expect(Number(item.slice(1)) % 2).toBe(k % 2);
      }
    });
    it.runIf(can.similarUsers)('of users is best first, never the user, and follows the camps', () => {
      const model = fitted();
      const board = fittedBoard();
      for (const user of everyone) {
        const list = model.similarUsers?.(user, { n: 1000 }) ?? [];
        expect(list.map((r) => r.user)).not.toContain(user);
        for (let k = 1; k < list.length; k++) expect(list[k].score).toBeLessThanOrEqual(list[k - 1].score);
      }
      const camp = board.similarUsers?.('u3', { n: 5, exclude: ['u5'] }) ?? [];
      expect(camp.length).toBe(5);
      for (const { user } of camp) expect(Number(user.slice(1)) % 2).toBe(1);
    });
  });
}
