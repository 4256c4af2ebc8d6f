import { join } from 'node:path';
import { Interactions } from 'attune';
import { type SqliteTables, sqliteDataStore, sqliteModelStore } from 'attune/sqlite';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { startChild } from '../support/child.ts';
import { sqliteDrivers } from '../support/sqlite-handles.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: folder } = temporaryFolder();
let files = 0;
const freshFile = () => join(folder, `${files++}.db`);
const memory = () => new Database(':memory:');
const code = (wanted: string) => expect.objectContaining({ code: wanted });

/** The tables of the Appliances example. */
const appliances: SqliteTables = {
  products: {
    name: 'product_catalog',
    id: 'parent_asin',
    columns: {
      title: 'TEXT',
      main_category: 'TEXT',
      average_rating: 'REAL',
      rating_number: 'INTEGER',
      price: 'REAL',
      store: 'TEXT',
      features: 'JSON',
      details: 'JSON',
    },
  },
  interactions: {
    name: 'user_item_rating',
    user: 'user_id',
    item: 'parent_asin',
    value: 'rating',
    columns: { verified_purchase: 'INTEGER', helpful_vote: 'INTEGER' },
  },
};

const schemaOf = (database: ReturnType<typeof memory>) =>
  (
    database.prepare("select name, sql from sqlite_master where sql is not null and name not like 'sqlite_%'").all() as {
      name: string;
      sql: string;
    }[]
  ).map(({ sql }) => sql.replaceAll('"', '').replaceAll(/\s+/g, ' '));

