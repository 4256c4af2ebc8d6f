import { type DataStoreSuite, rowsOf } from './suite.ts';

/** What streams need: positions, sums, and the events of many users. Not asked of a store without `positions`. */
export function streamPositions(suite: DataStoreSuite): void {
  suite.describe('for streams', () => {
    positions(suite);
    rows(suite);
  });
}

function positions({ it, expect, code, open }: DataStoreSuite): void {
  it('keeps positions with the rows of their transaction', async () => {
    const store = await open();
    const { positions } = store;
    if (!positions) return;
    expect([await positions.get('events/0'), await positions.all()]).toEqual([undefined, {}]);
    await store.transaction(async (inside) => {
      expect(await inside.positions?.get('events/0')).toBeUndefined();
      await inside.events.append({ user: 'u', type: 'a' });
      await inside.positions?.set('events/0', 7);
    });
    const failed = store.transaction(async (inside) => {
      await inside.events.append({ user: 'u', type: 'a' });
      await inside.positions?.set('events/0', 8);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await positions.set('other', 0);
    await positions.set('events/1', 2 ** 52);
    expect([await store.events.count(), await positions.get('events/0')]).toEqual([1, 7]);
    expect(await positions.all()).toEqual({ 'events/0': 7, 'events/1': 2 ** 52, other: 0 });
    expect(await positions.all('events/')).toEqual({ 'events/0': 7, 'events/1': 2 ** 52 });
    for (const position of [-1, 0.5, Number.NaN, '3', 2 ** 53] as number[]) {
      await expect(positions.set('events/0', position)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
    }
    await expect(positions.get('')).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
  });

  it('keeps positions after a transaction that first used them and failed', async () => {
    const store = await open();
    if (!store.positions) return;
    const failed = store.transaction(async ({ positions }) => {
      await positions?.get('events/0');
      await positions?.set('events/0', 1);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await store.positions.all()).toEqual({});
    await store.positions.set('events/0', 2);
    expect(await store.positions.get('events/0')).toBe(2);
  });

  it('moves several positions ahead and none back, with the rows of their transaction', async () => {
    const store = await open();
    const { positions } = store;
    if (!positions?.advance) return;
    await positions.set('events/1', 5);
    expect(await positions.advance({ 'events/1': 9, 'events/0': 4 })).toEqual({ 'events/0': 0, 'events/1': 5 });
    const failed = store.transaction(async (inside) => {
      expect(await inside.positions?.advance?.({ 'events/0': 3, 'events/2': 0, 'events/1': 12 })).toEqual({
        'events/0': 4,
        'events/1': 9,
        'events/2': 0,
      });
      expect(await inside.positions?.all()).toEqual({ 'events/0': 4, 'events/1': 12, 'events/2': 0 });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await positions.all()).toEqual({ 'events/0': 4, 'events/1': 9 });
    expect(await positions.advance({})).toEqual({});
    await expect(positions.advance({ 'events/0': -1 })).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
  });
}

function rows({ it, expect, code, open, filled }: DataStoreSuite): void {
  it('adds events without giving them back', async () => {
    const { events } = await open();
    if (!events.addMany) return;
    const rows = Array.from({ length: 700 }, (_, k) => ({
      user: `ü${k % 7}`,
      type: 'a\tb',
      timestamp: k,
      item: k,
      text: 'a\\ "\n\t',
      n: [k, null],
    }));
    expect(await events.addMany(rows)).toBe(700);
    expect(await events.addMany([{ user: 'one', type: 'b', timestamp: 1 }])).toBe(1);
    expect(await events.addMany([])).toBe(0);
    await expect(events.addMany([rows[0], { user: '', type: 'a' }])).rejects.toEqual(code('ERR_BAD_ID'));
    const stored = (await rowsOf(events.all())).map(({ id: _, ...row }) => row);
    expect(stored).toEqual([...rows.map((row) => ({ ...row, item: String(row.item) })), { user: 'one', type: 'b', timestamp: 1 }]);
  });

  it('adds the values of known pairs and keeps the later time', async () => {
    const store = await filled();
    if (!store.positions) return;
    const rows = [
      { user: 'new', item: 'B01', value: 2, timestamp: 5 },
      { user: 'new', item: 'B02', value: 1 },
      { user: 'new', item: 'B01', value: 0.5, timestamp: 3 },
      { user: 'new', item: 'nothing', value: 1 },
    ];
    const first = await store.interactions.putMany(rows, { onConflict: 'sum' });
    expect(first).toMatchObject({ inserted: 2, updated: 1, rejected: [{ row: 3, code: 'ERR_UNKNOWN_ITEM' }] });
    expect(await store.interactions.putMany([{ user: 'new', item: 'B02', value: -3, timestamp: 9 }], { onConflict: 'sum' })).toMatchObject({
      inserted: 0,
      updated: 1,
    });
    const stored = (await store.interactions.ofUser('new')).map(({ item, value, timestamp }) => ({ item, value, timestamp }));
    expect(stored).toEqual([
      { item: 'B01', value: 2.5, timestamp: 5 },
      { item: 'B02', value: -2, timestamp: 9 },
    ]);
  });

  it('finds the events of many users in the order in which they came', async () => {
    const { events } = await open();
    if (!events.ofUsers) return;
    await events.appendMany(Array.from({ length: 30 }, (_, k) => ({ user: `u${k % 3}`, type: k % 2 ? 'a' : 'b', timestamp: k })));
    expect((await events.ofUsers(['u2', 'u0', 'u2', 'none'])).map(({ timestamp }) => timestamp)).toEqual(
      Array.from({ length: 30 }, (_, k) => k).filter((k) => k % 3 !== 1),
    );
    expect((await events.ofUsers(['u1'], { since: 10, until: 20, type: 'a' })).map(({ timestamp }) => timestamp)).toEqual([13, 19]);
    expect(await events.ofUsers([])).toEqual([]);
    expect((await rowsOf(events.all())).length).toBe(30);
  });
}
