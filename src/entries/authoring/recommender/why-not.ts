import type { Recommender } from '../../../contracts/recommender.ts';
import { historyOf } from '../makers.ts';
import type { RecommenderSuite } from './suite.ts';

/** Why an item is not in a list. */
export function whyNot<R extends Recommender>({ describe, it, expect, data, everyone, fitted }: RecommenderSuite<R>): void {
  describe('whyNot', () => {
    it('agrees with the list it is about, for users and for histories', () => {
      for (const user of everyone.slice(0, 12)) {
        for (const options of [
          { n: 3 },
          { n: 3, includeSeen: true },
          { n: 2, exclude: ['i0', 'i5'], only: ['i0', 'i1', 'i2', 'i3', 'i5', 'i8'] },
        ]) {
          const history = historyOf(data, user);
          for (const [who, ask] of [
            [user, (more: object) => fitted().recommend(user, { ...options, ...more })],
            [history, (more: object) => fitted().recommendFor(history, { ...options, ...more })],
          ] as const) {
            const list = ask({});
            const all = ask({ n: 1e6 });
            for (const item of data.items) {
              const why = fitted().whyNot(who, item, options);
              const at = all.findIndex((entry) => entry.item === item);
              expect(list.some((entry) => entry.item === item)).toBe(why.reason === 'listed');
              if (why.reason === 'listed' || why.reason === 'rank') {
                expect(why).toEqual({ reason: at < options.n ? 'listed' : 'rank', rank: at + 1, score: all[at].score, n: options.n });
              } else {
                expect(at).toBe(-1);
                const seen = history.find((entry) => entry.item === item);
                const { exclude, only } = options as { exclude?: string[]; only?: string[] };
                if (exclude?.includes(item)) expect(why).toEqual({ reason: 'excluded' });
                else if (only && !only.includes(item)) expect(why).toEqual({ reason: 'not-in-only' });
                else expect(why).toEqual(seen ? { reason: 'seen', value: seen.value } : { reason: 'no-score' });
              }
            }
          }
        }
      }
    });
    it('names unknown ids instead of throwing', () => {
      expect(fitted().whyNot('nobody', 'i1')).toEqual({ reason: 'unknown-user' });
      expect(fitted().whyNot('u1', 'nothing')).toEqual({ reason: 'unknown-item' });
      expect(fitted().whyNot(['nothing'], 'i1').reason).toBe(fitted().can('foldIn') ? 'unknown-history' : 'listed');
    });
  });
}
