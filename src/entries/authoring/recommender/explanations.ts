import type { Recommender } from '../../../contracts/recommender.ts';
import { historyOf } from '../makers.ts';
import { expectCode } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** What a score is made of. */
export function explanations<R extends Recommender>({ describe, it, expect, can, data, everyone, fitted }: RecommenderSuite<R>): void {
  describe.runIf(can.explain)('an explanation', () => {
    it('is made of the own items, largest part first, and adds up to the score', () => {
      const model = fitted();
      for (const user of everyone) {
        for (const item of ['i0', 'i7', 'i20'].filter((i) => data.items.has(i))) {
          const why = model.explain?.(user, item);
          const own = new Map(historyOf(data, user).map((h) => [h.item, h.value]));
          expect(why?.score).toBe(model.score(user, [item])[0]);
          const parts = why?.contributions ?? [];
          for (const part of parts) expect(own.get(part.item)).toBe(part.value);
          for (let k = 1; k < parts.length; k++) expect(parts[k].score).toBeLessThanOrEqual(parts[k - 1].score);
          const sum = parts.reduce((s, part) => s + part.score, why?.baseline ?? 0);
          const size = parts.reduce((s, part) => s + Math.abs(part.score), Math.abs(why?.score ?? 0));
          expect(Math.abs(sum - (why?.score ?? 0))).toBeLessThanOrEqual(1e-4 * size + 1e-7);
          expect(model.explain?.(user, item, { n: 1 })?.contributions).toEqual(parts.slice(0, 1));
        }
      }
    });
    it('of unknown ids throws', () => {
      const model = fitted();
      expectCode('ERR_UNKNOWN_USER', () => model.explain?.('nobody', 'i1'));
      expectCode('ERR_UNKNOWN_ITEM', () => model.explain?.('u1', 'nothing'));
    });
  });
}
