import { join } from 'node:path';
import { memoryModelStore } from 'attune';
import { fileModelStore } from 'attune/node';
import { sqliteModelStore } from 'attune/sqlite';
import Database from 'libsql';
import { describe } from 'vitest';
import { modelStoreConformance } from '../support/model-store-conformance.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: root } = temporaryFolder();
let folders = 0;

describe.each([
  ['memory', () => memoryModelStore()],
  ['file', () => fileModelStore(join(root, String(folders++), 'not', 'there', 'yet'))],
  ['sqlite', () => sqliteModelStore(new Database(':memory:'))],
  ['sqlite with a hostile table name', () => sqliteModelStore(new Database(':memory:'), { table: 'x"; drop table models; --' })],
])('%s model store', (_, open) => modelStoreConformance(open));
