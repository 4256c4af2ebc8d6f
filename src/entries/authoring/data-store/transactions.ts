import { type DataStoreSuite, newRows, rowsOf, streamOf } from './suite.ts';

/** Transactions. */
export function transactions({ describe, it, expect, code, filled }: DataStoreSuite): void {
  describe('transactions', () => {
    it('a transaction is kept when its work resolves, and undone when it rejects', async () => {
      const store = await filled();
      const answer = await store.transaction(async (inside) => {
        await inside.products.putMany([{ item: 'B04' }]);
        await inside.interactions.putMany(newRows(3));
        expect(await inside.interactions.count()).toBe(7);
        return 42;
      });
      expect(answer).toBe(42);
      const failed = store.transaction(async (inside) => {
        await inside.products.delete({ first: 2 });
        await inside.events.append({ user: 'u', type: 'a' });
        await inside.interactions.putMany(streamOf(newRows(3, 10)), { unknownProducts: 'stub' });
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      expect(await rowsOf(store.products.all())).toMatchObject([{ item: 'B01' }, { item: 'B02' }, { item: 'B03' }, { item: 'B04' }]);
      expect(await store.interactions.count()).toBe(7);
      expect(await store.events.count()).toBe(0);
      await expect(store.transaction('work' as never)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    });

    it('calls at the same time inside a transaction all count', async () => {
      const store = await filled();
      await store.transaction(async (inside) => {
        await Promise.all([
          inside.interactions.putMany(newRows(3)),
          inside.events.append({ user: 'u', type: 'a' }),
          inside.interactions.putMany(newRows(3, 3)),
          inside.products.putMany([{ item: 'B04' }]),
        ]);
      });
      expect(await store.interactions.count()).toBe(10);
      expect(await store.products.count()).toBe(4);
      expect(await store.events.count()).toBe(1);
    });

    it('what fails inside a transaction fails alone when the work goes on', async () => {
      const store = await filled();
      await store.transaction(async (inside) => {
        await inside.interactions.putMany(newRows(1));
        await inside
          .transaction(async (deeper) => {
            await deeper.interactions.putMany(newRows(5, 1));
            throw new Error('no');
          })
          .catch(() => {});
        await inside.transaction((deeper) => deeper.interactions.putMany(newRows(1, 20)));
      });
      expect((await rowsOf(store.interactions.all())).slice(4).map(({ user }) => user)).toEqual(['n0', 'n20']);
    });

    it('nobody outside sees half a transaction, and calls made meanwhile come after it', async () => {
      const store = await filled();
      let seen = -1;
      const done = store.transaction(async (inside) => {
        await inside.interactions.putMany(newRows(2));
        await new Promise((resolve) => setTimeout(resolve, 5));
        await inside.interactions.putMany(newRows(2, 2));
      });
      const others = Promise.all([
        store.interactions.ofItem('B01').then((found) => {
          seen = found.filter(({ user }) => /^n[0-3]$/.test(user)).length;
        }),
        store.interactions.putMany(newRows(1, 9)),
        store.transaction((inside) => inside.interactions.putMany(newRows(1, 10))),
        rowsOf(store.interactions.all()),
      ]);
      await done;
      await others;
      expect([0, 4]).toContain(seen); // before or after, never half
      expect(await store.interactions.count()).toBe(10);
    });
  });
}
