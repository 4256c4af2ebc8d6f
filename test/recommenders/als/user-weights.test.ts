import { AlsRecommender, Interactions } from 'attune';
import { describe, expect, test } from 'vitest';

const base = [
  ['a', 'x', 1],
  ['a', 'y', 2],
  ['b', 'x', 1],
  ['b', 'y', 2],
  ['c', 'y', 1],
  ['d', 'z', 3],
  ['e', 'z', 3],
  ['e', 'x', 1],
  ['f', 'w', 2],
] as const;
const rowsOf = (rows: readonly (readonly [string, string, number])[]) =>
  Interactions.from(rows.map(([user, item, value]) => ({ user, item, value })));
const settings = { factors: 3, iterations: 4, regularization: 0.3, alpha: 4, seed: 1, threads: 1 } as const;
const items = ['w', 'x', 'y', 'z'];
const times: Record<string, number> = { a: 2, b: 1, c: 3, d: 1, e: 2, f: 1 };

/** Every user as often as it weighs, under ids of their own. */
const repeated = base.flatMap(([user, item, value]) =>
  Array.from({ length: times[user] }, (_, k) => [k === 0 ? user : `${user}${k}`, item, value] as const),
);

describe.each([
  ['implicit', {}],
  ['implicit, exact', { solver: 'exact', acceleration: false }],
  ['implicit, by count', { regularizationScaling: 'count' }],
  ['implicit, by frequency', { regularizationScaling: 'frequency' }],
  ['explicit', { feedback: 'explicit' }],
  ['explicit, by count', { feedback: 'explicit', regularizationScaling: 'count' }],
] as const)('user weights, %s', (_, extra) => {
  const options = { ...settings, ...extra };

  test('a user of weight 2 counts like two users', async () => {
    const weighted = await new AlsRecommender(options).fit(await rowsOf(base), { userWeights: (user) => times[user] });
    const copied = await new AlsRecommender(options).fit(await rowsOf(repeated));
    expect(weighted.history.map(({ loss }) => loss)).toEqual(copied.history.map(({ loss }) => expect.closeTo(loss, 3)));
    for (const user of 'abcdef') {
      expect([...weighted.score(user, items)]).toEqual([...copied.score(user, items)].map((v) => expect.closeTo(v, 4)));
    }
  });

  test('weights of 1 change no bit, and weights given in order are those of a function', async () => {
    const data = await rowsOf(base);
    const plain = await new AlsRecommender(options).fit(data);
    const ones = await new AlsRecommender(options).fit(data, { userWeights: () => 1 });
    expect(ones.itemFactors.data).toEqual(plain.itemFactors.data);
    const inOrder = Float32Array.from(data.users, (user) => times[user]);
    const a = await new AlsRecommender(options).fit(data, { userWeights: inOrder });
    const b = await new AlsRecommender(options).fit(data, { userWeights: (user) => times[user] });
    expect(a.toBytes()).toEqual(b.toBytes());
    expect(a.itemFactors.data).not.toEqual(plain.itemFactors.data);
  });
});

test.each(['none', 'count', 'frequency'] as const)(
  'partialFit, forget and a saved file keep the weights: %s',
  async (regularizationScaling) => {
    const scaled = { ...settings, regularizationScaling };
    const als = await new AlsRecommender(scaled).fit(await rowsOf(base), { userWeights: (user) => times[user] });
    const copied = await new AlsRecommender(scaled).fit(await rowsOf(repeated));
    const later = AlsRecommender.fromBytes(als.toBytes());
    const added = await rowsOf([['g', 'x', 1]]);
    await Promise.all([als, later, copied].map((each) => each.partialFit(added)));
    expect(later.toBytes()).toEqual(als.toBytes());
    expect([...als.score('g', items)]).toEqual([...copied.score('g', items)].map((v) => expect.closeTo(v, 4)));
    als.forget('a');
    await als.partialFit(await rowsOf([['g', 'y', 1]]));
    copied.forget(['a', 'a1']);
    await copied.partialFit(await rowsOf([['g', 'y', 1]]));
    expect([...als.score('g', items)]).toEqual([...copied.score('g', items)].map((v) => expect.closeTo(v, 4)));
  },
);

test('weights that are missing, negative or of another length are refused', async () => {
  const data = await rowsOf(base);
  const fitted = (userWeights: never) => new AlsRecommender(settings).fit(data, { userWeights });
  await expect(fitted(Float32Array.of(1, 2) as never)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  await expect(fitted([1] as never)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
  await expect(fitted((() => -1) as never)).rejects.toMatchObject({ code: 'ERR_BAD_VALUE' });
  await expect(fitted((() => undefined) as never)).rejects.toMatchObject({ code: 'ERR_BAD_VALUE' });
});
