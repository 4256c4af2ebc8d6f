import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AlsRecommender, Interactions, type ModelStore, memoryModelStore } from 'attune';
import { fileModelStore } from 'attune/node';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const { path: root } = temporaryFolder();
const freshFolder = () => mkdtempSync(join(root, 'models-'));

/** A model of so many users with 64 factors. */
function modelOf(users: number): AlsRecommender {
  const [factors, items] = [64, 20];
  const numbers = (rows: number) => ({
    data: Float32Array.from({ length: rows * factors }, (_, k) => Math.sin(k)),
    rows,
    columns: factors,
  });
  return AlsRecommender.fromFactors({
    userIds: Array.from({ length: users }, (_, k) => `ü${k}`),
    itemIds: Array.from({ length: items }, (_, k) => `i${k}`),
    userFactors: numbers(users),
    itemFactors: numbers(items),
  });
}

describe('a model that is saved', () => {
  it('has the bytes of toBytes in every store', async () => {
    const als = modelOf(50);
    for (const store of [fileModelStore(freshFolder()), memoryModelStore()]) {
      const { sizeBytes } = await als.save(store, 'als');
      expect(sizeBytes).toBe(als.toBytes().length);
      expect(Buffer.compare((await store.get('als')).bytes, als.toBytes())).toBe(0);
    }
  });

  it('is written into a folder without a second copy of it in memory', async () => {
    const als = modelOf(100_000);
    const folder = freshFolder();
    await als.save(fileModelStore(folder), 'warm');
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const look = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 1);
    const { sizeBytes } = await als.save(fileModelStore(folder), 'als');
    clearInterval(look);
    expect(sizeBytes).toBeGreaterThan(25e6);
    expect(most).toBeLessThan(sizeBytes / 2);
    expect(Buffer.compare(readFileSync(join(folder, 'als/1.safetensors')), als.toBytes())).toBe(0);
  });

  it('goes through a put that wraps that of a store, and through a toBytes of a derived class', async () => {
    const store = fileModelStore(freshFolder());
    const sizes: number[] = [];
    const wrapped: ModelStore = {
      ...store,
      put: (name, bytes, metadata) => {
        sizes.push(bytes.length);
        return store.put(name, bytes, metadata);
      },
    };
    const als = modelOf(50);
    await als.save(wrapped, 'als');
    expect(sizes).toEqual([als.toBytes().length]);

    class Marked extends AlsRecommender {
      override toBytes(): Uint8Array<ArrayBuffer> {
        return Uint8Array.of(1, 2, 3);
      }
    }
    const marked = await new Marked({ factors: 2, iterations: 1, threads: 1 }).fit(
      Interactions.fromColumns({ users: ['u'], items: ['i'] }),
    );
    await marked.save(store, 'marked');
    expect([...(await store.get('marked')).bytes]).toEqual([1, 2, 3]);
  });

  it('leaves only the versions that the store keeps', async () => {
    const store = fileModelStore(freshFolder(), { keep: 2 });
    for (let k = 0; k < 4; k++) await modelOf(5).save(store, 'als');
    expect((await store.list('als')).map(({ version }) => version)).toEqual([3, 4]);
  });
});
