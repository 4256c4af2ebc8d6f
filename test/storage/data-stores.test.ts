import { join } from 'node:path';
import { memoryDataStore } from 'attune';
import { sqliteDataStore } from 'attune/sqlite';
import Database from 'libsql';
import { describe } from 'vitest';
import { dataStoreConformance } from '../support/data-store-conformance.ts';
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

describe.each([
  ['memory', () => memoryDataStore()],
  ['sqlite', () => sqliteDataStore(new Database(':memory:'))],
  ['sqlite with names of its own, in a file', () => sqliteDataStore(new Database(join(folder, `${files++}.db`)), { tables: named })],
])('%s data store', (_, open) => dataStoreConformance(open));
