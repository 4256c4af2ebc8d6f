import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { memoryEmbeddingCache } from 'attune';
import { fileEmbeddingCache } from 'attune/node';
import { sqliteEmbeddingCache } from 'attune/sqlite';
import { describe, expect, it } from 'vitest';
import { startChild } from '../support/child.ts';
import { embeddingCacheConformance } from '../support/conformance.ts';
import { sqliteDrivers } from '../support/sqlite-handles.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const home = temporaryFolder();
const freshFolder = () => mkdtempSync(join(home.path, 'cache-'));

describe('a memory embedding cache', () => embeddingCacheConformance(() => ({ cache: memoryEmbeddingCache() })));

describe('a file embedding cache', () => {
  embeddingCacheConformance(() => {
    const folder = join(freshFolder(), 'not', 'there', 'yet');
    return { cache: fileEmbeddingCache(folder), reopen: () => fileEmbeddingCache(folder) };
  });

  const segments = (folder: string) =>
    readdirSync(folder).flatMap((space) => readdirSync(join(folder, space)).map((name) => join(folder, space, name)));

  it('takes a damaged or foreign file for one that is not there', async () => {
    const folder = freshFolder();
    await fileEmbeddingCache(folder).put('s', ['a'], Float32Array.of(1, 2));
    const [file] = segments(folder);
    const bytes = readFileSync(file);
    for (const at of [3, 20, bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[at] ^= 1;
      writeFileSync(file, damaged);
      expect(await fileEmbeddingCache(folder).get('s', ['a']), `byte ${at}`).toEqual([undefined]);
    }
    writeFileSync(file, bytes.subarray(0, 40));
    const cache = fileEmbeddingCache(folder);
    expect(await cache.get('s', ['a'])).toEqual([undefined]);
    await cache.put('s', ['a'], Float32Array.of(3, 4));
    expect(await cache.get('s', ['a'])).toEqual([Float32Array.of(3, 4)]);
  });

  it('goes on when its files are deleted under it', async () => {
    const folder = freshFolder();
    const cache = fileEmbeddingCache(folder);
    await cache.put('s', ['a'], Float32Array.of(1));
    expect(await cache.get('s', ['a'])).toEqual([Float32Array.of(1)]);
    for (const file of segments(folder)) rmSync(file);
    expect(await cache.get('s', ['a'])).toEqual([undefined]);
    expect(await cache.get('s', ['a'])).toEqual([undefined]);
  });

  it('sees what another one put meanwhile', async () => {
    const folder = freshFolder();
    const [one, two] = [fileEmbeddingCache(folder), fileEmbeddingCache(folder)];
    expect(await two.get('s', ['a'])).toEqual([undefined]);
    await one.put('s', ['a'], Float32Array.of(1));
    expect(await two.get('s', ['a'])).toEqual([Float32Array.of(1)]);
  });

  it('keeps what was confirmed and no half of anything, whenever it is killed', async () => {
    const folder = freshFolder();
    const child = await startChild(resolve(import.meta.dirname, 'children/put-embeddings.ts'), folder);
    await child.line('ready');
    await child.line('put');
    await new Promise((done) => setTimeout(done, 20 + Math.random() * 150));
    child.process.kill('SIGKILL');
    await child.ended;
    const confirmed = Number(child.lines.at(-1)?.slice(4));
    const cache = fileEmbeddingCache(folder);
    const found = await cache.get(
      's',
      Array.from({ length: confirmed + 1000 }, (_, k) => String(k)),
    );
    expect(found.slice(0, confirmed).every((vector) => vector !== undefined)).toBe(true);
    found.forEach((vector, k) => {
      if (vector) expect(vector.length === 256 && vector.every((x) => x === k), `key ${k}`).toBe(true);
    });
    await cache.put('s', ['x'], Float32Array.of(1));
    expect(segments(folder).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  }, 240_000);

  it('refuses what is no folder', () => {
    expect(() => fileEmbeddingCache('')).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });
});

describe.each(sqliteDrivers)('an embedding cache in %s', (_, open) => {
  embeddingCacheConformance(() => {
    const database = open(':memory:');
    return { cache: sqliteEmbeddingCache(database), reopen: () => sqliteEmbeddingCache(database) };
  });

  it('can stand in a table of any name', async () => {
    const database = open(':memory:');
    await sqliteEmbeddingCache(database, { table: 'my "vectors"' }).put('s', ['a'], Float32Array.of(1));
    expect(await sqliteEmbeddingCache(database).get('s', ['a'])).toEqual([undefined]);
    expect(() => sqliteEmbeddingCache(database, { tabel: 'x' } as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });
});
