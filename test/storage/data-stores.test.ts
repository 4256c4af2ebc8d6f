import { join } from 'node:path';
import { memoryDataStore } from 'attune';
import { sqliteDataStore } from 'attune/sqlite';
import { describe } from 'vitest';
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

describe('memory data store', () => dataStoreConformance(() => memoryDataStore()));

describe.each(sqliteDrivers)('%s data store', (_, openDatabase) => {
  dataStoreConformance(() => sqliteDataStore(openDatabase(':memory:')));
});

describe.each(sqliteDrivers)('%s data store with names of its own, in a file', (_, openDatabase) => {
  dataStoreConformance(() => sqliteDataStore(openDatabase(join(folder, `${files++}.db`)), { tables: named }));
});
