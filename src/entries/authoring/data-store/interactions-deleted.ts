import type { DataStore } from '../../../contracts/data-store.ts';
import { type DataStoreSuite, rowsOf } from './suite.ts';

/** All ways to delete interactions. */
export function interactionsDeleted({ describe, it, expect, code, filled }: DataStoreSuite): void {
  describe('interactions', () => {
    it('are deleted by pair, user, item, id, or from either end', async () => {
      const left = async (what: Parameters<DataStore['interactions']['delete']>[0]) => {
        const { interactions } = await filled();
        const gone = await interactions.delete(what);
        const rows = (await rowsOf(interactions.all())).map(({ id }) => id);
        expect(rows.length + gone).toBe(4);
        expect(await interactions.count()).toBe(rows.length);
        return rows;
      };
      expect(
        await left({
          pairs: [
            { user: 'A1', item: 'B02' },
            { user: 'A1', item: 'B03' },
          ],
        }),
      ).toEqual([1, 3, 4]);
      expect(await left({ users: ['A1', 'nobody', 'A1'] })).toEqual([3, 4]);
      expect(await left({ items: new Set(['B01']) })).toEqual([2, 4]);
      expect(await left({ ids: [4, 1, 99, -1] })).toEqual([2, 3]);
      expect(await left({ first: 3 })).toEqual([4]);
      expect(await left({ last: 3 })).toEqual([1]);
      expect(await left({ first: 0 })).toEqual([1, 2, 3, 4]);
      expect(await left({ last: 99 })).toEqual([]);
      const { interactions, products } = await filled();
      await interactions.delete({ last: 1 });
      await interactions.putMany([{ user: 'A4', item: 'B01', value: 1 }]);
      expect((await interactions.ofUser('A4'))[0].id).toBe(5); // ids are not used again
      for (const what of [
        {},
        { first: -1 },
        { last: 0.5 },
        { first: 1, last: 1 },
        { users: 'A1' },
        { ids: 3 },
        'A1',
        null,
        undefined,
      ] as never[]) {
        await expect(interactions.delete(what)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
      }
      for (const what of [{ items: ['B01'] }, 'B01', null] as never[])
        await expect(products.delete(what)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    });
  });
}
