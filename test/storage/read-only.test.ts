import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { DataStore } from 'attune';
import { type SqliteHandle, sqliteDataStore, sqliteEmbeddingCache, sqliteModelStore } from 'attune/sqlite';
import Database from 'libsql';
import { afterAll, describe, expect, it } from 'vitest';
import { assertReadable, fill } from '../support/read-only-stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: folder } = temporaryFolder();
const open = (file: string) => new Database(file) as unknown as SqliteHandle & { close(): void };

describe('a SQLite handle that may only read', () => {
  const filled = async () => {
    const file = join(mkdtempSync(join(folder, 'ro-')), 'data.db');
    const handle = open(file);
    await fill((await sqliteDataStore(handle)) as DataStore, sqliteModelStore(handle), sqliteEmbeddingCache(handle));
    return { file, handle };
  };

  it('is read by all stores; what writes is ERR_STORE and says why', async () => {
    const { file, handle } = await filled();
    handle.close();
    const reading = open(file);
    reading.exec('pragma query_only = on');
    await assertReadable((await sqliteDataStore(reading)) as DataStore, sqliteModelStore(reading), /open for reading only/);
    const cache = sqliteEmbeddingCache(reading);
    expect(await cache.get('space', ['key', 'other'])).toEqual([Float32Array.of(1, 2), undefined]);
    await expect(cache.put('space', ['other'], Float32Array.of(1, 2))).rejects.toMatchObject({ code: 'ERR_STORE' });
    reading.close();
  });

  it('sees what another process writes meanwhile, and is opened without waiting for it', async () => {
    const { file, handle } = await filled();
    handle.exec('begin immediate');
    const reading = open(file);
    reading.exec('pragma query_only = on');
    const started = performance.now();
    const data = await sqliteDataStore(reading);
    expect(performance.now() - started).toBeLessThan(3000);
    handle.exec('rollback');
    await (await sqliteDataStore(handle)).events.append({ user: 'u', type: 'view' });
    expect(await data.events.count()).toBe(2);
    reading.close();
    handle.close();
  });

  it('without the tables is ERR_STORE that names the one that is missing', async () => {
    const file = join(mkdtempSync(join(folder, 'ro-')), 'data.db');
    const handle = open(file);
    handle.exec('create table products (id text primary key)');
    handle.close();
    const reading = open(file);
    reading.exec('pragma query_only = on');
    const refused = (what: string) => expect.objectContaining({ code: 'ERR_STORE', message: expect.stringContaining(what) });
    await expect(sqliteDataStore(reading)).rejects.toEqual(refused("a column 'item' in table 'products'"));
    await expect(sqliteDataStore(reading, { tables: { products: { id: 'id', columns: {} } } })).rejects.toEqual(
      refused("a table 'interactions'"),
    );
    expect(() => sqliteModelStore(reading)).toThrow(refused("a table 'models'"));
    expect(() => sqliteEmbeddingCache(reading)).toThrow(refused("a table 'embeddings'"));
    reading.close();
  });

  const source = mkdtempSync(join(folder, 'source-'));
  const mounted = mkdtempSync(join(folder, 'mount-'));
  const canMount = process.platform === 'linux' && spawnSync('mount', ['--bind', source, mounted]).status === 0;
  afterAll(() => canMount && spawnSync('umount', ['-l', mounted]));

  it.skipIf(!canMount)('may be in a folder that cannot be written, with a journal that is no log', async () => {
    const handle = open(join(source, 'data.db'));
    await fill((await sqliteDataStore(handle)) as DataStore, sqliteModelStore(handle));
    handle.exec('pragma journal_mode = delete');
    handle.close();
    expect(spawnSync('mount', ['-o', 'remount,ro,bind', mounted]).status).toBe(0);
    const reading = open(join(mounted, 'data.db'));
    await assertReadable((await sqliteDataStore(reading)) as DataStore, sqliteModelStore(reading), /open for reading only/);
    reading.close();
  });
});