describe('the schema', () => {
  it('is that of the Appliances page, names, types, order and all', async () => {
    const database = memory();
    await sqliteDataStore(database, { tables: appliances });
    expect(schemaOf(database)).toEqual([
      'CREATE TABLE product_catalog ( parent_asin TEXT PRIMARY KEY, title TEXT, main_category TEXT, average_rating REAL, rating_number INTEGER, price REAL, store TEXT, features TEXT, details TEXT )',
      'CREATE TABLE user_item_rating ( id INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT NOT NULL, parent_asin TEXT NOT NULL REFERENCES product_catalog (parent_asin) ON DELETE CASCADE, rating REAL NOT NULL, timestamp BIGINT, verified_purchase INTEGER, helpful_vote INTEGER )',
      'CREATE UNIQUE INDEX idx_pair_rating ON user_item_rating (user_id, parent_asin)',
      'CREATE TABLE events ( id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp BIGINT NOT NULL, type TEXT NOT NULL, user TEXT NOT NULL, data TEXT )',
      'CREATE INDEX idx_user_rating ON user_item_rating (user_id)',
      'CREATE INDEX idx_item_rating ON user_item_rating (parent_asin)',
      'CREATE INDEX idx_rating_value ON user_item_rating (rating)',
      'CREATE INDEX idx_events_user ON events (user)',
      'CREATE INDEX idx_events_type ON events (type)',
    ]);
    expect(database.prepare('pragma foreign_keys').all()).toMatchObject([{ foreign_keys: 1 }]);
  });

  it('stays when the store is opened again, with everything in it, and gets the columns that are new', async () => {
    const file = freshFile();
    const first = await sqliteDataStore(new Database(file), { tables: appliances });
    await first.products.putMany([{ item: 'B01', title: 'Kettle', price: 5 }]);
    const database = new Database(file);
    expect(database.prepare('pragma journal_mode').all()).toMatchObject([{ journal_mode: 'wal' }]);
    const products = { ...appliances.products, columns: { ...appliances.products?.columns, color: 'TEXT' as const } };
    const again = await sqliteDataStore(database, { tables: { ...appliances, products } });
    await again.products.putMany([{ item: 'B02', color: 'red' }]);
    expect(await again.products.getMany(['B01', 'B02'])).toEqual([
      { item: 'B01', title: 'Kettle', price: 5 },
      { item: 'B02', color: 'red' },
    ]);
    expect((await first.products.page()).rows).toHaveLength(2);
  });

  it('has indexes as asked for: other names, or none', async () => {
    const database = memory();
    await sqliteDataStore(database, { tables: { interactions: { indexes: { user: false, item: 'my "items"', value: false } } } });
    expect(schemaOf(database).filter((sql) => sql.includes('ON interactions'))).toEqual([
      'CREATE UNIQUE INDEX idx_pair_value ON interactions (user, item)',
      'CREATE INDEX my items ON interactions (item)',
    ]);
  });

  it('of two stores in one database does not mix, and index names that are taken are made longer', async () => {
    const database = memory();
    const one = await sqliteDataStore(database);
    const two = await sqliteDataStore(database, {
      tables: { products: { name: 'p2' }, interactions: { name: 'i2' }, events: { name: 'e2' } },
    });
    await two.interactions.putMany([{ user: 'u', item: 'x', value: 1 }], { unknownProducts: 'stub' });
    expect(await one.interactions.count()).toBe(0);
    expect(schemaOf(database)).toContain('CREATE INDEX idx_user_value_of_i2 ON i2 (user)');
    const again = sqliteDataStore(database, { tables: { interactions: { name: 'i3', indexes: { user: 'idx_user_value' } } } });
    await expect(again).rejects.toEqual(code('ERR_BAD_OPTION'));
    expect(schemaOf(database).join()).not.toContain('i3'); // nothing half
  });

  it('that exists and does not fit is refused with what is missing', async () => {
    const database = memory();
    database.exec('create table interactions (id integer primary key, user text, item text)');
    const error = await sqliteDataStore(database).catch((caught) => caught);
    expect(error).toEqual(code('ERR_STORE'));
    expect(error.message).toContain("Table 'interactions' exists without column 'value'");
    const other = memory();
    other.exec('create table interactions (id integer primary key, user text, item text, value real, timestamp bigint)'); // no unique pair
    await expect(sqliteDataStore(other)).rejects.toEqual(code('ERR_STORE'));
  });

  it('cannot have names that clash or that SQLite keeps', async () => {
    const bad: SqliteTables[] = [
      { products: { name: '' } },
      { products: { name: 'sqlite_master' } },
      { products: { name: 'a\0b' } },
      { products: { name: 'x'.repeat(201) } },
      { products: { name: 'Interactions' } },
      { products: { id: 'rowid' } },
      { products: { columns: { item: 'TEXT' } } },
      { products: { columns: { ['__proto__']: 'TEXT' } } },
      { products: { columns: { a: 'TEXT', A: 'TEXT' } } },
      { products: { columns: { a: 'VARCHAR' as 'TEXT' } } },
      { products: { columns: ['a'] as never } },
      { interactions: { user: 'item' } },
      { interactions: { columns: { id: 'TEXT' } } },
      { interactions: { columns: { Timestamp: 'TEXT' } } },
      { interactions: { indexes: { user: 'i', item: 'I' } } },
      { interactions: { index: {} } as never },
      { product: {} } as never,
    ];
    for (const tables of bad) {
      const database = memory();
      const error = await sqliteDataStore(database, { tables }).catch((caught) => caught);
      expect([tables, error.code]).toEqual([tables, 'ERR_BAD_OPTION']);
      expect(schemaOf(database)).toEqual([]);
    }
    for (const handle of [null, {}, 'file.db', { exec() {} }] as never[])
      await expect(sqliteDataStore(handle)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
  });
});

it('events of a database written before 0.2, whose time is called so, are read and added to as they are', async () => {
  const database = memory();
  database.exec(
    'create table events ("id" integer primary key autoincrement, "time" bigint not null, "type" text not null, "user" text not null, "data" text)',
  );
  database.exec(`insert into events (time, type, user, data) values (5, 'click', 'u', '{"item":"B01","timestamp":3}')`);
  const { events } = await sqliteDataStore(database);
  expect(await events.append({ user: 'u', type: 'buy', timestamp: 7 })).toEqual({ id: 2, user: 'u', type: 'buy', timestamp: 7 });
  // A build before kept a `timestamp` as a field and dated the event itself; that date is the one that filters see.
  expect(await events.ofUser('u', { since: 4, until: 6 })).toEqual([{ id: 1, user: 'u', type: 'click', timestamp: 5, item: 'B01' }]);
  expect((await events.ofUser('u', { newestFirst: true })).map(({ id }) => id)).toEqual([2, 1]);
  expect(database.prepare('select time from events').all()).toMatchObject([{ time: 5 }, { time: 7 }]);
});

it('a further column may have any name, also one that the store uses in its statements', async () => {
  const columns = { place: 'TEXT', column1: 'TEXT', new: 'REAL', excluded: 'REAL' } as const;
  const { products, interactions } = await sqliteDataStore(memory(), { tables: { products: { columns }, interactions: { columns } } });
  const row = { place: 'Rome', column1: 'x', new: 1, excluded: 2 };
  await products.putMany([{ item: 'a', ...row }, { item: 'b' }, { item: 'b', ...row }]);
  await interactions.putMany([{ user: 'u', item: 'a', value: 1 }]);
  await interactions.putMany([{ user: 'u', item: 'a', value: 1, ...row }]);
  expect((await products.page({ limit: 1 })).rows).toEqual([{ item: 'a', ...row }]);
  expect(await products.get('b')).toEqual({ item: 'b', ...row });
  expect(await interactions.ofUser('u')).toEqual([{ id: 1, user: 'u', item: 'a', value: 1, ...row }]);
});

describe('declared columns', () => {
  it('take what their type says, and a row with anything else is rejected', async () => {
    const { products, interactions } = await sqliteDataStore(memory(), { tables: appliances });
    const good = [
      { title: 'x', price: 5, rating_number: 3, features: { a: [1] } },
      { price: '19.99', rating_number: '7', features: 'a text' },
      { price: 0.1 + 0.2, rating_number: true, features: false },
      { price: 1e308, rating_number: -0, details: [] },
    ];
    expect(await products.putMany(good.map((row, k) => ({ item: k, ...row })))).toMatchObject({ inserted: 4, rejected: [] });
    expect(await products.getMany(['0', '1', '2', '3'])).toEqual([
      { item: '0', title: 'x', price: 5, rating_number: 3, features: { a: [1] } },
      { item: '1', price: 19.99, rating_number: 7, features: 'a text' },
      { item: '2', price: 0.1 + 0.2, rating_number: 1, features: false },
      { item: '3', price: 1e308, rating_number: 0, details: [] },
    ]);
    const bad = [
      { title: 5 },
      { title: 'a\0' },
      { title: '\udc00' },
      { price: 'None' },
      { price: Number.NaN },
      { price: true },
      { rating_number: 1.5 },
      { rating_number: 2 ** 60 },
      { features: () => 1 },
      { colour: 'red' },
    ];
    const { inserted, rejected } = await products.putMany(bad.map((row) => ({ item: 'bad', ...row })));
    expect(inserted).toBe(0);
    expect(rejected.map((each) => each.code)).toEqual([...Array(9).fill('ERR_BAD_VALUE'), 'ERR_BAD_ROW']);
    expect(rejected[9].reason).toContain('"colour"');
    await interactions.putMany([{ user: 'u', item: '0', value: 1, verified_purchase: true, helpful_vote: null }]);
    expect(await interactions.ofUser('u')).toEqual([{ id: 1, user: 'u', item: '0', value: 1, verified_purchase: 1 }]);
  });

  it('say so when somebody else wrote something into them that is not JSON', async () => {
    const database = memory();
    const { products } = await sqliteDataStore(database, { tables: appliances });
    database.exec("insert into product_catalog (parent_asin, features) values ('B01', 'not json')");
    await expect(products.get('B01')).rejects.toThrow("Expected JSON in column 'features' of 'product_catalog'");
  });
});

describe('a transaction', () => {
  it('leaves nothing half when the process is killed in it', async () => {
    const file = freshFile();
    let confirmed = 0;
    for (let round = 0; round < 3; round++) {
      const child = await startChild(join(import.meta.dirname, 'children/put-rows.ts'), file, 20_000);
      await child.line(round === 0 ? 'put' : 'ready');
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 400));
      child.process.kill('SIGKILL');
      await child.ended;
      confirmed = Math.max(confirmed, ...child.lines.map((line) => Number(line.slice(4)) || 0));
      const database = new Database(file);
      const { interactions } = await sqliteDataStore(database);
      const batches = database.prepare('select value, count(*) as n from interactions group by value').all() as {
        value: number;
        n: number;
      }[];
      expect(batches).toMatchObject([{ n: 20_000 }]); // one batch, whole
      expect(batches[0].value).toBeGreaterThanOrEqual(confirmed);
      expect(database.prepare('pragma integrity_check').all()).toMatchObject([{ integrity_check: 'ok' }]);
      expect(await interactions.stats()).toMatchObject({ total: 20_000, users: 20_000, items: 1000 });
    }
  }, 120_000);

  it('can be stopped while it stores', async () => {
    const { interactions } = await sqliteDataStore(memory());
    const controller = new AbortController();
    const rows = Array.from({ length: 60_000 }, (_, k) => ({ user: `u${k}`, item: 'x', value: 1 }));
    const put = interactions.putMany(rows, {
      unknownProducts: 'stub',
      signal: controller.signal,
      onProgress: ({ phase }) => phase === 'storing' && controller.abort(new Error('stop')),
    });
    await expect(put).rejects.toThrow('stop');
    expect(await interactions.count()).toBe(0);
    expect(await interactions.putMany(rows.slice(0, 3), { unknownProducts: 'stub' })).toMatchObject({ inserted: 3 });
  });

  it('of the caller on the same handle is not mistaken for one of the store', async () => {
    const database = memory();
    const { interactions } = await sqliteDataStore(database);
    database.exec('begin');
    const error = await interactions.putMany([{ user: 'u', item: 'x', value: 1 }], { unknownProducts: 'stub' }).catch((caught) => caught);
    expect(error).toEqual(code('ERR_STORE'));
    expect(error.message).toContain('End the transaction you opened');
    expect(error.cause).toBeInstanceOf(Error);
    database.exec('commit');
    expect(await interactions.putMany([{ user: 'u', item: 'x', value: 1 }], { unknownProducts: 'stub' })).toMatchObject({ inserted: 1 });
  });

  it('of one store keeps the others on the same handle waiting', async () => {
    const database = memory();
    const data = await sqliteDataStore(database);
    const models = sqliteModelStore(database);
    const put = data.transaction(async (inside) => {
      await inside.events.append({ user: 'u', type: 'a' });
      await new Promise((resolve) => setTimeout(resolve, 5));
      throw new Error('no');
    });
    const stored = models.put('als', Uint8Array.of(1));
    await expect(put).rejects.toThrow('no');
    expect(await stored).toMatchObject({ version: 1 });
    expect(await models.get('als')).toMatchObject({ version: 1 });
    expect(await data.events.count()).toBe(0);
  });

  it('waits for another process, and says so when that takes too long', async () => {
    const file = freshFile();
    const { events } = await sqliteDataStore(new Database(file));
    const other = new Database(file);
    const mine = new Database(file);
    const store = await sqliteDataStore(mine);
    mine.exec('pragma busy_timeout = 20');
    other.exec('begin immediate');
    const error = await store.events.append({ user: 'u', type: 'a' }).catch((caught) => caught);
    expect(error).toEqual(code('ERR_STORE'));
    expect(error.message).toContain('Another process is writing');
    other.exec('commit');
    expect(await store.events.append({ user: 'u', type: 'a' })).toMatchObject({ id: 1 });
    expect(await events.count()).toBe(1);
  });
});

