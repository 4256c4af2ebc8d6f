import { type DataStoreSuite, newRows, streamOf } from './suite.ts';

/** Calls that fail, are aborted or refused, and streams that are read while rows change. */
export function allOrNothing({ describe, it, expect, code, open, filled }: DataStoreSuite): void {
  describe('all or nothing', () => {
    it('a source that fails leaves the old state', async () => {
      const { interactions, products } = await filled();
      const failing = async function* () {
        yield* newRows(5);
        throw new Error('the file ends here');
      };
      await expect(interactions.putMany(failing())).rejects.toThrow('the file ends here');
      await expect(products.putMany(failing())).rejects.toThrow('the file ends here');
      expect(await interactions.count()).toBe(4);
      expect(await products.count()).toBe(3);
      expect(await interactions.putMany(newRows(1))).toMatchObject({ inserted: 1 });
    });

    it('an abort rejects with its reason and leaves the old state', async () => {
      const { interactions } = await filled();
      const reason = new Error('stop');
      const controller = new AbortController();
      await expect(interactions.putMany(newRows(5), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      const put = interactions.putMany(newRows(40_000), {
        signal: controller.signal,
        onProgress: (p) => p.done > 20_000 && controller.abort(reason),
      });
      await expect(put).rejects.toBe(reason);
      expect(await interactions.count()).toBe(4);
      expect(await interactions.putMany(newRows(1))).toMatchObject({ inserted: 1 });
    });

    it('progress says what is done and how much there is', async () => {
      const { interactions } = await filled();
      const seen: { phase: string; done: number; total?: number }[] = [];
      await interactions.putMany(streamOf(newRows(20_000)), { onProgress: (p) => seen.push(p as never) });
      expect(seen[0]).toEqual({ phase: 'reading', done: 16_384 });
      expect(seen.at(-1)).toMatchObject({ done: 20_000, total: 20_000 });
    });

    it('a stream that is being read goes on while rows come and go', async () => {
      const store = await open();
      await store.interactions.putMany(
        Array.from({ length: 10_000 }, (_, k) => ({ user: `u${k}`, item: 'x', value: 1 })),
        { unknownProducts: 'stub' },
      );
      const seen: number[] = [];
      for await (const row of store.interactions.all()) {
        seen.push(row.id);
        if (seen.length === 10) {
          await store.interactions.putMany([{ user: 'late', item: 'x', value: 1 }]);
          await store.interactions.delete({ last: 2 });
          await store.interactions.delete({ users: ['u9000'] });
        }
      }
      expect(seen).toHaveLength(9998);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    });

    it('what cannot be iterated, and options that are not known, are refused', async () => {
      const { products, interactions, events } = await open();
      for (const rows of [undefined, null, 5, 'B01', {}] as never[]) {
        await expect(products.putMany(rows)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
        await expect(interactions.putMany(rows)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
        await expect(events.appendMany(rows)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
        await expect(products.getMany(rows)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      }
      for (const options of [{ unknownProduct: 'stub' }, { unknownProducts: 'make' }, { onConflict: 'oldest' }] as never[]) {
        await expect(interactions.putMany([], options)).rejects.toEqual(code('ERR_BAD_OPTION'));
      }
      expect(await interactions.putMany([])).toEqual({ inserted: 0, updated: 0, rejected: [] });
    });
  });
}
