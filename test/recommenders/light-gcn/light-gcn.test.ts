import { Interactions, LightGcnRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { expectCode, recommenderConformance } from '../../support/conformance.ts';
import { zipf } from '../../support/makers.ts';

describe.each([
  ['softmax', { epochs: 40 }],
  ['bpr', { loss: 'bpr', epochs: 80 }],
] as const)('LightGcnRecommender by %s', (_, settings) => {
  recommenderConformance({
    make: (options) => new LightGcnRecommender({ factors: 8, learningRate: 0.05, seed: 3, ...settings, ...options }),
    Class: LightGcnRecommender,
    can: { similarUsers: true, explain: true, explainMany: true, explainFor: true, partialFit: true, earlyStopping: true },
  });
});

describe('LightGcnRecommender', () => {
  const data = zipf({ users: 200, items: 90, rows: 3000 });
  it.each(['softmax', 'bpr'] as const)('learns the same bytes by %s for any number of threads', async (loss) => {
    const fits = [1, 2, 3].map((threads) =>
      new LightGcnRecommender({ loss, epochs: 4, batchSize: 300, negatives: 50, threads, seed: 5 }).fit(data),
    );
    const [one, ...others] = await Promise.all(fits);
    for (const other of others) expect(other.toBytes()).toEqual(one.toBytes());
  });
  it('gives users and items whose products are the scores', async () => {
    const gcn = await new LightGcnRecommender({ factors: 6, epochs: 3 }).fit(data);
    const { userFactors, itemFactors } = gcn;
    const [user, item] = [gcn.users.indexOf('u3'), gcn.items.indexOf('i5')];
    let product = 0;
    expect([userFactors.columns, itemFactors.columns]).toEqual([7, 7]); // the last one is popularity
    for (let e = 0; e < 7; e++) product += userFactors.data[user * 7 + e] * itemFactors.data[item * 7 + e];
    expect(gcn.score('u3', ['i5'])[0]).toBeCloseTo(product, 5);
    const plain = await new LightGcnRecommender({ factors: 6, epochs: 3, popularity: 0 }).fit(data);
    expect([plain.userFactors.columns, plain.itemFactors.columns]).toEqual([6, 6]);
  });
  it('adds the popularity of an item to every score, as it says', async () => {
    const gcn = await new LightGcnRecommender({ factors: 6, epochs: 3, temperature: 0.2, popularity: 2 }).fit(data);
    const { data: rows, columns } = gcn.itemFactors;
    const users = new Map<string, Set<string>>();
    for (const { user, item } of data) users.set(item, (users.get(item) ?? new Set()).add(user));
    for (const [item, { size }] of users) expect(rows[gcn.items.indexOf(item) * columns + 6]).toBeCloseTo(2 * Math.log(size), 5);
    // A user is as long as 1 / temperature, items are of length 1.
    const user = gcn.userFactors.data.subarray(0, 6);
    expect(Math.hypot(...user)).toBeCloseTo(5, 4);
    expect(LightGcnRecommender.fromBytes(gcn.toBytes()).recommend('u3', { n: 20 })).toEqual(gcn.recommend('u3', { n: 20 }));
  });
  it('lowers its loss from epoch to epoch, and stops where held-out data says so', async () => {
    const gcn = await new LightGcnRecommender({ epochs: 12, learningRate: 0.03 }).fit(data);
    expect(gcn.history.length).toBe(12);
    expect(gcn.history[11].loss).toBeLessThan(gcn.history[0].loss);
    const stopped = await new LightGcnRecommender({ epochs: 200, learningRate: 0.1, patience: 2 }).fit(data, { validation: 'auto' });
    expect(stopped.history.length).toBeLessThan(200);
  });
  it('refuses options that mean nothing', () => {
    for (const options of [{ layers: 0 }, { loss: 'hinge' }, { negatives: 0 }, { epochs: 0.5 }, { learningRate: 0 }, { popularity: -1 }])
      expectCode('ERR_BAD_OPTION', () => new LightGcnRecommender(options as never));
  });
});

it('learns tastes for popular items as surely as for rare ones, whatever the temperature', async () => {
  // Two groups of 200 users and five items: every item has many users, which once made their vectors too short to tell groups apart.
  const rows = Array.from({ length: 2000 }, (_, k) => ({ user: `u${k % 400}`, item: `${k % 2} ${Math.floor(k / 400)}` }));
  const model = new LightGcnRecommender({ factors: 16, epochs: 40, temperature: 0.1, seed: 1 });
  await model.fit(await Interactions.from(rows));
  expect(model.history.at(-1)?.loss).toBeLessThan(0.1);
});
