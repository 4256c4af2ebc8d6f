import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { feastColumns, featureStore } from 'attune';
import { readParquet } from 'attune/node';
import { postgresFeatures } from 'attune/postgres';
import { parquetWriteFile } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';

const day = 86_400_000;
const t0 = Date.UTC(2026, 0, 1);
const rows = [
  { item: 'a', price: 10, brand: 'GE', event_timestamp: new Date(t0), created: new Date(t0) },
  { item: 'a', price: 12, brand: 'GE', event_timestamp: new Date(t0 + 2 * day), created: new Date(t0 + 2 * day) },
  { item: 'a', price: 11, brand: 'GE', event_timestamp: new Date(t0 + 2 * day), created: new Date(t0 + 3 * day) },
  { item: 'b', price: 5, brand: null, event_timestamp: new Date(t0 + day), created: new Date(t0 + day) },
];
const asked = [
  { item: 'a', timestamp: t0 - 1 },
  { item: 'a', timestamp: t0 },
  { item: 'a', timestamp: t0 + 2 * day - 1 },
  { item: 'a', timestamp: new Date(t0 + 2 * day) },
  { item: 'a', timestamp: t0 + 9 * day },
  { item: 'b', timestamp: new Date(t0 + 3 * day).toISOString() },
  { item: 'c', timestamp: t0 },
];
const prices = [null, 10, 10, 11, 11, 5, null];
const pricesOfWeek = [null, 10, 10, 11, null, 5, null];

const folder = mkdtempSync(join(tmpdir(), 'attune-features-'));
afterAll(() => rmSync(folder, { recursive: true }));

const view = { name: 'items', entity: 'item', created: 'created', features: ['price', 'brand'] };

