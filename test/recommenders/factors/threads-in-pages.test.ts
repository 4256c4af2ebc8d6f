import { expect, it, vi } from 'vitest';
import { threadPools } from '../../../src/engine/threads/thread-pools.page.ts';
import { FactorRecommender } from '../../../src/entries/index.ts';
import { uniform } from '../../../src/numeric/random.ts';

// As a bundler builds a page: see config/build-modules.ts.
vi.mock('../../../src/engine/threads/thread-pools.ts', () => import('../../../src/engine/threads/thread-pools.page.ts'));

const factors = 32;
const [users, items] = [520, 1300]; // enough of both for other threads
const model = FactorRecommender.from({
  userIds: Array.from({ length: users }, (_, u) => `u${u}`),
  itemIds: Array.from({ length: items }, (_, i) => `i${i}`),
  userFactors: uniform(1, users * factors, 1),
  itemFactors: uniform(2, items * factors, 1),
  threads: 2,
});
const lists = () => [...model.recommendMany(model.users, { n: 5 })];

it('a worker of a page makes lists on one thread until the code of threads is there, and the same lists then', async () => {
  const alone = lists();
  await vi.waitFor(() => expect(threadPools()).toBeDefined(), 30_000);
  expect(lists()).toEqual(alone);
  expect(alone.every((list) => list.length === 5)).toBe(true);
});

it('the main thread of a page, which must not block, loads no threads', async () => {
  vi.stubGlobal('document', {});
  vi.resetModules();
  const fresh = await import('../../../src/engine/threads/thread-pools.page.ts');
  expect(fresh.threadPools()).toBeUndefined();
  await new Promise((done) => setTimeout(done, 50));
  expect(fresh.threadPools()).toBeUndefined();
  vi.unstubAllGlobals();
});
