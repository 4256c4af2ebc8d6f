import { join } from 'node:path';
import { memoryDataStore } from 'attune';
import { sqliteDataStore } from 'attune/sqlite';
import { describe, expect, it } from 'vitest';
import { dataStoreConformance } from '../support/conformance.ts';
import { sqliteDrivers } from '../support/sqlite-handles.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: folder } = temporaryFolder();
let files = 0;

const named = {
  products: { name: 'product catalog', id: 'parent_asin', columns: { title: 'TEXT', features: 'JSON' } },
  interactions: {
    name: 'select',
    user: 'user"id',
    item: "it'em",
    value: 'rating',
    timestamp: 'order',
    id: 'row number',
    columns: { note: 'TEXT' },
  },
  events: { name: 'x"; drop table "select"; --' },
} as const;

describe('memory data store', () => {
  dataStoreConformance(() => memoryDataStore());

  it('refuses what it does not know', () => {
    for (const bad of [
      { nope: 1 },
      { table: {} },
      { tables: { product: {} } },
      'memory',
      5,
      { tables: { products: { columns: { a: 'VARCHAR' } } } },
    ])
      expect(() => memoryDataStore(bad as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });

  it('reads declared columns as a database does', async () => {
    const columns = { title: 'TEXT', price: 'REAL', stock: 'INTEGER', features: 'JSON' } as const;
    const { products } = memoryDataStore({ tables: { products: { columns } } });
    const put = await products.putMany([
      { item: 'a', title: 'x', price: '19.99', stock: true, features: [1] },
      { item: 'b', price: 'None' },
      { item: 'c', colour: 'red' } as never,
    ]);
    expect(put).toMatchObject({ inserted: 1, rejected: [{ code: 'ERR_BAD_VALUE' }, { code: 'ERR_BAD_ROW' }] });
    expect(await products.get('a')).toEqual({ item: 'a', title: 'x', price: 19.99, stock: 1, features: [1] });
  });
});

describe('memory data store with declared columns', () => dataStoreConformance(() => memoryDataStore({ tables: named })));

describe.each(sqliteDrivers)('%s data store', (_, openDatabase) => {
  dataStoreConformance(() => sqliteDataStore(openDatabase(':memory:')));
});

describe.each(sqliteDrivers)('%s data store with names of its own, in a file', (_, openDatabase) => {
  dataStoreConformance(() => sqliteDataStore(openDatabase(join(folder, `${files++}.db`)), { tables: named }));
});
