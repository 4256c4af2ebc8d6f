import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { memoryModelStore } from 'attune';
import { fileModelStore } from 'attune/node';
import { sqliteDataStore, sqliteModelStore } from 'attune/sqlite';
import Database from 'libsql';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { crashOften, kills, writeAtOnce } from '../support/crash.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: root } = temporaryFolder();
const fresh = () => mkdtempSync(join(root, 'crash-'));

describe.each(['file', 'sqlite'])('%s stores', (kind) => {
  it('hold all that they confirmed and nothing half, whenever a writer is killed', { timeout: 180_000 + kills * 5000 }, () =>
    crashOften(kind, fresh()),
  );
  it('take two writers at once', { timeout: 180_000 }, () => writeAtOnce(kind, fresh()));
});

const folder = fresh();
const mounted = process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder]).status === 0;
afterAll(() => mounted && spawnSync('umount', ['-l', folder])); // of the file, because that of a group is left out when none of its tests is chosen

describe('a disk that is full, or read-only', () => {
  it.skipIf(!mounted)('is ERR_STORE, keeps the old state, and is no harm once there is room', async () => {
    const models = fileModelStore(join(folder, 'models'));
    await models.put('als', new Uint8Array(1_000_000).fill(1));
    await models.promote('als', 1, 'production');
    await expect(models.put('als', new Uint8Array(8_000_000).fill(2))).rejects.toMatchObject({ code: 'ERR_STORE' });
    expect((await models.get('als@production')).bytes.every((byte) => byte === 1)).toBe(true);
    expect(await models.list('als')).toHaveLength(1);
    expect(readdirSync(join(folder, 'models/als')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect((await models.put('als', new Uint8Array(1000).fill(3))).version).toBeGreaterThan(1);

    const database = new Database(join(folder, 'full.db'));
    const data = await sqliteDataStore(database);
    await data.events.append({ user: 'u', type: 'a' });
    const large = Array.from({ length: 60_000 }, (_, k) => ({ user: `user ${k}`, item: 'x', value: 1 }));
    await expect(data.interactions.putMany(large, { unknownProducts: 'stub' })).rejects.toMatchObject({ code: 'ERR_STORE' });
    await expect(sqliteModelStore(database).put('als', new Uint8Array(5_000_000))).rejects.toMatchObject({ code: 'ERR_STORE' });
    expect([await data.interactions.count(), await data.events.count()]).toEqual([0, 1]);
    database.close();
  });

  it.skipIf(!mounted)('of which nothing can be written, what is there can be read', async () => {
    const readOnly = fresh();
    spawnSync('mount', ['--bind', folder, readOnly]);
    expect(spawnSync('mount', ['-o', 'remount,ro,bind', readOnly]).status).toBe(0);
    const models = fileModelStore(join(readOnly, 'models'));
    await expect(models.put('als', Uint8Array.of(1))).rejects.toMatchObject({ code: 'ERR_STORE' });
    await expect(models.promote('als', 1, 'staging')).rejects.toMatchObject({ code: 'ERR_STORE' });
    expect(await models.get('als@production')).toMatchObject({ version: 1 });
    spawnSync('umount', ['-l', readOnly]);
  });
});

it('a clock that goes backwards changes neither numbers nor what is newest', async () => {
  const folder = fresh();
  for (const store of [memoryModelStore(), fileModelStore(folder), sqliteModelStore(new Database(':memory:'))]) {
    vi.useFakeTimers({ toFake: ['Date'], now: 2e12 });
    try {
      for (const [k, now] of [2e12, 1e12, 1.5e12, 5].entries()) {
        vi.setSystemTime(now);
        expect(await store.put('als', Uint8Array.of(k + 1))).toMatchObject({ version: k + 1, createdAt: now });
        await store.promote('als', k + 1, 'production');
        expect(await store.get('als')).toMatchObject({ version: k + 1 });
        expect(await store.get('als@production')).toMatchObject({ version: k + 1 });
      }
      await store.rollback('als', 'production');
      expect(await store.get('als@production')).toMatchObject({ version: 3 });
    } finally {
      vi.useRealTimers();
    }
  }
});
