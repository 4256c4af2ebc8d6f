import { expect, it, vi } from 'vitest';
import { FactorRecommender } from '../../../src/entries/index.ts';
import { uniform } from '../../../src/numeric/random.ts';

// As a bundler builds a page: see config/build-modules.ts.
vi.mock('../../../src/recommenders/factors/prefilters.ts', () => import('../../../src/recommenders/factors/prefilters.page.ts'));

const factors = 32;
const [users, items] = [1100, 1300]; // enough of both for a prefilter
const model = FactorRecommender.from({
  userIds: Array.from({ length: users }, (_, u) => `u${u}`),
  itemIds: Array.from({ length: items }, (_, i) => `i${i}`),
  userFactors: uniform(1, users * factors, 1),
  itemFactors: uniform(2, items * factors, 1),
  itemBiases: uniform(3, items, 1),
});
const answers = () => ({
  list: model.recommend('u7', { n: 20 }),
  many: model.recommendMany(['u1', 'u2', 'u3'], { n: 5 }).at(1),
  items: model.similarItems('i5', { n: 20 }),
  users: model.similarUsers('u9', { n: 20 }),
});

it('a page answers at once without prefilters, and the same with them when their code is there', async () => {
  const { prefiltersFor } = await import('../../../src/recommenders/factors/prefilters.ts');
  const scanned = answers();
  expect(prefiltersFor(items, factors)).toBeUndefined();
  await vi.waitFor(() => expect(prefiltersFor(items, factors)).toBeDefined(), 30_000);
  expect(answers()).toEqual(scanned);
  expect(prefiltersFor(100, factors)).toBeUndefined(); // too few rows for any
});