it('a large load makes its indexes anew at the end, and they are the same', async () => {
  const database = memory();
  const { interactions } = await sqliteDataStore(database, { tables: appliances });
  const before = schemaOf(database);
  const rows = Array.from({ length: 60_000 }, (_, k) => ({ user: `u${k % 9000}`, item: `i${k % 77}`, value: k % 5, timestamp: k }));
  const result = await interactions.putMany(rows, { unknownProducts: 'stub' });
  const pairs = new Set(rows.map(({ user, item }) => user + item)).size;
  expect(result).toEqual({ inserted: pairs, updated: 60_000 - pairs, rejected: [] });
  expect(schemaOf(database).sort()).toEqual(before.sort());
  expect(await interactions.ofItem('i5', { newestFirst: true, limit: 1 })).toMatchObject([{ item: 'i5', timestamp: 59_988 }]);
});

async function collected<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

it('a large load into an empty table does what the same rows do one after the other', async () => {
  const rows = Array.from({ length: 50_500 }, (_, k) => ({
    user: k === 9 ? '' : `u${k < 50_000 ? k : k % 1000}`,
    item: `i${k % 7}`,
    value: k % 5,
    timestamp: (k * 7919) % 50_021,
  }));
  for (const onConflict of ['replace', 'newest', 'sum'] as const) {
    for (const unknownProducts of ['reject', 'stub'] as const) {
      const stores = [await sqliteDataStore(memory()), await sqliteDataStore(memory())];
      for (const { products } of stores) await products.putMany(['i0', 'i1', 'i2'].map((item) => ({ item })));
      const options = { onConflict, unknownProducts };
      const whole = await stores[0].interactions.putMany(rows, options);
      const parts = { inserted: 0, updated: 0, rejected: [] as object[] };
      for (let from = 0; from < rows.length; from += 10_000) {
        const part = await stores[1].interactions.putMany(rows.slice(from, from + 10_000), options);
        parts.inserted += part.inserted;
        parts.updated += part.updated;
        parts.rejected.push(...part.rejected.map((it) => ({ ...it, row: it.row + from })));
      }
      expect(whole).toEqual(parts);
      const [all, same] = await Promise.all(stores.map(({ interactions }) => collected(interactions.all())));
      expect(all).toEqual(same);
    }
  }
}, 300_000);

