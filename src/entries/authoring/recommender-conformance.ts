import type { Capability, Recommendation, Recommender, UnknownPolicy } from '../../contracts/recommender.ts';
import { Interactions } from '../../data/interactions.ts';
import { AttuneError, type ErrorCode } from '../../errors.ts';
import { yieldNow } from '../../work/yield-now.ts';
import { checkerboard, fromRows, historyOf, hostile, hostileIds, zipf } from './makers.ts';
import { conformanceOfFiles, type Loadable } from './recommender-files-conformance.ts';
import { conformanceOfRules } from './recommender-rules-conformance.ts';
import { suiteOf, type TestRunner } from './test-runner.ts';

/** A family of recommenders, and what it promises beyond the contract that all keep. */
export interface Family<R extends Recommender> {
  /** A new model, not fitted, with settings fit for data of 20 to 60 rows. The options come last in its constructor's options. */
  make(options?: { onUnknown?: UnknownPolicy }): R;
  /** The class, for its constructor and its static `fromBytes` and `load`. */
  Class: Loadable<R>;
  /** Whether lists depend on the user. Default true; false for popularity, whose list also answers an empty history. */
  personal?: boolean;
  /** What it can do; `can` must say the same. Which tests run follows from it: `similarItems` defaults to true, the others to false. */
  can?: Partial<Record<Capability, boolean>>;
}