describe('features by name and time', () => {
  it('are those known at the time of each row, from rows, Parquet and PostgreSQL alike', { timeout: 60_000 }, async () => {
    const filename = join(folder, 'items.parquet');
    parquetWriteFile({ filename, columnData: feastColumns(rows, { entity: 'item' }) });
    const database = await PGlite.create();
    await database.exec('create table items (item text, price float8, brand text, event_timestamp timestamptz, created timestamptz)');
    await database.exec('create table millis (item text, price float8, brand text, event_timestamp float8, created float8)');
    for (const row of rows) {
      await database.query('insert into items values ($1, $2, $3, $4, $5)', Object.values(row));
      await database.query('insert into millis values ($1, $2, $3, $4, $5)', [
        row.item,
        row.price,
        row.brand,
        +row.event_timestamp,
        +row.created,
      ]);
    }
    const sources = [
      rows,
      () => readParquet(filename),
      postgresFeatures(database, { table: 'items' }),
      postgresFeatures(database, { table: 'public.millis' }),
    ];
    for (const source of sources) {
      const features = featureStore([{ ...view, source: source as never }]);
      const found = await features.at(asked);
      expect(found.map((values) => values['items:price'])).toEqual(prices);
      expect(found.map((values) => values['items:brand'])).toEqual([null, 'GE', 'GE', 'GE', 'GE', null, null]);
      const week = featureStore([{ ...view, source: source as never, ttlMs: 6 * day }]);
      expect((await week.at(asked, ['items:price'])).map((values) => values['items:price'])).toEqual(pricesOfWeek);
    }
    await database.close();
  });

  it('are those of UTC, whatever the zone of a session of PostgreSQL is', { timeout: 60_000 }, async () => {
    const noon = Date.UTC(2026, 0, 1, 12);
    const database = await PGlite.create();
    for (const zone of ['UTC', 'Europe/Berlin', 'America/New_York']) {
      for (const [type, at, value] of [
        ['timestamptz', noon, "'2026-01-01 12:00+00'"],
        ['timestamp', noon, "'2026-01-01 12:00'"],
        ['date', noon - day / 2, "'2026-01-01'"],
        ['int8', noon, String(noon)],
      ] as const) {
        await database.exec(
          `set timezone = '${zone}'; drop table if exists zoned; create table zoned (item text, event_timestamp ${type}, price int)`,
        );
        const source = postgresFeatures(database, { table: 'zoned' });
        const features = featureStore([{ name: 'items', entity: 'item', ttlMs: 1000, source, features: ['price'] }]);
        const question = [-1, 0, 1000, 1001].map((later) => ({ item: 'a', timestamp: at + later }));
        expect(await features.at(question)).toEqual(question.map(() => ({ 'items:price': null })));
        await database.exec(`insert into zoned values ('a', ${value}, 7)`);
        const found = (await features.at(question)).map((row) => row['items:price']);
        expect(found, `${type} in ${zone}`).toEqual([null, 7, 7, null]);
      }
    }
    await database.close();
  });

  it('of one moment are those written last, and last of all those written nobody knows when', { timeout: 60_000 }, async () => {
    const at = (price: number, created: number | null) => ({ item: 'a', event_timestamp: t0, price, created });
    const tied = [at(1, t0), at(2, null), at(3, t0 + 5), at(4, t0 + 1)];
    const database = await PGlite.create();
    await database.exec(
      `create table tied (item text, event_timestamp int8, price int, created int8); insert into tied values ${tied.map((row) => `('a', ${t0}, ${row.price}, ${row.created})`)}`,
    );
    for (const source of [tied, postgresFeatures(database, { table: 'tied' })]) {
      const features = featureStore([{ ...view, source, features: ['price'] }]);
      expect(await features.at([{ item: 'a', timestamp: t0 }])).toEqual([{ 'items:price': 3 }]);
    }
    await database.close();
  });

  it('are there again from a source that can be read once only', async () => {
    const features = featureStore([{ ...view, source: rows.values() }]);
    const first = await features.at(asked);
    expect(first[1]).toEqual({ 'items:price': 10, 'items:brand': 'GE' });
    expect(await features.at(asked)).toEqual(first);
  });

  it('are the newest for serving, by the same rules', async () => {
    const now = Date.now();
    const recent = [
      { item: 'a', price: 1, event_timestamp: now - 5000 },
      { item: 'a', price: 2, event_timestamp: now - 1000 },
      { item: 'a', price: 3, event_timestamp: now + 60_000 },
      { item: 'old', price: 4, event_timestamp: now - 20_000 },
    ];
    const features = featureStore([{ name: 'items', entity: 'item', source: recent, features: ['price'], ttlMs: 10_000 }]);
    expect(await features.now([{ item: 'a' }, { item: 'old' }, { item: 'none' }])).toEqual([
      { 'items:price': 2 },
      { 'items:price': null },
      { 'items:price': null },
    ]);
  });

  it('of users and items come together, by their own ids', async () => {
    const features = featureStore([
      { ...view, source: rows },
      { name: 'users', entity: 'user', key: 'user_id', timestamp: 'at', source: [{ user_id: 7, age: 40, at: t0 }], features: ['age'] },
    ]);
    expect(features.names).toEqual(['items:price', 'items:brand', 'users:age']);
    expect(await features.at([{ user: 7, item: 'a', timestamp: t0 + day }], ['users:age', 'items:price'])).toEqual([
      { 'users:age': 40, 'items:price': 10 },
    ]);
  });

  it('name what is wrong', async () => {
    const features = featureStore([{ ...view, source: rows }]);
    await expect(features.at(asked, ['items:prise'])).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    await expect(features.at([{ item: 'a' }])).rejects.toMatchObject({ code: 'ERR_BAD_VALUE' });
    await expect(features.at([{ user: 'a', timestamp: t0 }])).rejects.toMatchObject({ code: 'ERR_BAD_ID' });
    expect(() => featureStore([{ ...view, source: 5 as never }])).toThrow(/source of view "items"/);
    expect(() =>
      featureStore([
        { ...view, source: rows },
        { ...view, source: rows },
      ]),
    ).toThrow(expect.objectContaining({ code: 'ERR_DUPLICATE' }));
    expect(() => feastColumns([{ item: 'a', event_timestamp: 'soon' }], { entity: 'item' })).toThrow(/row 0/);
    expect(() =>
      feastColumns(
        [
          { item: 'a', event_timestamp: t0, x: 1 },
          { item: 'a', event_timestamp: t0, x: 'y' },
        ],
        { entity: 'item' },
      ),
    ).toThrow(/row 1/);
  });
});