it('a table made before with its key as a constraint takes a large load as well', async () => {
  const database = memory();
  database.exec('CREATE TABLE products (item TEXT PRIMARY KEY)');
  database.exec(
    'CREATE TABLE interactions (id INTEGER PRIMARY KEY AUTOINCREMENT, user TEXT NOT NULL, item TEXT NOT NULL REFERENCES products (item) ON DELETE CASCADE, value REAL NOT NULL, timestamp BIGINT, UNIQUE (user, item))',
  );
  const { interactions } = await sqliteDataStore(database);
  expect(schemaOf(database).filter((sql) => sql.includes('UNIQUE INDEX'))).toEqual([]);
  const rows = Array.from({ length: 50_001 }, (_, k) => ({ user: `u${k % 50_000}`, item: 'i' }));
  expect(await interactions.putMany(rows, { unknownProducts: 'stub' })).toEqual({ inserted: 50_000, updated: 1, rejected: [] });
});

it('a driver that gives big integers, or no count of changes, will do', async () => {
  const database = memory();
  const handle = {
    exec: (sql: string) => database.exec(sql),
    prepare: (sql: string) => {
      const statement = database.prepare(sql).safeIntegers(true);
      return {
        run: (...values: never[]) => void statement.run(...values),
        get: (...values: never[]) => statement.get(...values) ?? null,
        all: (...values: never[]) => statement.all(...values),
      };
    },
  };
  const { interactions, events, products } = await sqliteDataStore(handle);
  const rows = [
    { user: 'a', item: 'x', value: 1, timestamp: 5 },
    { user: 'a', item: 'x', value: 2, timestamp: 6 },
  ];
  expect(await interactions.putMany(rows, { unknownProducts: 'stub' })).toEqual({ inserted: 1, updated: 1, rejected: [] });
  expect(await interactions.ofUser('a')).toEqual([{ id: 1, user: 'a', item: 'x', value: 2, timestamp: 6 }]);
  expect(await interactions.stats()).toEqual({ total: 1, users: 1, items: 1, averageValue: 2 });
  expect(await interactions.page({ limit: 1 })).toEqual({ rows: [{ id: 1, user: 'a', item: 'x', value: 2, timestamp: 6 }] });
  expect(await events.append({ user: 'a', type: 'b', timestamp: 1 })).toEqual({ id: 1, user: 'a', type: 'b', timestamp: 1 });
  expect(await products.delete(['x'])).toBe(1);
  const models = sqliteModelStore(handle);
  await models.put('m', Uint8Array.of(1, 2));
  await models.promote('m', 1, 'production');
  expect(await models.get('m@production')).toMatchObject({ version: 1, sizeBytes: 2, bytes: Uint8Array.of(1, 2) });
});

