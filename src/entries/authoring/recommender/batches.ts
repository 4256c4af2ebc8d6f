import type { Recommender } from '../../../contracts/recommender.ts';
import type { RecommenderSuite } from './suite.ts';

/** Lists of many users at once. */
export function listsOfMany<R extends Recommender>({ describe, it, expect, data, everyone, fitted }: RecommenderSuite<R>): void {
  describe('lists of many', () => {
    it('are the lists of each', () => {
      const model = fitted();
      const batch = model.recommendMany(everyone, { n: 7 });
      expect(batch.users).toEqual(everyone);
      expect([...batch]).toEqual(everyone.map((user) => model.recommend(user, { n: 7 })));
      expect(batch.at(3)).toEqual(model.recommend(everyone[3], { n: 7 }));
      expect(batch.items).toBeInstanceOf(Int32Array);
      expect(batch.scores).toBeInstanceOf(Float32Array);
      expect(batch.offsets.length).toBe(everyone.length + 1);
      expect([...model.recommendMany([])]).toEqual([]);
    });
    it('take options of each user, and iterables that can be read only once', () => {
      const model = fitted();
      const exclude = (user: string) => [`i${user.length}`, 'no such item'];
      const n = (user: string) => user.length + 1;
      const includeSeen = (user: string) => user.endsWith('1');
      const only = (user: string) => (user.endsWith('2') ? ['i1', 'i2', 'i9'] : [...data.items]);
      const each = (user: string) =>
        model.recommend(user, { n: n(user), exclude: exclude(user), includeSeen: includeSeen(user), only: only(user) });
      expect([...model.recommendMany(everyone, { n, exclude, includeSeen, only })]).toEqual(everyone.map(each));
      expect([...model.recommendMany(everyone, { exclude: ['i0', 'i3'].values(), only: ['i0', 'i1', 'i2', 'i3'].values() })]).toEqual(
        everyone.map((user) => model.recommend(user, { exclude: ['i0', 'i3'], only: ['i0', 'i1', 'i2', 'i3'] })),
      );
    });
    it('may be asked for while another list is being made', () => {
      const model = fitted();
      const exclude = function* () {
        yield model.recommend('u2', { n: 1 })[0].item;
      };
      const first = model.recommend('u2', { n: 1 })[0].item;
      expect([...model.recommendMany(['u1', 'u2'], { exclude })]).toEqual(
        ['u1', 'u2'].map((u) => model.recommend(u, { exclude: [first] })),
      );
    });
  });
}
