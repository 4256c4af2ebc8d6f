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
  const files = ['models', 'data', 'key-value-model-store'].map((name) =>
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

describe('the guide’s own adapter', () => modelStoreConformance(() => redisModelStore(fakeRedis())));