describe('the references between tables', () => {
  const manyRows = () => Array.from({ length: 50_000 }, (_, k) => ({ user: `u${k}`, item: 'i' }));
  const foreignKeys = (database: ReturnType<typeof memory>) => database.prepare('pragma foreign_keys').get();

  it('are checked by the database again after a large load, also after one that failed', async () => {
    const database = memory();
    const { interactions, products } = await sqliteDataStore(database);
    await products.putMany([{ item: 'i' }]);
    const stop = new AbortController();
    const onProgress = ({ phase }: { phase: string }) => phase === 'storing' && stop.abort();
    await expect(interactions.putMany(manyRows(), { signal: stop.signal, onProgress })).rejects.toMatchObject({ name: 'AbortError' });
    expect(foreignKeys(database)).toMatchObject({ foreign_keys: 1 });
    expect(await interactions.putMany([...manyRows(), { user: 'u', item: 'unknown' }])).toMatchObject({
      inserted: 50_000,
      rejected: [{ row: 50_000, code: 'ERR_UNKNOWN_ITEM' }],
    });
    expect(foreignKeys(database)).toMatchObject({ foreign_keys: 1 });
    expect(database.prepare('pragma foreign_key_check').all()).toEqual([]);
    expect(() => database.exec("insert into interactions (user, item, value) values ('u', 'unknown', 1)")).toThrow(/FOREIGN KEY/);
  });

  it('do not keep another store from being opened while a large load is under way', async () => {
    const database = memory();
    const { interactions } = await sqliteDataStore(database);
    let opened: unknown;
    const onProgress = () => {
      opened ??= sqliteModelStore(database);
    };
    await interactions.putMany(manyRows(), { unknownProducts: 'stub', onProgress: (it) => it.phase === 'storing' && onProgress() });
    expect(opened).toBeDefined();
    expect(foreignKeys(database)).toMatchObject({ foreign_keys: 1 });
  });
});

