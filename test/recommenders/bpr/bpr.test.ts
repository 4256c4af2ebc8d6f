import { BprRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { expectCode, expectRejection, recommenderConformance } from '../../support/conformance.ts';
import { checkerboard, fromRows, historyOf, zipf } from '../../support/makers.ts';

const small = { factors: 6, iterations: 150, learningRate: 0.2, regularization: 0.01, seed: 3 };

describe.each([
  ['with biases', {}],
  ['without biases, the hardest of three', { biases: false, candidates: 3 }],
] as const)('BprRecommender %s', (_, settings) => {
  recommenderConformance({
    make: (options) => new BprRecommender({ ...small, ...settings, ...options }),
    Class: BprRecommender,
    can: { similarUsers: true },
  });
});

describe('BprRecommender', () => {
  it('lowers its loss, and ranks what users like above what they do not', async () => {
    const data = checkerboard(30);
    const model = await new BprRecommender({ ...small, iterations: 60 }).fit(data);
    expect(model.history.length).toBe(60);
    expect(model.history[59].loss).toBeLessThan(0.3 * model.history[0].loss);
    for (const user of data.users) {
      const list = model.recommend(user, { n: 14, includeSeen: true });
      for (const { item } of list) expect(Number(item.slice(1)) % 2).toBe(Number(user.slice(1)) % 2);
    }
  });
  it('gives the same bytes for any number of threads, and other ones for another seed', async () => {
    const data = zipf({ users: 2000, items: 300, rows: 30_000 }); // enough for several groups
    const fitted = (options: object) => new BprRecommender({ ...small, iterations: 3, ...options }).fit(data);
    const one = (await fitted({ threads: 1 })).toBytes();
    for (const threads of [2, 3]) expect((await fitted({ threads })).toBytes()).toEqual(one);
    expect((await fitted({ seed: 4 })).toBytes()).not.toEqual(one);
  });
  it('has the score x.p + b', async () => {
    const data = zipf();
    const model = await new BprRecommender({ ...small, biases: false }).fit(data);
    const { data: users, columns } = model.userFactors;
    const { data: items, rows } = model.itemFactors;
    expect([columns, rows]).toEqual([6, data.itemCount]);
    for (const user of [...data.users].slice(0, 10)) {
      const u = data.users.indexOf(user);
      model.score(user, data.items).forEach((score, i) => {
        let dot = 0;
        for (let k = 0; k < 6; k++) dot += users[u * 6 + k] * items[i * 6 + k];
        expect(score).toBeCloseTo(dot, 4);
      });
    }
  });
  it('gives users with the same items the same factors', async () => {
    const model = await new BprRecommender(small).fit(fromRows([['a', 'x', 1], ['a', 'y', 2], ['b', 'y', 1], ['b', 'x', 1], ['c', 'z', 1]])); // biome-ignore format: a table
    expect([...model.score('a', ['x', 'y', 'z'])]).toEqual([...model.score('b', ['x', 'y', 'z'])]);
  });
  it('learns nothing from values of 0 and below, and never lists them', async () => {
    const rows: [string, string, number][] = [['a', 'x', 1], ['a', 'y', 1], ['b', 'x', 1], ['b', 'y', 1], ['c', 'z', 1], ['c', 'w', 1]]; // biome-ignore format: a table
    const plain = await new BprRecommender(small).fit(fromRows(rows));
    const model = await new BprRecommender(small).fit(fromRows([...rows, ['a', 'z', -1]]));
    expect([...model.score('a', ['x', 'y', 'z', 'w'])]).toEqual([...plain.score('a', ['x', 'y', 'z', 'w'])]);
    expect(model.recommend('a').map(({ item }) => item)).toEqual(['w']);
  });
  it('ends where a held-out value is best', async () => {
    const data = zipf();
    const values = [1, 5, 3, 4, 2, 6];
    let asked = 0;
    const fit = {
      validateEvery: 5,
      patience: 3,
      validate: (model: BprRecommender) => (model.history.length === 5 * (asked + 1) ? values[asked++] : -1),
    };
    const model = await new BprRecommender(small).fit(data, fit);
    expect(asked).toBe(5);
    expect(model.history.length).toBe(25);
    expect(model.history.filter(({ validation }) => validation !== undefined).map(({ iteration }) => iteration)).toEqual([
      5, 10, 15, 20, 25,
    ]);
    const ten = await new BprRecommender({ ...small, iterations: 10 }).fit(data);
    expect(model.recommendFor(historyOf(data, 'u1'))).toEqual(ten.recommendFor(historyOf(data, 'u1')));
    expect(model.recommend('u1')).toEqual(ten.recommend('u1'));
    await expectRejection('ERR_BAD_VALUE', new BprRecommender(small).fit(data, { validate: () => Number.NaN }));
  });
  it('says so when numbers overflow', async () => {
    await expectRejection('ERR_NUMERIC', new BprRecommender({ learningRate: 1000, regularization: 1000, iterations: 50 }).fit(zipf()));
  });
  it('refuses options out of range', () => {
    for (const bad of [{ factors: 0 }, { learningRate: 0 }, { regularization: -1 }, { candidates: 0 }, { biases: 1 }, { threads: 0 }]) {
      expectCode('ERR_BAD_OPTION', () => new BprRecommender(bad as never));
    }
  });
});
