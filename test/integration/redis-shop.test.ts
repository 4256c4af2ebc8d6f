import { expect, it } from 'vitest';
import { connectRedis, RedisRateLimit } from '../../examples/amazon-appliances/server/http/redis-limit.ts';
import { startServer } from '../../examples/amazon-appliances/server/index.ts';
import { openSmallShop } from '../examples/server-shop.ts';
import { serviceUrl } from '../support/service.ts';

const url = serviceUrl('redis');

it('servers that share a Redis count wrong passwords together', async () => {
  process.env.REDIS_URL = url;
  const shop = await openSmallShop();
  const other = await startServer(shop.system, { port: 0, host: '127.0.0.1' });
  delete process.env.REDIS_URL;
  const guess = (address: string) =>
    fetch(new URL('/auth/login', address), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'admin', password: 'guess' }),
    }).then((it) => it.status);
  const statuses = [];
  for (let k = 0; k < 14; k++) statuses.push(await guess(k % 2 ? other.url : shop.server.url));
  expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
  expect(statuses.slice(-2)).toEqual([429, 429]);
  await other.close();
  await shop.close();
});

it('a bucket fills again with time, and counts alone while Redis is away', async () => {
  const redis = await connectRedis(url);
  const limit = new RedisRateLimit(redis, `test ${Date.now()}`, { burst: 2, perSecond: 10 });
  expect([await limit.take('a'), await limit.take('a')]).toEqual([0, 0]);
  expect(await limit.take('a')).toBe(1);
  expect(await limit.take('b')).toBe(0);
  await new Promise((done) => setTimeout(done, 150));
  expect(await limit.wait('a')).toBe(0);
  expect(await limit.take('a')).toBe(0);
  await redis.close();
  expect([await limit.take('c'), await limit.take('c')]).toEqual([0, 0]);
  expect(await limit.take('c')).toBeGreaterThan(0);
});
