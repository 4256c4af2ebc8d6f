import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyValueModelStore, type ModelStore, type ModelStoreOptions, memoryKeyValue, memoryModelStore } from 'attune';
import { fileModelStore } from 'attune/node';
import { sqliteModelStore } from 'attune/sqlite';
import { describe, expect, it } from 'vitest';
import { modelStoreConformance } from '../support/conformance.ts';
import { sqliteDrivers } from '../support/sqlite-handles.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: root } = temporaryFolder();
let folders = 0;

/** A store, and what changes the bytes of one of its versions behind its back. */
interface Opened {
  store: ModelStore;
  damage?: (name: string, version: number) => Promise<void>;
}

function inFolder(options?: ModelStoreOptions): Opened {
  const folder = join(root, String(folders++), 'not', 'there', 'yet');
  return {
    store: fileModelStore(folder, options),
    async damage(name, version) {
      const file = join(folder, name, `${version}.safetensors`);
      const bytes = readFileSync(file);
      bytes[77_777] ^= 1;
      writeFileSync(file, bytes);
    },
  };
}

function overKeyValue(options?: ModelStoreOptions): Opened {
  const client = memoryKeyValue();
  return {
    store: keyValueModelStore(client, options),
    async damage(name, version) {
      const key = `${name}/${version}/model`;
      const bytes = (await client.get(key)) as Uint8Array;
      bytes[77_777] ^= 1;
      await client.set(key, bytes);
    },
  };
}

const inSqlite =
  (driver: (path: string) => ReturnType<(typeof sqliteDrivers)[0][1]>, table?: string) =>
  (options?: ModelStoreOptions): Opened => {
    const database = driver(':memory:');
    return {
      store: sqliteModelStore(database, { table, ...options }),
      async damage(_, version) {
        database.exec(`update "${(table ?? 'models').replaceAll('"', '""')}" set bytes = zeroblob(100000) where version = ${version}`);
      },
    };
  };

const stores: [string, (options?: ModelStoreOptions) => Opened][] = [
  ['memory', (options) => ({ store: memoryModelStore(options) })],
  ['key-value', overKeyValue],
  ['file', inFolder],
  ...sqliteDrivers.flatMap(([driver, open]): [string, (options?: ModelStoreOptions) => Opened][] => [
    [driver, inSqlite(open)],
    [`${driver} with a hostile table name`, inSqlite(open, 'x"; drop table models; --')],
  ]),
];

describe.each(stores)('%s model store', (_, open) => {
  const damages = new WeakMap<ModelStore, Opened['damage']>();
  const opened = (options?: ModelStoreOptions) => {
    const { store, damage } = open(options);
    damages.set(store, damage);
    return store;
  };
  modelStoreConformance(() => opened(), {
    openKeeping: (keep) => opened({ keep }),
    damage: open().damage && ((store, name, version) => damages.get(store)?.(name, version) as Promise<void>),
  });
});

it('a database keeps the last thousand changes of an alias, and one more hundred', async () => {
  const [[, open]] = sqliteDrivers;
  const database = open(':memory:');
  const store = sqliteModelStore(database);
  for (const byte of [1, 2]) await store.put('als', Uint8Array.of(byte));
  for (let k = 0; k < 1250; k++) await store.promote('als', 1 + (k % 2), 'production');
  expect(database.prepare('select count(*) as n from models_aliases').get()).toMatchObject({ n: 1050 });
  expect(await store.get('als@production')).toMatchObject({ version: 2 });
  await store.rollback('als', 'production');
  await store.promote('als', 2, 'production');
  expect(await store.get('als@production')).toMatchObject({ version: 2, aliases: ['production'] });
});
