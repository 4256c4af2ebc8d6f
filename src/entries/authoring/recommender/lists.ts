import type { Recommender } from '../../../contracts/recommender.ts';
import { fromRows, historyOf } from '../makers.ts';
import { blocks, expectRanked } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** Order and length of lists. */
export function lists<R extends Recommender>({
  describe,
  it,
  expect,
  personal,
  data,
  everyone,
  fitted,
  fittedBoard,
  seenBy,
}: RecommenderSuite<R>): void {
  describe('lists', () => {
    it.runIf(personal)('show first what a user of one camp has not met yet in it', () => {
      const board = fittedBoard();
      for (let k = 0; k < 20; k++) expect(board.recommend(`u${k}`, { n: 1 }).map((r) => r.item)).toEqual([`i${k}`]);
    });
    it.runIf(!personal)('are the same for everyone but for what was seen', () => {
      const model = fitted();
      const all = model.recommend('u0', { n: 1e6, includeSeen: true });
      for (const user of everyone) {
        const seen = seenBy(user);
        expect(model.recommend(user, { n: 1e6 })).toEqual(all.filter((r) => !seen.has(r.item)));
      }
    });
    it('are best first, equal scores in index order, no item twice, never more than n, all scores finite', () => {
      const model = fitted();
      for (const user of everyone) {
        for (const includeSeen of [false, true]) {
          const list = model.recommend(user, { n: 12, includeSeen });
          expect(list.length).toBeLessThanOrEqual(12);
          expectRanked(model, list);
        }
      }
    });
    it('hold ten by default, none for n = 0, and all there is for a huge n', () => {
      const model = fitted();
      expect(model.recommend('u0').length).toBe(Math.min(10, data.itemCount - seenBy('u0').size));
      expect(model.recommend('u0', { n: 0 })).toEqual([]);
      const all = model.recommend('u0', { n: 2 ** 31, includeSeen: true });
      expect(new Set(all.map((r) => r.item)).size).toBe(all.length);
      expect(model.recommend('u0', { n: 3, includeSeen: true })).toEqual(all.slice(0, 3));
    });
    it('know what a user did', () => {
      const model = fitted();
      for (const user of everyone) {
        const known = new Map(model.interactionsOf(user).map((entry) => [entry.item, entry.value]));
        expect(known).toEqual(new Map(historyOf(data, user).map((entry) => [entry.item, entry.value])));
      }
    });
  });
}

/** What lists leave out. */
export function listFilters<R extends Recommender>({ describe, it, expect, everyone, fitted, seenBy }: RecommenderSuite<R>): void {
  describe('lists', () => {
    it('leave out what was seen unless asked', () => {
      const model = fitted();
      for (const user of everyone) {
        const seen = seenBy(user);
        const all = model.recommend(user, { n: 1000, includeSeen: true });
        expect(model.recommend(user, { n: 1000 })).toEqual(all.filter((r) => !seen.has(r.item)));
      }
    });
    it('leave out excluded items, whatever iterable names them, and ignore unknown ids there', () => {
      const model = fitted();
      const all = model.recommend('u1', { n: 1000 });
      const out = all.filter((_, k) => k % 2 === 0).map((r) => r.item);
      const rest = all.filter((_, k) => k % 2 === 1);
      expect(model.recommend('u1', { n: 1000, exclude: out })).toEqual(rest);
      expect(model.recommend('u1', { n: 1000, exclude: new Set([...out, 'no such item', '__proto__']) })).toEqual(rest);
      expect(model.recommend('u1', { n: 1000, exclude: out.values() })).toEqual(rest);
    });
    it('hold only the candidates given, without those seen or excluded', () => {
      const model = fitted();
      const all = model.recommend('u1', { n: 1000 });
      const seen = [...seenBy('u1')];
      const some = all.filter((_, k) => k % 3 === 0);
      const only = [...some.map((r) => r.item).reverse(), ...seen, 'no such item', some[0].item];
      expect(model.recommend('u1', { n: 1000, only })).toEqual(some);
      expect(model.recommend('u1', { n: 2, only })).toEqual(some.slice(0, 2));
      expect(model.recommend('u1', { n: 1000, only, exclude: [some[0].item] })).toEqual(some.slice(1));
      expect(new Set(model.recommend('u1', { n: 1000, only, includeSeen: true }).map((r) => r.item))).toEqual(
        new Set([...some.map((r) => r.item), ...seen]),
      );
      expect(model.recommend('u1', { only: [] })).toEqual([]);
      expect(model.recommend('u1', { only: ['no such item'] })).toEqual([]);
    });
  });
}

/** Lists compared with scores, and of data at the edge. */
export function listsAndScores<R extends Recommender>({ describe, it, expect, make, everyone, fitted }: RecommenderSuite<R>): void {
  describe('lists', () => {
    it('are those of ranking every item as a candidate', async () => {
      const model = fitted();
      const odd = await make().fit(
        fromRows([
          ...blocks(),
          ['u9', 'a', 0],
          ['u9', 'b', -2],
          ['u9', 'c', 2],
          ['u8', 'a', 0],
          ['u8', 'b', 0],
          ['u8', 'c', 0],
          ['u8', 'd', 0],
        ]),
      );
      for (const m of [model, odd]) {
        for (const user of m.users) {
          for (const n of [1, 3, 1000]) {
            expect(m.recommend(user, { n, includeSeen: true })).toEqual(m.recommend(user, { n, includeSeen: true, only: m.items }));
            expect(m.recommend(user, { n })).toEqual(m.recommend(user, { n, only: m.items }));
          }
        }
      }
    });
    it('are empty for a user who has seen everything', async () => {
      const full = await make().fit(fromRows([...blocks(), ...['a', 'b', 'c', 'd'].map((i) => ['all', i, 1] as [string, string, number])]));
      expect(full.recommend('all')).toEqual([]);
      expect(full.recommend('all', { includeSeen: true }).length).toBe(4);
    });
    it('have the scores that score() gives, in the order asked', () => {
      const model = fitted();
      for (const user of everyone.slice(0, 20)) {
        const list = model.recommend(user, { n: 1000, includeSeen: true });
        const items = list.map((r) => r.item).reverse();
        expect([...model.score(user, items)]).toEqual(list.map((r) => r.score).reverse());
        expect([...model.score(user, [items[0], items[0]])]).toEqual([list.at(-1)?.score, list.at(-1)?.score]);
      }
      expect(model.score('u0', [])).toEqual(new Float32Array(0));
    });
    it('stay finite on values of zero and below', async () => {
      const odd = await make().fit(fromRows([...blocks(), ['u9', 'a', 0], ['u9', 'b', -2], ['u8', 'c', 0]]));
      for (const user of odd.users) expectRanked(odd, odd.recommend(user, { n: 100, includeSeen: true }));
    });
    it('come for a single user with a single item', async () => {
      const tiny = await make().fit(fromRows([['u', 'a', 3]]));
      expect(tiny.recommend('u')).toEqual([]);
      expect(tiny.recommend('u', { includeSeen: true }).map((r) => r.item)).toEqual(['a']);
    });
  });
}
