import { join } from 'node:path';
import { type ModelStore, memoryModelStore } from 'attune';
import { fileModelStore } from 'attune/node';
import { sqliteModelStore } from 'attune/sqlite';
import { describe } from 'vitest';
import { modelStoreConformance } from '../support/conformance.ts';
import { sqliteDrivers } from '../support/sqlite-handles.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: root } = temporaryFolder();
let folders = 0;

const stores: [string, () => ModelStore][] = [
  ['memory', () => memoryModelStore()],
  ['file', () => fileModelStore(join(root, String(folders++), 'not', 'there', 'yet'))],
  ...sqliteDrivers.flatMap(([driver, open]): [string, () => ModelStore][] => [
    [driver, () => sqliteModelStore(open(':memory:'))],
    [`${driver} with a hostile table name`, () => sqliteModelStore(open(':memory:'), { table: 'x"; drop table models; --' })],
  ]),
];

describe.each(stores)('%s model store', (_, open) => modelStoreConformance(open));
