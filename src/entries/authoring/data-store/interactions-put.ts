import { Interactions } from '../../../data/interactions.ts';
import { type DataStoreSuite, rowsOf } from './suite.ts';

/** Interactions as rows that are put. */
export function interactionsPut({ describe, it, expect, open, filled }: DataStoreSuite): void {
  describe('interactions', () => {
    it('stream in the order in which their pairs first came', async () => {
      const { interactions } = await filled();
      await interactions.putMany([{ user: 'A1', item: 'B01', value: 2 }]);
      expect(await rowsOf(interactions.all())).toEqual([
        { id: 1, user: 'A1', item: 'B01', value: 2 }, // replaced as a whole: its timestamp is gone
        { id: 2, user: 'A1', item: 'B02', value: 3, timestamp: 3000, note: 'loud' },
        { id: 3, user: 'A2', item: 'B01', value: 4, timestamp: 2000 },
        { id: 4, user: 'A3', item: 'B03', value: 1.5 },
      ]);
    });

    it('that attune made itself, or rows with columns of an interface, can be put as they are', async () => {
      const { interactions } = await open();
      const data = Interactions.fromColumns({ users: ['u', 'v'], items: ['i', 'i'], values: Float32Array.of(1, 2) });
      expect(await interactions.putMany(data, { unknownProducts: 'stub' })).toEqual({ inserted: 2, updated: 0, rejected: [] });
      expect([...(await Interactions.from(interactions.all()))]).toEqual([...data]);
    });

    it('can be read as Interactions', async () => {
      const store = await open();
      await store.interactions.putMany(
        Array.from({ length: 5000 }, (_, k) => ({ user: `u${k % 700}`, item: `i${k % 11}`, value: k % 5, timestamp: k })),
        { unknownProducts: 'stub' },
      );
      const data = await Interactions.from(store.interactions.all());
      expect(data.size).toBe(5000);
      expect([...data].slice(0, 2)).toEqual([
        { user: 'u0', item: 'i0', value: 0, timestamp: 0 },
        { user: 'u1', item: 'i1', value: 1, timestamp: 1 },
      ]);
    });

    it('say how many were new, replaced, and left out, and why', async () => {
      const store = await filled();
      const result = await store.interactions.putMany([
        { user: 'A1', item: 'B01', value: 1 },
        { user: 'A9', item: 'B01', value: 1 },
        { user: 'A9', item: 'B01', value: 2 },
        { user: 'A9', item: 'nowhere', value: 1 },
        { user: '', item: 'B01', value: 1 },
        { user: 'A9', item: 'B01', value: Number.NaN },
        { user: 'A9', item: 'B01', value: null as never },
        { user: 'A9', item: 'B01', value: 1, timestamp: 'yesterday' },
        { user: 'A9', item: 'B01', value: 1e39 },
        null as never,
      ]);
      expect(result).toMatchObject({ inserted: 1, updated: 2 });
      expect(result.rejected.map(({ row, code }) => [row, code])).toEqual([
        [3, 'ERR_UNKNOWN_ITEM'],
        [4, 'ERR_BAD_ID'],
        [5, 'ERR_BAD_VALUE'],
        [6, 'ERR_BAD_VALUE'],
        [7, 'ERR_BAD_VALUE'],
        [8, 'ERR_BAD_VALUE'],
        [9, 'ERR_BAD_ROW'],
      ]);
      expect(result.rejected[0].reason).toContain('"nowhere"');
      expect(await store.interactions.count()).toBe(5);
      expect(await store.products.count()).toBe(3);
      expect(await store.interactions.ofUser('A9')).toMatchObject([{ value: 2 }]);
    });
  });
}
