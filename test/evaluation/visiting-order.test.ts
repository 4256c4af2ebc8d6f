import { AlsRecommender, evaluate, Interactions, split } from 'attune';
import { expect, it } from 'vitest';
import { byHistory } from '../../src/evaluation/visiting-order.ts';
import { fromRows } from '../support/makers.ts';

it('users of one history follow each other, and those without one come first', () => {
  const train = fromRows([
    ['a', 'x', 1],
    ['b', 'y', 1],
    ['c', 'x', 1],
    ['d', 'x', 2],
    ['e', 'x', 1],
    ['e', 'y', 1],
    ['f', 'y', 1],
  ]);
  const ids = ['f', 'e', 'd', 'nobody', 'c', 'b', 'a'];
  expect([...byHistory(ids, train)].map((k) => ids[k])).toEqual(['nobody', 'c', 'a', 'e', 'd', 'f', 'b']);
});

it('users who share histories are measured as they are one by one', async () => {
  // 600 users of 40 histories: more than are ranked at once.
  const rows = Array.from({ length: 600 }, (_, k) => {
    const kind = (k * 17) % 40;
    return [0, 1, 2].map((j) => ({
      user: `u${k}`,
      item: `i${(kind * 7 + j * j * 5 + (j === 2 ? k : 0)) % 90}`,
      value: 1 + (kind % 5),
      timestamp: j + 1,
    }));
  }).flat();
  const { train, test } = split(await Interactions.from(rows), { strategy: 'leave-last-out' });
  const model = await new AlsRecommender({ factors: 8, iterations: 3 }).fit(train);
  const options = { train, test, k: [5, 10], metrics: ['ndcg', 'recall', 'mrr', 'coverage', 'auc'] as const };
  const together = await evaluate(model, { ...options, metrics: [...options.metrics] });
  const alone = await evaluate((user, { n }) => model.recommend(user, { n }), { ...options, metrics: [...options.metrics] });
  for (const metric of ['ndcg', 'recall', 'mrr'] as const)
    for (const k of [5, 10]) expect([...together.perUser(metric, k)]).toEqual([...alone.perUser(metric, k)]);
  const twice = test.users.size > 1 ? [...test.users].flatMap((user) => [user, user]) : [];
  const batch = model.recommendMany(twice, { n: 5 });
  twice.forEach((user, k) => {
    const list = Array.from({ length: batch.offsets[k + 1] - batch.offsets[k] }, (_, j) => ({
      item: model.items.idAt(batch.items[batch.offsets[k] + j]),
      score: batch.scores[batch.offsets[k] + j],
    }));
    expect(list).toEqual([...model.recommend(user, { n: 5 })]);
  });
});