describe('ids in columns of numbers, as tables of others have them', () => {
  const tables = {
    products: { name: 'p', id: 'sku', columns: { title: 'TEXT' } },
    interactions: { name: 'r', user: 'user_id', item: 'sku', value: 'rating', timestamp: 'at' },
  } as const;
  const big = 2n ** 53n;

  async function storeOfNumbers() {
    const database = new Database(':memory:');
    database.exec(`
      create table p (sku integer primary key, title text);
      create table r (id integer primary key, user_id bigint not null, sku numeric(20) not null references p (sku), rating real, at integer, unique (user_id, sku));
      insert into p values (1, 'a'), (${big + 1n}, 'b'), (${big}, 'c');
      insert into r (user_id, sku, rating, at) values (${big + 1n}, 1, 4, 1000), (${big}, 1, 3, 2000), (7, ${big + 1n}, 5, null)`);
    return { database, data: await sqliteDataStore(database, { tables }) };
  }

  it('come back as text, exact beyond 2^53', async () => {
    const { data } = await storeOfNumbers();
    const rows = [];
    for await (const { user, item } of data.interactions.all()) rows.push([user, item]);
    expect(rows).toEqual([
      [`${big + 1n}`, '1'],
      [`${big}`, '1'],
      ['7', `${big + 1n}`],
    ]);
    expect([...(await Interactions.from(data.interactions.all(), { timestamp: () => 1 })).users]).toEqual([`${big + 1n}`, `${big}`, '7']);
    const products = [];
    for await (const { item } of data.products.all()) products.push(item);
    expect(products).toEqual(['1', `${big}`, `${big + 1n}`]);
    expect(await data.products.get(big + 1n)).toEqual({ item: `${big + 1n}`, title: 'b' });
    expect((await data.products.getMany(['7', 1])).map((found) => found?.item)).toEqual([undefined, '1']);
    expect(await data.interactions.ofUser(`${big}`)).toMatchObject([{ user: `${big}`, value: 3 }]);
    expect((await data.products.page({ limit: 10 })).rows).toHaveLength(3);
  });

  it('are written, and refused where the column would make another of them', async () => {
    const { data } = await storeOfNumbers();
    const put = [
      { user: big + 3n, item: 1 },
      { user: `${big + 1n}`, item: '1', value: 2 },
      ...['007', '1e3', ' 8', '8.0', `${2n ** 63n}`].map((user) => ({ user, item: 1 })),
    ];
    const result = await data.interactions.putMany(put);
    expect([result.inserted, result.updated, result.rejected.map(({ row, code }) => [row, code])]).toEqual([
      1,
      1,
      [2, 3, 4, 5, 6].map((row) => [row, 'ERR_BAD_ID']),
    ]);
    await data.interactions.putMany(
      [
        { user: big + 3n, item: 1, value: 5 },
        { user: big + 5n, item: 1, value: 5 },
      ],
      { onConflict: 'sum' },
    );
    await data.interactions.putMany([{ user: big + 1n, item: 1, value: 9, timestamp: 5000 }], { onConflict: 'newest' });
    const values = await Promise.all([1n, 3n, 5n].map(async (more) => (await data.interactions.ofUser(big + more))[0].value));
    expect(values).toEqual([9, 6, 5]);
  });

  it('that look alike are not found, and nothing of theirs is deleted', async () => {
    const { data } = await storeOfNumbers();
    expect(await data.products.get('001')).toBeUndefined();
    expect(await data.interactions.ofUser('07')).toEqual([]);
    expect(await data.interactions.ofItem('1.0')).toEqual([]);
    expect(await data.interactions.delete({ users: ['007', '7e0'] })).toBe(0);
    expect(await data.interactions.delete({ pairs: [{ user: '7', item: `0${big + 1n}` }] })).toBe(0);
    expect(await data.products.delete(['01'])).toBe(0);
    expect(await data.interactions.delete({ users: [big] })).toBe(1);
    expect(await data.interactions.count()).toBe(2);
  });

  it.each(sqliteDrivers)('are paged without a row twice or left out, also far beyond 2^53 and below zero (%s)', async (_, open) => {
    const database = open(':memory:');
    const ids = [1n - 2n ** 63n, -big - 2n, -big - 1n, -big, 1n, big, big + 1n, big + 2n, big + 3n, 2n ** 63n - 1n];
    database.exec('create table p (sku integer primary key, title text)');
    for (const id of ids) database.exec(`insert into p (sku) values (${id})`);
    const { products } = await sqliteDataStore(database, { tables });
    const paged: string[] = [];
    for (let after: string | undefined, first = true; first || after; first = false) {
      const { rows, next } = await products.page({ limit: 2, after });
      paged.push(...rows.map(({ item }) => item));
      after = next;
    }
    const streamed: string[] = [];
    for await (const { item } of products.all()) streamed.push(item);
    expect(streamed).toEqual(ids.map(String));
    expect(paged).toEqual(ids.map(String));
  });
});

