import { type DataStoreSuite, rowsOf } from './suite.ts';

/** What is read of a row of interactions, and which row of a pair stays. */
export function interactionsReplaced({ describe, it, expect, open, filled }: DataStoreSuite): void {
  describe('interactions', () => {
    it('are read as Interactions.from reads them: numbers as text, a missing value as 1, dates, whole numbers as ids', async () => {
      const store = await open();
      const timestamp = '2020-01-02T03:04:05.678Z';
      const result = await store.interactions.putMany(
        [
          { user: 1, item: 2, value: ' 4.5 ', timestamp },
          { user: 'a', item: 'b', value: -0, timestamp: new Date(5) },
          { user: 'a', item: 'c', timestamp: null },
        ],
        { unknownProducts: 'stub' },
      );
      expect(result.rejected).toEqual([]);
      expect(await rowsOf(store.interactions.all())).toEqual([
        { id: 1, user: '1', item: '2', value: 4.5, timestamp: Date.parse(timestamp) },
        { id: 2, user: 'a', item: 'b', value: 0, timestamp: 5 },
        { id: 3, user: 'a', item: 'c', value: 1 },
      ]);
    });

    it("with unknown products make bare ones under 'stub'", async () => {
      const store = await filled();
      const result = await store.interactions.putMany(
        [
          { user: 'A1', item: 'new', value: 1 },
          { user: 'A2', item: 'new', value: 1 },
        ],
        { unknownProducts: 'stub' },
      );
      expect(result).toEqual({ inserted: 2, updated: 0, rejected: [] });
      expect(await store.products.get('new')).toEqual({ item: 'new' });
      expect(await store.products.get('B01')).toMatchObject({ title: 'Kettle' });
      expect(await store.products.putMany([{ item: 'new', title: 'Now known' }])).toMatchObject({ updated: 1 });
    });

    it("of which the newest shall stay are compared by time under 'newest'", async () => {
      const { interactions } = await filled();
      const put = (value: number, timestamp?: number) =>
        interactions.putMany([{ user: 'A1', item: 'B01', value, timestamp }], { onConflict: 'newest' });
      const value = async () => (await interactions.ofUser('A1'))[0].value;
      expect(await put(1, 999)).toEqual({
        inserted: 0,
        updated: 0,
        rejected: [{ row: 0, reason: expect.any(String), code: 'ERR_DUPLICATE' }],
      });
      expect(await value()).toBe(5);
      expect(await put(2, 1000)).toMatchObject({ updated: 1 }); // of equal times the later row
      expect(await put(3, 1001)).toMatchObject({ updated: 1 });
      expect(await put(4)).toMatchObject({ updated: 1 });
      expect(await put(5, 1)).toMatchObject({ updated: 1 });
      expect(await value()).toBe(5);
      expect(await interactions.putMany([{ user: 'A1', item: 'B01', value: 9, timestamp: 0 }])).toMatchObject({ updated: 1 });
    });

    it('of one store can be put into another', async () => {
      const [from, to] = [await filled(), await open()];
      await to.products.putMany(from.products.all());
      await to.interactions.putMany(from.interactions.all());
      expect(await rowsOf(to.products.all())).toEqual(await rowsOf(from.products.all()));
      expect(await rowsOf(to.interactions.all())).toEqual(await rowsOf(from.interactions.all()));
      await from.interactions.putMany(from.interactions.all()); // and into itself, without waiting for itself
      expect(await from.interactions.count()).toBe(4);
    });
  });
}
