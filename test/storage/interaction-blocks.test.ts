import { Interactions } from 'attune';
import { sqliteDataStore } from 'attune/sqlite';
import { describe, expect, it } from 'vitest';
import { sqliteDrivers } from '../support/sqlite-handles.ts';

const users = ['ann', 'Jörg', '漢字', 'a\nb', 'x,"y', '😀', ' padded '];
const values = [0.1, 1 / 3, 4, 16_777_217, -2.5, 1e-30, 3e38, 5e-324];
const rows = (count: number, time: (k: number) => number | undefined) =>
  Array.from({ length: count }, (_, k) => ({
    user: `${users[k % users.length]}${k % 501}`,
    item: `item${k % 97}${users[k % 3]}`,
    value: values[k % values.length],
    timestamp: time(k),
  }));
const all = ({ users, items, userIndices, itemIndices, values, timestamps, notices }: Interactions) =>
  JSON.stringify([[...users], [...items], [...userIndices], [...itemIndices], [...values], [...(timestamps ?? [])], notices]);

describe.each(sqliteDrivers)('interactions read in blocks from %s', (_, open) => {
  it.each([
    ['times', (k: number) => 1_600_000_000_000 + k],
    ['no times', () => undefined],
    ['small and negative times', (k: number) => 3 - k],
    ['times with fractions', (k: number) => 1_600_000_000_000 + k + (k % 2) / 2],
  ])('are those of its rows: %s', async (_, time) => {
    const { interactions } = await sqliteDataStore(open(':memory:'));
    await interactions.putMany(rows(10_000, time), { unknownProducts: 'stub' });
    const read: Record<string, unknown>[] = [];
    for await (const row of interactions.all()) read.push(row);
    expect(read).toHaveLength(10_000);
    expect(all(await Interactions.from(interactions.all()))).toBe(all(await Interactions.from(read)));
    expect(all(await Interactions.from(interactions.all(), { user: 'item', item: 'user' }))).toBe(
      all(await Interactions.from(read, { user: 'item', item: 'user' })),
    );
    const byId = { value: 'id' };
    expect(all(await Interactions.from(interactions.all(), byId))).toBe(all(await Interactions.from(read, byId)));
  });

  it('of a table that holds what ours does not', async () => {
    const handle = open(':memory:');
    handle.exec('create table products (item text primary key)');
    handle.exec("insert into products values ('a'), ('b'), ('c')");
    handle.exec('create table interactions (id integer primary key, user, item references products (item), value, timestamp)');
    handle.exec('create unique index pairs on interactions (user, item)');
    handle.exec(
      `insert into interactions (user, item, value, timestamp) values ('u', 'a', '4.5', '2020-01-05'), (7, 'b', 3, '2020-01-06')`,
    );
    const { interactions } = await sqliteDataStore(handle);
    const read: Record<string, unknown>[] = [];
    for await (const row of interactions.all()) read.push(row);
    const text = (load: Promise<Interactions>) => load.then(all, String);
    expect(await text(Interactions.from(interactions.all()))).toBe(await text(Interactions.from(read)));
  });

  it('refuses what has times in some rows only, as rows are refused', async () => {
    const { interactions } = await sqliteDataStore(open(':memory:'));
    await interactions.putMany(
      rows(3000, (k) => (k === 2500 ? undefined : 1_600_000_000_000 + k)),
      { unknownProducts: 'stub' },
    );
    await expect(Interactions.from(interactions.all())).rejects.toMatchObject({ code: 'ERR_BAD_VALUE', message: /Row 2500/ });
    expect(await Interactions.from(interactions.all(), { onBadRow: 'skip' })).toMatchObject({ size: 2999, skipped: 1 });
  });
});
