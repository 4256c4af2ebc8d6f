import type { DataStoreSuite } from './suite.ts';

/** Lists, pages and numbers of interactions. */
export function interactionsRead({ describe, it, expect, code, open, filled }: DataStoreSuite): void {
  describe('interactions', () => {
    it('are listed by user and by item, in stable order or newest first', async () => {
      const { interactions } = await filled();
      const pairs = (rows: { user: string; item: string }[]) => rows.map(({ user, item }) => user + item);
      expect(pairs(await interactions.ofUser('A1'))).toEqual(['A1B01', 'A1B02']);
      expect(pairs(await interactions.ofUser('A1', { newestFirst: true }))).toEqual(['A1B02', 'A1B01']);
      expect(pairs(await interactions.ofUser('A1', { newestFirst: true, limit: 1 }))).toEqual(['A1B02']);
      expect(pairs(await interactions.ofItem('B01'))).toEqual(['A1B01', 'A2B01']);
      await interactions.putMany([{ user: 'A3', item: 'B01', value: 1 }]);
      expect(pairs(await interactions.ofItem('B01', { newestFirst: true }))).toEqual(['A2B01', 'A1B01', 'A3B01']); // without a time last
      expect(await interactions.ofUser('nobody')).toEqual([]);
      expect(await interactions.ofItem('nothing')).toEqual([]);
      expect(await interactions.ofUser('A1', { limit: 0 })).toEqual([]);
      await expect(interactions.ofUser('A1', { newest: true } as never)).rejects.toEqual(code('ERR_BAD_OPTION'));
    });

    it('are counted and averaged', async () => {
      const store = await open();
      expect(await store.interactions.stats()).toEqual({ total: 0, users: 0, items: 0, averageValue: Number.NaN });
      const full = await filled();
      expect(await full.interactions.stats()).toEqual({ total: 4, users: 3, items: 3, averageValue: 3.375 });
      await full.interactions.delete({ users: ['A1'] });
      expect(await full.interactions.stats()).toEqual({ total: 2, users: 2, items: 2, averageValue: 2.75 });
    });

    it('come in pages', async () => {
      const { interactions } = await filled();
      const { rows, next } = await interactions.page({ limit: 3 });
      expect(rows.map(({ id }) => id)).toEqual([1, 2, 3]);
      expect((await interactions.page({ limit: 3, after: next })).rows).toMatchObject([{ id: 4, user: 'A3' }]);
    });
  });
}
