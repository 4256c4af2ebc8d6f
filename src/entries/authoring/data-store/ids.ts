import { type DataStoreSuite, rowsOf } from './suite.ts';

/** What counts as an id. */
export function dataStoreIds({ it, expect, code, open, filled }: DataStoreSuite): void {
  it('a whole number given as an id means its digits, wherever ids are given', async () => {
    const { products, interactions, events } = await open();
    await products.putMany([{ item: 7 }, { item: 8n }, { item: '9' }]);
    await interactions.putMany([7, 8, 9].flatMap((item) => [1, 2, 3].map((user) => ({ user, item, value: 1 }))));
    await events.appendMany([
      { user: 1, type: 'a' },
      { user: '1', type: 'a' },
    ]);
    expect(await products.get(7)).toEqual({ item: '7' });
    expect(await products.get(8n)).toEqual(await products.get('8'));
    expect((await products.getMany([9, '7', 10])).map((row) => row?.item)).toEqual(['9', '7', undefined]);
    expect(await interactions.ofUser(1)).toHaveLength(3);
    expect(await interactions.ofUser(1, { newestFirst: true })).toEqual((await interactions.ofUser('1')).reverse());
    expect(await interactions.ofItem(8n)).toEqual(await interactions.ofItem('8'));
    expect(await events.ofUser(1)).toHaveLength(2);
    expect(await interactions.delete({ pairs: [{ user: 1, item: 7 }] })).toBe(1);
    expect(await interactions.delete({ users: [2] })).toBe(3);
    expect(await interactions.delete({ items: [8] })).toBe(2);
    expect(await products.delete([9])).toBe(1);
    expect((await rowsOf(interactions.all())).map(({ user, item }) => user + item)).toEqual(['37']);
    for (const none of ['', 'half \ud800', 'a\0b']) {
      expect(await products.get(none)).toBeUndefined();
      expect(await interactions.ofUser(none)).toEqual([]);
      expect(await events.ofUser(none)).toEqual([]);
      expect(await products.delete([none])).toBe(0);
      expect(await interactions.delete({ users: [none] })).toBe(0);
    }
  });

  it('what is neither text nor a whole number is no id, and is refused wherever ids are given', async () => {
    const { products, interactions, events } = await filled();
    for (const none of [1.5, null, undefined, {}, Number.NaN, 2 ** 60] as never[]) {
      const calls = [
        () => products.get(none),
        () => products.getMany(['B01', none]),
        () => products.delete(['B01', none]),
        () => interactions.ofUser(none),
        () => interactions.ofItem(none),
        () => interactions.delete({ users: ['A1', none] }),
        () => interactions.delete({ items: ['B01', none] }),
        () => interactions.delete({ ids: [1, none] }),
        () => interactions.delete({ pairs: [{ user: none, item: 'B01' }] }),
        () => interactions.delete({ pairs: [{ user: 'A1', item: none }] }),
        () => events.ofUser(none),
      ];
      for (const call of calls) await expect(call()).rejects.toEqual(code('ERR_BAD_ID'));
    }
    await expect(interactions.delete({ pairs: [null as never] })).rejects.toEqual(code('ERR_BAD_ID'));
    expect(await products.count()).toBe(3);
    expect(await interactions.count()).toBe(4);
  });
}
