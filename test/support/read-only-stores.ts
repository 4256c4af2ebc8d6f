import type { DataStore, EmbeddingCache, ModelStore } from 'attune';
import { expect } from 'vitest';

/** A few rows and models, before nothing can be written any more. */
export async function fill(data: DataStore, models: ModelStore, cache?: EmbeddingCache) {
  await data.products.putMany([{ item: 'a', title: 'A' }, { item: 'b' }]);
  await data.interactions.putMany([{ user: 'u', item: 'a', value: 4, timestamp: 5 }]);
  await data.events.append({ user: 'u', type: 'click', item: 'a', timestamp: 7 });
  await models.put('als', Uint8Array.of(1, 2, 3));
  await models.promote('als', 1, 'production');
  await models.put('als', Uint8Array.of(4));
  await cache?.put('space', ['key'], Float32Array.of(1, 2));
}

/** What was filled can be read in every way, and nothing can be written. */
export async function assertReadable(data: DataStore, models: ModelStore, message: RegExp) {
  const all = async <T>(rows: AsyncIterable<T>) => {
    const found: T[] = [];
    for await (const row of rows) found.push(row);
    return found;
  };
  expect(await data.products.get('a')).toEqual({ item: 'a', title: 'A' });
  expect((await data.products.page({ limit: 9 })).rows).toHaveLength(2);
  expect(await all(data.interactions.all())).toEqual([{ id: 1, user: 'u', item: 'a', value: 4, timestamp: 5 }]);
  expect(await data.interactions.ofUser('u')).toHaveLength(1);
  expect(await data.interactions.stats()).toMatchObject({ total: 1, users: 1 });
  expect(await all(data.events.all())).toMatchObject([{ user: 'u', type: 'click', timestamp: 7 }]);
  expect(await data.transaction((inside) => inside.interactions.count())).toBe(1);
  expect([...(await models.get('als@production')).bytes]).toEqual([1, 2, 3]);
  expect(await models.list()).toHaveLength(2);
  const refused = { code: 'ERR_STORE', message: expect.stringMatching(message) };
  for (const write of [
    () => data.products.putMany([{ item: 'c' }]),
    () => data.interactions.putMany([{ user: 'v', item: 'a', value: 1 }]),
    () => data.interactions.delete({ users: ['u'] }),
    () => data.events.append({ user: 'u', type: 'click' }),
    () => data.transaction((inside) => inside.events.append({ user: 'u', type: 'click' })),
    () => models.put('als', Uint8Array.of(5)),
    () => models.promote('als', 1, 'staging'),
    () => models.delete('als', 2),
  ])
    await expect(write()).rejects.toMatchObject(refused);
  expect([await data.products.count(), await data.interactions.count(), await data.events.count()]).toEqual([2, 1, 1]);
}
