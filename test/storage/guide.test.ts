import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelStoreConformance } from '../support/conformance.ts';
import { fakeRedis } from '../support/fake-redis.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { redisModelStore } from './guide/key-value-model-store.ts';

const { path } = temporaryFolder();
const home = process.cwd();
beforeAll(() => process.chdir(path)); // the guide writes where it stands
afterAll(() => process.chdir(home));

const guide = readFileSync(join(import.meta.dirname, '../../docs/storage.md'), 'utf8');

it('every TypeScript block of the storage guide is a file that is tested here', () => {
  const blocks = Array.from(guide.matchAll(/```ts\n(.*?)```/gs), ([, block]) => block.trim());
  const files = ['models', 'data', 'postgres', 'redis-s3', 'answers', 'events', 'key-value-model-store'].map((name) =>
    readFileSync(join(import.meta.dirname, 'guide', `${name}.ts`), 'utf8')
      .replace(/\nexport \{ [^}]*\};\n$/, '')
      .trim(),
  );
  expect(blocks).toEqual(files);
});

it('the guide’s models are saved, promoted, served, rolled back and deleted', async () => {
  const { served, store } = await import('./guide/models.ts');
  expect(served.recommend('u2', { n: 3 }).length).toBeGreaterThan(0);
  expect(await store.list()).toMatchObject([{ name: 'shop-als', version: 1, aliases: ['production'], metadata: { ndcg: 0.31 } }]);
});

it('the guide’s shop keeps what it says', async () => {
  const { data, result } = await import('./guide/data.ts');
  expect(result).toEqual({
    inserted: 1,
    updated: 0,
    rejected: [{ row: 1, reason: 'Expected a product the store knows, got "B99".', code: 'ERR_UNKNOWN_ITEM' }],
  });
  expect(await data.interactions.count()).toBe(0);
  expect(await data.events.ofUser('A1')).toMatchObject([{ type: 'click', item: 'B01' }, { type: 'forgotten' }]);
});

it('the guide’s stores in PostgreSQL, Redis and S3 are made, its answers kept and its user forgotten', async () => {
  const { database, shop, versions } = await import('./guide/postgres.ts');
  expect(await shop.products.putMany([{ item: 'B01' }])).toMatchObject({ inserted: 1 });
  expect(await versions.put('als', Uint8Array.of(1))).toMatchObject({ version: 1 });
  await database.close();
  const { inBucket, inRedis, shared } = await import('./guide/redis-s3.ts');
  expect([inBucket.put, inRedis.put, shared.answer].map((method) => typeof method)).toEqual(['function', 'function', 'function']);
  const { home, serving, stop } = await import('./guide/answers.ts');
  expect((await home('u2')).length).toBeGreaterThan(0);
  stop.abort();
  await serving;
  const { report } = await import('./guide/events.ts');
  expect(report).toEqual({ user: 'A1', interactions: 0, events: 2, models: [], answers: 0 });
});

describe('the guide’s own adapter', () => modelStoreConformance(() => redisModelStore(fakeRedis())));
