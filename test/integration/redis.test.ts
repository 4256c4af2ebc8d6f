import { redisCache, redisModelStore } from 'attune/redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, describe, expect, it } from 'vitest';
import { commandOf, type RedisClient } from '../../src/storage/redis/client.ts';
import { redisKeyValue } from '../../src/storage/redis/key-value.ts';
import { answerCacheConformance, keyValueConformance, modelStoreConformance } from '../support/conformance.ts';
import { serviceUrl } from '../support/service.ts';

const url = serviceUrl('redis');
const io = new Redis(url);
const node = await createClient({ url }).connect();
afterAll(async () => {
  await io.quit();
  await node.close();
});

let number = 0;
const run = Date.now().toString(36);
const fresh = () => `${run}-${++number}`;

describe.each<[string, () => RedisClient]>([
  ['ioredis', () => io],
  ['redis', () => node],
])('over a client of %s', (_, client) => {
  describe('keys and values', () => keyValueConformance(() => redisKeyValue(commandOf(client(), 'test'), fresh())));

  describe('answers', () => {
    answerCacheConformance((ttlMs) => redisCache(client(), { prefix: fresh(), ttlMs }));

    it('dropped by one process are not kept by another that computes them meanwhile', async () => {
      const prefix = fresh();
      const [one, two] = [redisCache(client(), { prefix }), redisCache(client(), { prefix })];
      const old = one.answer({ key: 'home', user: 'A1' }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 60));
        return 'old';
      });
      await new Promise((resolve) => setTimeout(resolve, 30));
      await two.invalidate({ user: 'A1' });
      await old;
      expect(await one.answer({ key: 'home', user: 'A1' }, () => 'new')).toBe('new');
      expect(await two.answer({ key: 'home', user: 'A1' }, () => 'newer')).toBe('new');
      expect(await two.forget('A1')).toBe(1);
      for (const key of await io.keys(`*${prefix}*`)) expect(key).not.toContain('A1');
    });
  });

  describe('models', () => {
    let prefix = '';
    const open = (options: { keep?: number } = {}) => {
      prefix = fresh();
      return redisModelStore(client(), { prefix, ...options });
    };
    modelStoreConformance(() => open(), {
      openKeeping: (keep) => open({ keep }),
      damage: async (_, name, version) => void (await io.setrange(`{${prefix}}:${name}/${version}/model`, 77_777, 'x')),
    });

    it('of more than a part come back whole, and leave nothing when they are deleted', async () => {
      const store = open();
      const bytes = Uint8Array.from({ length: 40_000_000 }, (_, k) => (k * 31) >> 5);
      await store.put('large', bytes);
      await store.put('large', bytes.subarray(1));
      expect(Buffer.compare((await store.get('large@1')).bytes, bytes)).toBe(0);
      expect((await store.get('large')).sizeBytes).toBe(39_999_999);
      const parts = async () => (await io.keys(`{${prefix}}:#*`)).length;
      expect(await parts()).toBe(6);
      for (const key of await io.keys(`{${prefix}}:#*`)) expect(await io.ttl(key)).toBe(-1);
      await io.del((await io.keys(`{${prefix}}:#*`))[0]);
      const lost = await Promise.allSettled([store.get('large@1'), store.get('large@2')]);
      expect(lost.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: { code: 'ERR_BAD_FILE' } }]);
      await store.delete('large', 1);
      await store.delete('large', 2);
      expect(await parts()).toBe(0);
    });
  });
});

it('what is no client is refused, and a client that cannot reach its server rejects with ERR_STORE', async () => {
  for (const bad of [null, undefined, {}, 'redis://localhost', new Map()] as never[])
    expect(() => redisModelStore(bad)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  expect(() => redisModelStore(io, { prefx: 'x' } as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  const lost = new Redis({ port: 1, host: '127.0.0.1', retryStrategy: () => null, lazyConnect: true });
  lost.on('error', () => {});
  await expect(redisModelStore(lost).list()).rejects.toMatchObject({ code: 'ERR_STORE' });
  const failures: unknown[] = [];
  expect(await redisCache(lost, { onError: (error) => failures.push(error) }).answer({ key: 'a' }, () => 'computed')).toBe('computed');
  expect(failures).toHaveLength(1);
});