it.each(sqliteDrivers)(
  'interactions whose row numbers are beyond 2^53 come once each, in pages, lists and streams (%s)',
  async (_, open) => {
    const database = open(':memory:');
    const { interactions } = await sqliteDataStore(database);
    const wide = 2n ** 53n;
    const rows = 2500;
    database.exec("insert into products (item) values ('i')");
    database.exec(
      `insert into interactions (id, user, item, value, timestamp) with recursive n(k) as (select 0 union all select k + 1 from n where k < ${rows - 1}) ` +
        `select ${wide} - 1000 + k, 'u' || k, 'i', 1, 1000 from n`,
    );
    const users = Array.from({ length: rows }, (_, k) => `u${k}`);
    const streamed: string[] = [];
    for await (const { user } of interactions.all()) streamed.push(user);
    expect(streamed).toEqual(users);
    expect([...(await Interactions.from(interactions.all())).users]).toEqual(users);
    const paged: string[] = [];
    for (let after: string | undefined, first = true; first || after; first = false) {
      const page = await interactions.page({ limit: 333, after });
      paged.push(...page.rows.map(({ user }) => user));
      after = page.next;
    }
    expect(paged).toEqual(users);
    const ofItem = await interactions.ofItem('i');
    expect(ofItem.map(({ user }) => user)).toEqual(users);
    await expect(interactions.delete({ ids: [ofItem[rows - 1].id] })).rejects.toThrow(code('ERR_BAD_ID'));
  },
);
