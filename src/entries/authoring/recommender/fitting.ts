import type { Recommender } from '../../../contracts/recommender.ts';
import { Interactions } from '../../../data/interactions.ts';
import { yieldNow } from '../../../work/yield-now.ts';
import { checkerboard, zipf } from '../makers.ts';
import { expectCode, expectRejection } from './checks.ts';
import type { RecommenderSuite } from './suite.ts';

/** Fitting, and what it leaves of the input. */
export function fitting<R extends Recommender>({ describe, it, expect, make, data, everyone, fitted }: RecommenderSuite<R>): void {
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
    it('resolves to the model itself, which then knows its ids, and gives the same bytes every time', async () => {
      const fresh = make();
      expect(await fresh.fit(zipf())).toBe(fresh);
      expect(fresh.isFitted).toBe(true);
      expect([...fresh.users]).toEqual([...data.users]);
      expect([...fresh.items]).toEqual([...data.items]);
      expect(fresh.toBytes()).toEqual(fitted().toBytes());
    });
    it('again replaces what was learned', async () => {
      const model = fitted();
      const again = make();
      await again.fit(checkerboard(6));
      await again.fit(data);
      expect(again.toBytes()).toEqual(model.toBytes());
      expectCode('ERR_UNKNOWN_ITEM', () => again.score('u1', ['no such item']));
    });
    it('keeps nothing of its input by reference', async () => {
      const model = fitted();
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
  });
}

/** Input that is refused, work that is aborted, and progress. */
export function fittingInterrupted<R extends Recommender>({ describe, it, expect, make, data, fitted }: RecommenderSuite<R>): void {
  describe('fitting', () => {
    it('refuses what are no interactions, none at all, and options it does not know', async () => {
      for (const bad of [undefined, null, [], {}, 'x']) await expectRejection('ERR_BAD_ARGUMENT', make().fit(bad as never));
      await expectRejection('ERR_EMPTY', make().fit(Interactions.fromColumns({ users: [], items: [] })));
      await expectRejection('ERR_BAD_OPTION', make().fit(data, { sgnal: 1 } as never));
      await expectRejection('ERR_BAD_OPTION', make().fit(data, { signal: 1 } as never));
    });
    it('reports progress that grows to its total, lets other work run, and leaves the model as it was when it is aborted', async () => {
      const reports: { phase: string; done: number; total?: number }[] = [];
      let ran = false;
      void yieldNow().then(() => (ran = true));
      const old = await make().fit(data, { onProgress: (p) => reports.push({ ...p }) });
      expect(ran).toBe(true);
      expect(reports.length).toBeGreaterThan(0);
      for (const phase of new Set(reports.map((r) => r.phase))) {
        const own = reports.filter((r) => r.phase === phase);
        for (let k = 1; k < own.length; k++) expect(own[k].done).toBeGreaterThanOrEqual(own[k - 1].done);
        expect(own.at(-1)?.done).toBe(own.at(-1)?.total);
      }
      const before = fitted().toBytes();
      const reason = new Error('changed my mind');
      await expect(old.fit(checkerboard(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(old.toBytes()).toEqual(before);
      const middle = new AbortController();
      const fitting = old.fit(checkerboard(), { signal: middle.signal, onProgress: () => middle.abort(reason) });
      await expect(fitting).rejects.toBe(reason);
      expect(old.toBytes()).toEqual(before);
    });
    it('that was aborted before it began leaves a new model not fitted', async () => {
      const reason = new Error('changed my mind');
      const fresh = make();
      await expect(fresh.fit(data, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(fresh.isFitted).toBe(false);
    });
  });
}