/** The contract of DESIGN.md as tests; every recommender passes them. Call it inside a `describe`. */
export function recommenderConformance<R extends Recommender>(family: Family<R>, runner: TestRunner): void {
  const { describe, it, beforeAll, expect } = suiteOf(runner);
  const { make, personal = true, can = {} } = family;
  const data = zipf();
  const everyone = [...data.users];
  let model: R;
  let board: R;
  beforeAll(async () => {
    model = await make().fit(data);
    board = await make().fit(checkerboard());
  });
  const seenBy = (user: string) => new Set(historyOf(data, user).map((h) => h.item));

  describe('lists', () => {
    it.runIf(personal)('show first what a user of one camp has not met yet in it', () => {
      for (let k = 0; k < 20; k++) expect(board.recommend(`u${k}`, { n: 1 }).map((r) => r.item)).toEqual([`i${k}`]);
    });
    it.runIf(!personal)('are the same for everyone but for what was seen', () => {
      const all = model.recommend('u0', { n: 1e6, includeSeen: true });
      for (const user of everyone) {
        const seen = seenBy(user);
        expect(model.recommend(user, { n: 1e6 })).toEqual(all.filter((r) => !seen.has(r.item)));
      }
    });
    it('are best first, equal scores in index order, no item twice, never more than n, all scores finite', () => {
      for (const user of everyone) {
        for (const includeSeen of [false, true]) {
          const list = model.recommend(user, { n: 12, includeSeen });
          expect(list.length).toBeLessThanOrEqual(12);
          expectRanked(model, list);
        }
      }
    });
    it('hold ten by default, none for n = 0, and all there is for a huge n', () => {
      expect(model.recommend('u0').length).toBe(Math.min(10, data.itemCount - seenBy('u0').size));
      expect(model.recommend('u0', { n: 0 })).toEqual([]);
      const all = model.recommend('u0', { n: 2 ** 31, includeSeen: true });
      expect(new Set(all.map((r) => r.item)).size).toBe(all.length);
      expect(model.recommend('u0', { n: 3, includeSeen: true })).toEqual(all.slice(0, 3));
    });
    it('know what a user did', () => {
      for (const user of everyone) {
        const known = new Map(model.interactionsOf(user).map((entry) => [entry.item, entry.value]));
        expect(known).toEqual(new Map(historyOf(data, user).map((entry) => [entry.item, entry.value])));
      }
    });
    it('leave out what was seen unless asked', () => {
      for (const user of everyone) {
        const seen = seenBy(user);
        const all = model.recommend(user, { n: 1000, includeSeen: true });
        expect(model.recommend(user, { n: 1000 })).toEqual(all.filter((r) => !seen.has(r.item)));
      }
    });
    it('leave out excluded items, whatever iterable names them, and ignore unknown ids there', () => {
      const all = model.recommend('u1', { n: 1000 });
      const out = all.filter((_, k) => k % 2 === 0).map((r) => r.item);
      const rest = all.filter((_, k) => k % 2 === 1);
      expect(model.recommend('u1', { n: 1000, exclude: out })).toEqual(rest);
      expect(model.recommend('u1', { n: 1000, exclude: new Set([...out, 'no such item', '__proto__']) })).toEqual(rest);
      expect(model.recommend('u1', { n: 1000, exclude: out.values() })).toEqual(rest);
    });
    it('hold only the candidates given, without those seen or excluded', () => {
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
    it('are those of ranking every item as a candidate', async () => {
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

  describe('lists of many', () => {
    it('are the lists of each', () => {
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
      const exclude = function* () {
        yield model.recommend('u2', { n: 1 })[0].item;
      };
      const first = model.recommend('u2', { n: 1 })[0].item;
      expect([...model.recommendMany(['u1', 'u2'], { exclude })]).toEqual(
        ['u1', 'u2'].map((u) => model.recommend(u, { exclude: [first] })),
      );
    });
  });

  describe('a visitor', () => {
    it("with a known user's history gets that user's list", () => {
      for (const user of everyone) {
        expectClose(model.recommendFor(historyOf(data, user), { n: 1000 }), model.recommend(user, { n: 1000 }));
        expectClose(
          model.recommendFor(historyOf(data, user).reverse(), { n: 1000, includeSeen: true, exclude: ['i1'] }),
          model.recommend(user, { n: 1000, includeSeen: true, exclude: ['i1'] }),
        );
      }
    });
    it('may give bare ids, which count as value 1, and unknown ones, which do not count', () => {
      const history = ['i1', 'i4'];
      expect(model.recommendFor(history)).toEqual(model.recommendFor(history.map((item) => ({ item, value: 1 }))));
      expect(model.recommendFor(new Set(history))).toEqual(model.recommendFor(['i4', 'no such item', { item: 'i1' }, 'i4']));
    });
    it.runIf(personal)('of whom nothing is known is an unknown history', () => {
      for (const history of [[], ['no such item'], [{ item: '__proto__', value: 3 }]]) {
        expectCode('ERR_UNKNOWN_HISTORY', () => model.recommendFor(history));
        expect(model.recommendFor(history, { onUnknown: 'empty' })).toEqual([]);
      }
    });
    it.runIf(!personal)('of whom nothing is known gets the list of all', () => {
      expect(model.recommendFor([])).toEqual(model.recommend('u0', { includeSeen: true }));
      expect(model.recommendFor(['no such item'], { n: 3 })).toEqual(model.recommend('u0', { n: 3, includeSeen: true }));
    });
    it('with a history that is none is refused', () => {
      for (const bad of [undefined, null, 'i1', 7, {}]) expectCode('ERR_BAD_ARGUMENT', () => model.recommendFor(bad as never));
      for (const bad of [[null], [{ value: 1 }]]) expectCode('ERR_BAD_ARGUMENT', () => model.recommendFor(bad as never));
      for (const bad of [[1.5], [undefined], [{ item: {} }]]) expectCode('ERR_BAD_ID', () => model.recommendFor(bad as never));
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1e300, '5']) {
        expectCode('ERR_BAD_VALUE', () => model.recommendFor([{ item: 'i1', value: value as number }]));
      }
    });
  });

  describe('unknown ids', () => {
    it('throw by default, with a code and the id in the message', () => {
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
    it("give nothing under onUnknown: 'empty', of the call or of the model", async () => {
      const lenient = await make({ onUnknown: 'empty' }).fit(data);
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
    it('may be strange and still be known', async () => {
      const odd = await make().fit(hostile());
      for (const id of hostileIds) {
        const list = odd.recommend(id, { n: 100 });
        const at = hostileIds.indexOf(id);
        expect(new Set(list.map((r) => r.item))).toEqual(new Set([id, hostileIds[(at + 1) % hostileIds.length]]));
        const visitor = new Map(odd.recommendFor(historyOf(hostile(), id), { n: 100 }).map((r) => [r.item, r.score]));
        for (const { item, score } of list) expect(visitor.get(item)).toBeCloseTo(score, 5);
      }
    });
  });

  describe.runIf(can.similarItems !== false)('likeness', () => {
    it.runIf(can.similarItems !== false)('of items is best first and never the item itself', () => {
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
      for (let k = 0; k < 20; k++) {
        for (const { item } of board.similarItems?.(`i${k}`, { n: 5 }) ?? []) expect(Number(item.slice(1)) % 2).toBe(k % 2);
      }
    });
    it.runIf(can.similarUsers)('of users is best first, never the user, and follows the camps', () => {
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

  describe.runIf(can.explain)('an explanation', () => {
    it('is made of the own items, largest part first, and adds up to the score', () => {
      for (const user of everyone) {
        for (const item of ['i0', 'i7', 'i20'].filter((i) => data.items.has(i))) {
          const why = model.explain?.(user, item);
          const own = new Map(historyOf(data, user).map((h) => [h.item, h.value]));
          expect(why?.score).toBe(model.score(user, [item])[0]);
          const parts = why?.contributions ?? [];
          for (const part of parts) expect(own.get(part.item)).toBe(part.value);
          for (let k = 1; k < parts.length; k++) expect(parts[k].score).toBeLessThanOrEqual(parts[k - 1].score);
          const sum = parts.reduce((s, part) => s + part.score, 0);
          const size = parts.reduce((s, part) => s + Math.abs(part.score), Math.abs(why?.score ?? 0));
          expect(Math.abs(sum - (why?.score ?? 0))).toBeLessThanOrEqual(1e-4 * size + 1e-7);
          expect(model.explain?.(user, item, { n: 1 })?.contributions).toEqual(parts.slice(0, 1));
        }
      }
    });
    it('of unknown ids throws', () => {
      expectCode('ERR_UNKNOWN_USER', () => model.explain?.('nobody', 'i1'));
      expectCode('ERR_UNKNOWN_ITEM', () => model.explain?.('u1', 'nothing'));
    });
  });

  describe('fitting', () => {
    it('is needed first', () => {
      const fresh = make();
      expect(fresh.isFitted).toBe(false);
      for (const call of [
        () => fresh.users,
        () => fresh.items,
        () => fresh.recommend('u'),
        () => fresh.recommendMany(['u']),
        () => fresh.recommendMany([]),
        () => fresh.recommendFor(['i']),
        () => fresh.score('u', ['i']),
        () => fresh.whyNot('u', 'i'),
        () => (fresh.similarItems ? fresh.similarItems('i') : fresh.items),
        () => fresh.toBytes(),
      ]) {
        expectCode('ERR_NOT_FITTED', call, 'fit');
      }
    });
    it('resolves to the model itself, which then knows its ids', async () => {
      const fresh = make();
      expect(await fresh.fit(data)).toBe(fresh);
      expect(fresh.isFitted).toBe(true);
      expect([...fresh.users]).toEqual([...data.users]);
      expect([...fresh.items]).toEqual([...data.items]);
    });
    it('twice gives the same bytes', async () => {
      expect((await make().fit(zipf())).toBytes()).toEqual(model.toBytes());
    });
    it('again replaces what was learned', async () => {
      const again = make();
      await again.fit(checkerboard(6));
      await again.fit(data);
      expect(again.toBytes()).toEqual(model.toBytes());
      expectCode('ERR_UNKNOWN_ITEM', () => again.score('u1', ['no such item']));
    });
    it('keeps nothing of its input by reference', async () => {
      const input = zipf();
      const own = await make().fit(input);
      for (const csr of [input.byUser, input.byItem]) {
        csr.values.fill(9);
        csr.indices.fill(0);
        csr.offsets.fill(0);
      }
      input.values.fill(9);
      input.userIndices.fill(0);
      input.itemIndices.fill(0);
      input.timestamps?.fill(0);
      input.users.add('newcomer');
      input.items.add('novelty');
      expect(own.toBytes()).toEqual(model.toBytes());
      expect([...own.recommendMany(everyone)]).toEqual([...model.recommendMany(everyone)]);
      expect(own.recommendFor(['i1'])).toEqual(model.recommendFor(['i1']));
    });
    it('refuses what are no interactions, none at all, and options it does not know', async () => {
      for (const bad of [undefined, null, [], {}, 'x']) await expectRejection('ERR_BAD_ARGUMENT', make().fit(bad as never));
      await expectRejection('ERR_EMPTY', make().fit(Interactions.fromColumns({ users: [], items: [] })));
      await expectRejection('ERR_BAD_OPTION', make().fit(data, { sgnal: 1 } as never));
      await expectRejection('ERR_BAD_OPTION', make().fit(data, { signal: 1 } as never));
    });
    it('that was aborted before rejects with the reason and leaves the old model', async () => {
      const reason = new Error('changed my mind');
      const old = await make().fit(data);
      await expect(old.fit(checkerboard(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(old.toBytes()).toEqual(model.toBytes());
      const fresh = make();
      await expect(fresh.fit(data, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(fresh.isFitted).toBe(false);
    });
    it('that is aborted in the middle rejects with the reason and leaves the old model', async () => {
      const reason = new Error('enough');
      const old = await make().fit(data);
      const controller = new AbortController();
      const fitting = old.fit(checkerboard(), { signal: controller.signal, onProgress: () => controller.abort(reason) });
      await expect(fitting).rejects.toBe(reason);
      expect(old.toBytes()).toEqual(model.toBytes());
    });
    it('reports progress that grows to its total, and lets other work run', async () => {
      const reports: { phase: string; done: number; total?: number }[] = [];
      let ran = false;
      void yieldNow().then(() => (ran = true));
      await make().fit(data, { onProgress: (p) => reports.push({ ...p }) });
      expect(ran).toBe(true);
      expect(reports.length).toBeGreaterThan(0);
      for (const phase of new Set(reports.map((r) => r.phase))) {
        const own = reports.filter((r) => r.phase === phase);
        for (let k = 1; k < own.length; k++) expect(own[k].done).toBeGreaterThanOrEqual(own[k - 1].done);
        expect(own.at(-1)?.done).toBe(own.at(-1)?.total);
      }
    });
  });

  describe.runIf(can.partialFit)('partialFit', () => {
    const news = fromRows([['u1', 'novelty', 2], ['newcomer', 'i0', 1], ['newcomer', 'i3', 4]]); // biome-ignore format: a table
    it('adds users and items at the end and learns what known users did', async () => {
      const own = await make().fit(data);
      expect(await own.partialFit?.(news)).toBe(own);
      expect([...own.users]).toEqual([...data.users, 'newcomer']);
      expect([...own.items]).toEqual([...data.items, 'novelty']);
      expect(own.recommend('u1', { n: 1000 }).map((r) => r.item)).not.toContain('novelty');
      expectClose(own.recommendFor(historyOf(news, 'newcomer'), { n: 1000 }), own.recommend('newcomer', { n: 1000 }));
      const user = [...historyOf(data, 'u1'), { item: 'novelty', value: 2 }];
      expectClose(own.recommendFor(user, { n: 1000 }), own.recommend('u1', { n: 1000 }));
      expect([...news.users]).toEqual(['u1', 'newcomer']);
    });
    it('that is aborted leaves the model as it was', async () => {
      const own = await make().fit(data);
      const reason = new Error('no');
      await expect(own.partialFit?.(news, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(own.toBytes()).toEqual(model.toBytes());
    });
    it('needs a fitted model', async () => {
      await expectRejection('ERR_NOT_FITTED', make().partialFit?.(news) as Promise<unknown>);
    });
  });

  describe('options', () => {
    it('of the constructor must be known', () => {
      expectCode('ERR_BAD_OPTION', () => new family.Class({ bogus: 1 } as never), "'bogus'");
      expectCode('ERR_BAD_OPTION', () => new family.Class({ onUnknown: 'ignore' } as never), "'ignore'".replaceAll("'", '"'));
      expectCode('ERR_BAD_OPTION', () => new family.Class(null as never));
    });
    it('of calls must be known and in range', () => {
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

  describe('the rules of all families', () => conformanceOfRules(family, data, () => model, runner));

  describe('as a file', () => conformanceOfFiles(family, data, () => model, runner));
}

/** Two pairs of users and four items. */
const blocks = (): [string, string, number][] => [
  ['u1', 'a', 1], ['u1', 'b', 2], ['u2', 'a', 1], ['u2', 'b', 1], ['u3', 'c', 1], ['u3', 'd', 1], ['u4', 'd', 3], ['u4', 'c', 1], ['u5', 'a', 1], ['u5', 'c', 1],
]; // biome-ignore format: a table

function expectRanked(model: Recommender, list: Recommendation[]): void {
  check(new Set(list.map((r) => r.item)).size === list.length, `Expected no item twice, got ${JSON.stringify(list)}`);
  for (const r of list) check(Number.isFinite(r.score), `Expected finite scores, got ${r.score} for ${r.item}`);
  for (let k = 1; k < list.length; k++) {
    const rises = list[k].score > list[k - 1].score;
    const swapped = list[k].score === list[k - 1].score && model.items.indexOf(list[k].item) < model.items.indexOf(list[k - 1].item);
    check(!rises && !swapped, `Expected the best first and equal scores in index order, got ${JSON.stringify(list.slice(k - 1, k + 1))}`);
  }
}

/** The same items with the same scores to 1e-5; items whose scores are that close may change places. */
function expectClose(a: Recommendation[], b: Recommendation[]): void {
  const scores = new Map(b.map((r) => [r.item, r.score]));
  check(a.length === b.length, `Expected ${b.length} items, got ${a.length}`);
  a.forEach(({ item, score }, k) => {
    const size = 1e-5 * Math.max(1, Math.abs(score));
    const other = scores.get(item) ?? Number.NaN;
    check(Math.abs(score - other) <= size, `Expected ${item} with the score ${other}, got ${score}`);
    check(Math.abs(score - b[k].score) <= size, `Expected the score ${b[k].score} in place ${k}, got ${score}`);
  });
}

/** Expects an AttuneError with a code, and a text in its message. */
export function expectCode(code: ErrorCode, call: () => unknown, text = ''): void {
  let caught: unknown;
  try {
    call();
  } catch (error) {
    caught = error;
  }
  checkError(caught, code, text);
}

/** The same of a promise. */
export async function expectRejection(code: ErrorCode, promise: Promise<unknown>): Promise<void> {
  checkError(
    await promise.then(
      () => undefined,
      (error) => error,
    ),
    code,
  );
}

function checkError(caught: unknown, code: ErrorCode, text = ''): void {
  check(caught instanceof AttuneError, `Expected an AttuneError with the code ${code}, got ${caught}`);
  const { code: got, message } = caught as AttuneError;
  check(got === code && message.includes(text), `Expected ${code} with ${JSON.stringify(text)} in its message, got ${got}: ${message}`);
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}
