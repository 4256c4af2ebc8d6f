import { getEventListeners } from 'node:events';
import { createRequire } from 'node:module';
import {
  AlsRecommender,
  EaseRecommender,
  fitMany,
  type Interactions,
  ItemKnnRecommender,
  memoryModelStore,
  modelCache,
  type TenantFit,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { zipf } from '../support/makers.ts';

const threads = createRequire(import.meta.url)('node:worker_threads') as typeof import('node:worker_threads');
const dataOf = (seed: number): Interactions => zipf({ users: 60 + seed, items: 40, rows: 600, seed });
const options = { factors: 8, iterations: 3, seed: 5 };

async function all(results: AsyncIterable<TenantFit>): Promise<Map<string, TenantFit>> {
  const found = new Map<string, TenantFit>();
  for await (const result of results) found.set(result.name, result);
  return found;
}

describe('many fits', () => {
  it.each([0, 2])('give the bytes of single fits, with %i workers', { timeout: 60_000 }, async (workers) => {
    const tenants = Array.from({ length: 6 }, (_, k) => ({ name: `t${k}`, interactions: dataOf(k) }));
    const store = memoryModelStore();
    const found = await all(fitMany(tenants, { family: AlsRecommender, options, workers, store, alias: 'production' }));
    expect(found.size).toBe(6);
    for (const { name, interactions } of tenants) {
      const alone = await new AlsRecommender(options).fit(interactions);
      expect(found.get(name)?.error).toBeUndefined();
      expect((await store.get(`${name}@production`)).bytes).toEqual(
        (await new AlsRecommender({ ...options, threads: 1 }).fit(interactions)).toBytes(),
      );
      expect((await AlsRecommender.load(store, name)).itemFactors.data).toEqual(alone.itemFactors.data);
      expect(found.get(name)?.info?.version).toBe(1);
    }
  });

  it('keep ids that are in another order than the rows', { timeout: 60_000 }, async () => {
    const filtered = dataOf(3).filter({ minPerUser: 5, minPerItem: 5 });
    const found = await all(fitMany([{ name: 'a', interactions: filtered }], { family: ItemKnnRecommender, workers: 1 }));
    expect(found.get('a')?.bytes).toEqual((await new ItemKnnRecommender({ threads: 1 }).fit(filtered)).toBytes());
  });

  it('load a tenant when it is its turn, and stay under the bound together', async () => {
    let loaded = 0;
    let most = 0;
    let open = 0;
    async function* tenants() {
      for (let k = 0; k < 5; k++) {
        yield {
          name: `t${k}`,
          interactions: async () => {
            loaded++;
            most = Math.max(most, ++open);
            return dataOf(k);
          },
        };
      }
    }
    const results = fitMany(tenants(), { family: EaseRecommender, workers: 0, maxBytes: 100, bytesOf: () => 60 });
    for await (const { error } of results) {
      expect(error).toBeUndefined();
      open--;
    }
    expect(loaded).toBe(5);
    expect(most).toBeLessThanOrEqual(2);
  });

  it('go on after a tenant that fails, and name what is wrong', async () => {
    const tenants = [
      { name: 'large', interactions: dataOf(1) },
      { name: 'bad', interactions: async () => Promise.reject(new Error('no such file')) },
      { name: 'option', interactions: dataOf(2), options: { factors: -1 } },
      { name: 'good', interactions: dataOf(2) },
    ];
    const found = await all(
      fitMany(tenants, {
        family: AlsRecommender,
        options,
        workers: 0,
        maxBytes: 1000,
        bytesOf: (data) => (data.userCount === 61 ? 2000 : 10),
      }),
    );
    expect(found.get('large')?.error).toMatchObject({ code: 'ERR_OUT_OF_MEMORY' });
    expect(found.get('bad')?.error).toMatchObject({ message: 'no such file' });
    expect(found.get('option')?.error).toMatchObject({ code: 'ERR_BAD_OPTION' });
    expect(found.get('good')?.bytes).toBeInstanceOf(Uint8Array);
    const wrong = fitMany([], { family: AlsRecommender, options: { factor: 3 } });
    await expect(wrong.next()).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  });

  it('go on in a new thread after one that ended for want of memory', { timeout: 60_000 }, async () => {
    const { Worker } = threads;
    let started = 0;
    threads.Worker = class extends Worker {
      constructor(source: string, options: object) {
        super(source, started++ === 0 ? { ...options, resourceLimits: { maxOldGenerationSizeMb: 5 } } : options);
      }
    } as typeof Worker;
    const tenants = ['large', 'a', 'b'].map((name, k) => ({ name, interactions: dataOf(k) }));
    const found = await all(fitMany(tenants, { family: AlsRecommender, options, workers: 1 })).finally(() => {
      threads.Worker = Worker;
    });
    expect(started).toBe(2);
    expect(found.get('large')?.error).toMatchObject({ code: 'ERR_OUT_OF_MEMORY', cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } });
    for (const name of ['a', 'b']) expect(found.get(name)?.bytes?.length).toBeGreaterThan(0);
  });

  it('name a tenant whose need of memory is no number', async () => {
    const bytesOf = ({ userCount }: Interactions) => (userCount === 60 ? Number.NaN : 1);
    const tenants = ['a', 'b'].map((name, k) => ({ name, interactions: dataOf(k) }));
    const found = await all(fitMany(tenants, { family: AlsRecommender, options, workers: 0, bytesOf }));
    expect(found.get('a')?.error).toMatchObject({ code: 'ERR_BAD_OPTION', message: expect.stringContaining("bytesOf of 'a'") });
    expect(found.get('b')?.bytes?.length).toBeGreaterThan(0);
  });

  it('leave nothing behind on a signal that outlives them', async () => {
    const { signal } = new AbortController();
    const tenants = [1, 2].map((k) => ({ name: `t${k}`, interactions: dataOf(k) }));
    expect((await all(fitMany(tenants, { family: AlsRecommender, options, workers: 0, signal }))).size).toBe(2);
    for await (const _ of fitMany(tenants, { family: AlsRecommender, options, workers: 0, signal })) break;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('end with the reason of an abort', async () => {
    const stop = new AbortController();
    const results = fitMany(
      Array.from({ length: 50 }, (_, k) => ({ name: `t${k}`, interactions: dataOf(k) })),
      { family: AlsRecommender, options, workers: 0, signal: stop.signal },
    );
    await results.next();
    stop.abort(new Error('enough'));
    await expect(
      (async () => {
        for await (const _ of results);
      })(),
    ).rejects.toThrow('enough');
  });
});

describe('a cache of models', () => {
  it('holds those that were used last, under a bound, and sees new versions', async () => {
    const store = memoryModelStore();
    let loads = 0;
    for (let k = 0; k < 4; k++) await store.put(`t${k}`, new Uint8Array(100).fill(k));
    const cache = modelCache(store, {
      maxBytes: 250,
      refreshMs: 0,
      load: (bytes) => {
        loads++;
        return { value: bytes[0] };
      },
    });
    const both = await Promise.all([cache.get('t0'), cache.get('t0')]);
    expect(both[0]).toBe(both[1]);
    await cache.get('t1');
    await cache.get('t0');
    await cache.get('t2'); // t1 leaves
    expect([cache.size, cache.bytes, loads]).toEqual([2, 200, 3]);
    await cache.get('t0');
    expect(loads).toBe(3);
    await cache.get('t1');
    expect(loads).toBe(4);
    await store.put('t0', new Uint8Array(100).fill(9));
    expect((await cache.get('t0')).value).toBe(9);
    await store.put('huge', new Uint8Array(1000).fill(7));
    expect((await cache.get('huge')).value).toBe(7);
    expect(cache.bytes).toBeLessThanOrEqual(250);
    await store.promote('t0', 1, 'production');
    expect((await cache.get('t0@production')).value).toBe(0);
    await expect(cache.get('none')).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    cache.drop();
    expect(cache.size).toBe(0);
  });

  it('gives recommenders of any family by default', async () => {
    const store = memoryModelStore();
    await (await new ItemKnnRecommender().fit(dataOf(1))).save(store, 'knn');
    const model = await modelCache(store).get('knn');
    expect(model.kind).toBe('item-knn');
  });
});
