import { Interactions, SequenceLinearRecommender } from 'attune';
import { Matrix, solve } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { expectCode, expectRejection, recommenderConformance } from '../../support/conformance.ts';
import { checkerboard, fromRows, historyOf, zipf } from '../../support/makers.ts';

describe('SequenceLinearRecommender', () => {
  recommenderConformance({
    make: (options) => new SequenceLinearRecommender({ regularization: 2, ...options }),
    Class: SequenceLinearRecommender,
    can: { explain: true, sequence: true, partialFit: true },
  });

  it('has the weights of the ridge regression from the decayed past to the decayed future', async () => {
    const data = zipf({ users: 80, items: 50, rows: 900 });
    const settings = { regularization: 3, pastDecay: 1.5, futureDecay: 4, historyDecay: 3, historyFloor: 0.05 };
    const model = await new SequenceLinearRecommender({ ...settings, tolerance: 1e-6 }).fit(data);
    const b = weightsOf(data, settings);
    for (const user of data.users) {
      const sequence = sequenceOf(data, user);
      const found = model.score(user, data.items);
      for (let i = 0; i < data.itemCount; i++) {
        const share = (k: number) => Math.max(0.05, Math.exp(-(sequence.length - 1 - k) / 3));
        const exact = sequence.reduce((sum, j, k) => sum + share(k) * b.get(j, i), 0);
        expect(Math.abs(found[i] - exact)).toBeLessThan(1e-4);
      }
    }
    const after = model.similarItems('i3', { n: 100 });
    const from = data.items.indexOf('i3');
    for (const { item, score } of after) expect(score).toBeCloseTo(b.get(from, data.items.indexOf(item)), 4);
  });
  it.each([{ sessionWeight: 1 }, { sessionWeight: 0.3 }, { timeDecayDays: 2 }, { sessionWeight: 0.5, timeDecayDays: 1 }])(
    'has the weights of the same regression with %o',
    async (more) => {
      const data = timed(zipf({ users: 60, items: 40, rows: 500 }));
      const settings = { regularization: 3, pastDecay: 1.5, futureDecay: 4, ...more };
      const model = await new SequenceLinearRecommender({ ...settings, tolerance: 1e-6 }).fit(data);
      const loaded = SequenceLinearRecommender.fromBytes(model.toBytes());
      const b = weightsOf(data, settings);
      for (const from of data.items) {
        for (const { item, score } of loaded.similarItems(from, { n: 100 })) {
          expect(score).toBeCloseTo(b.get(data.items.indexOf(from), data.items.indexOf(item)), 4);
        }
      }
    },
  );
  it('keeps times for an update, and says so in its file', async () => {
    const data = timed(zipf({ users: 60, items: 40, rows: 500 }));
    const rows = [...data];
    const options = { regularization: 3, timeDecayDays: 1, tolerance: 1e-6 };
    const early = await Interactions.from(rows.filter(({ user }) => user !== 'u3'));
    const late = await Interactions.from(rows.filter(({ user }) => user === 'u3'));
    const fitted = await new SequenceLinearRecommender(options).fit(early);
    const updated = await SequenceLinearRecommender.fromBytes(fitted.toBytes()).partialFit(late);
    const whole = await new SequenceLinearRecommender(options).fit(await Interactions.from([...early, ...late]));
    const to = new Set(late.items);
    for (const from of whole.items) {
      const [now, wanted] = [updated, whole].map(
        (model) => new Map(model.similarItems(from, { n: 100 }).map(({ item, score }) => [item, score])),
      );
      for (const [item, score] of now) if (to.has(item)) expect(score).toBeCloseTo(wanted.get(item) as number, 4);
    }
  });
  it('fits where nothing is left of a past after years', async () => {
    const day = 86_400_000;
    const data = await Interactions.from([
      { user: 'u', item: 'a', timestamp: 0 },
      { user: 'u', item: 'b', timestamp: 1e5 * day },
      { user: 'v', item: 'b', timestamp: 0 },
      { user: 'v', item: 'c', timestamp: day },
    ]);
    const model = await new SequenceLinearRecommender({ timeDecayDays: 1, regularization: 1 }).fit(data);
    expect(model.recommendFor(['b'])[0]).toMatchObject({ item: 'c' });
    expect(model.recommendFor(['a']).every(({ score }) => Object.is(Math.abs(score), 0))).toBe(true);
  });
  it('takes in new rows by the equations of all rows, for the items of the users that have some', async () => {
    const all = [...zipf({ users: 80, items: 50, rows: 900 })].map(({ user, item, value }): [string, string, number] => [
      user,
      item,
      value,
    ]);
    const late = all
      .filter(([user]) => user === 'u7')
      .concat([
        ['newcomer', 'i3', 1],
        ['newcomer', 'new item', 1],
      ]);
    const options = { regularization: 3, tolerance: 1e-6 };
    const early = all.filter(([user]) => user !== 'u7');
    const updated = await new SequenceLinearRecommender(options).fit(fromRows(early));
    const before = await new SequenceLinearRecommender(options).fit(fromRows(early));
    await updated.partialFit(fromRows(late));
    const whole = await new SequenceLinearRecommender(options).fit(fromRows([...early, ...late]));
    const again = new Set(late.map(([, item]) => item));
    for (const from of whole.items) {
      const [now, wanted, old] = [updated, whole, before].map(
        (model) => new Map((model.items.has(from) ? model.similarItems(from, { n: 100 }) : []).map(({ item, score }) => [item, score])),
      );
      for (const [item, score] of now) expect(score).toBeCloseTo((again.has(item) ? wanted : old).get(item) as number, 4);
    }
    expect(updated.recommend('u1', { includeSeen: true, n: 100 }).map(({ item }) => item)).toContain('new item');
  });
  it('is the same for any number of threads', async () => {
    const data = zipf({ users: 300, items: 400, rows: 4000 });
    for (const more of [{}, { sessionWeight: 0.5, timeDecayDays: 1 }]) {
      const fits = [1, 2, 3].map((threads) => new SequenceLinearRecommender({ threads, regularization: 5, ...more }).fit(timed(data)));
      const [one, two, three] = (await Promise.all(fits)).map((model) => model.toBytes());
      expect(two).toEqual(one);
      expect(three).toEqual(one);
    }
  });
  it('recommends what follows, in the direction of time', async () => {
    const users = Array.from({ length: 30 }, (_, u) => u);
    const data = fromRows(users.flatMap((u) => ['a', 'b', 'c', 'd'].map((item): [string, string, number] => [`u${u}`, item, 1])));
    const model = await new SequenceLinearRecommender({ regularization: 1 }).fit(data);
    expect(model.recommendFor(['a'])[0].item).toBe('b');
    expect(model.recommendFor(['a', 'b'])[0].item).toBe('c');
    expect(model.recommendFor(['b', 'c'])[0].item).toBe('d');
    expect(model.similarItems('b')[0].item).toBe('c');
    expect(model.recommendFor(['c', 'b'])).not.toEqual(model.recommendFor(['b', 'c']));
  });
  it('reads the order from the timestamps, in whatever order rows and histories come', async () => {
    const rows = [...zipf()];
    const timed = await new SequenceLinearRecommender().fit(await Interactions.from(rows));
    const turned = await Interactions.from([...rows].reverse());
    const model = await new SequenceLinearRecommender().fit(turned);
    for (const user of timed.users) {
      const lists = [timed, model].map((m) => new Map(m.recommend(user, { n: 100 }).map(({ item, score }) => [item, score])));
      for (const [item, score] of lists[0]) expect(lists[1].get(item)).toBeCloseTo(score, 3);
      const history = historyOf(turned, user);
      expect(timed.recommendFor(history.reverse())).toEqual(timed.recommendFor(history.reverse()));
    }
  });
  it('counts rows in their order where there are no times', async () => {
    const rows = [['u', 'a'], ['u', 'b'], ['v', 'a'], ['v', 'b'], ['w', 'a'], ['w', 'b']]; // biome-ignore format: a table
    const data = Interactions.fromColumns({ users: rows.map((row) => row[0]), items: rows.map((row) => row[1]) });
    const model = await new SequenceLinearRecommender().fit(data);
    expect(model.recommendFor(['a'])[0]).toMatchObject({ item: 'b', score: expect.any(Number) });
    expect(model.recommendFor(['a'])[0].score).toBeGreaterThan(0);
    expect(model.recommendFor(['b'])[0].score).toBe(0);
  });
  it('puts items that no weight leads to in the order of popularity, behind those that one leads to', async () => {
    const rows = ['a b', 'a b', 'c d', 'c d', 'c e'].flatMap((steps, u) => steps.split(' ').map((item): [string, string] => [`u${u}`, item])); // biome-ignore format: a table
    const data = Interactions.fromColumns({ users: rows.map(([user]) => user), items: rows.map(([, item]) => item) });
    const model = await new SequenceLinearRecommender().fit(data);
    const list = model.recommendFor(['a']);
    expect(list.map(({ item }) => item)).toEqual(['b', 'c', 'd', 'e']);
    for (const { score } of list.slice(1)) expect(score).toBeLessThan(1e-5);
    expect(SequenceLinearRecommender.fromBytes(model.toBytes()).recommendFor(['a'])).toEqual(list);
    // Nothing leads from b to anywhere: the list says that it is not informed.
    expect(model.recommendFor(['b']).every(({ score }) => score === 0)).toBe(true);
  });
  it('keeps the weights of the largest size, so many per item on average', async () => {
    const data = zipf({ users: 100, items: 40, rows: 1200 });
    const few = await new SequenceLinearRecommender({ regularization: 5, weightsPerItem: 3 }).fit(data);
    const all = await new SequenceLinearRecommender({ regularization: 5 }).fit(data);
    const weights = (model: SequenceLinearRecommender) =>
      [...data.items].flatMap((id) => model.similarItems(id, { n: 100 }).map(({ item, score }) => [`${id} ${item}`, score] as const));
    const sizes = weights(all).map(([, score]) => Math.abs(score)).sort((a, b) => b - a); // biome-ignore format: one line
    const kept = weights(few);
    expect(kept.length).toBeLessThanOrEqual(3 * data.itemCount);
    const dense = new Map(weights(all));
    for (const [pair, score] of kept) {
      expect(dense.get(pair)).toBe(score);
      expect(Math.abs(score)).toBeGreaterThanOrEqual(sizes[3 * data.itemCount - 1]);
    }
  });
  it('refuses more weights than fit into memory, and options out of range', async () => {
    await expectRejection('ERR_OUT_OF_MEMORY', new SequenceLinearRecommender({ maxBytes: 1000 }).fit(checkerboard()));
    for (const bad of [
      { regularization: 0 },
      { pastDecay: 0 },
      { futureDecay: -1 },
      { historyDecay: 0 },
      { historyFloor: 2 },
      { tolerance: 1 },
      { sessionWeight: 1.1 },
      { timeDecayDays: 0 },
    ]) {
      expectCode('ERR_BAD_OPTION', () => new SequenceLinearRecommender(bad));
    }
    const model = await new SequenceLinearRecommender().fit(checkerboard());
    expectCode('ERR_NOT_SUPPORTED', () => model.similarItems('i1', { metric: 'dot' }));
  });
});

/** Dense indices of what a user did, oldest first. */
const sequenceOf = (data: Interactions, user: string) =>
  historyOf(data, user)
    .sort((a, b) => Number(a.timestamp) - Number(b.timestamp))
    .map(({ item }) => data.items.indexOf(item));

/** The same rows, a user's some hours to days apart. */
const timed = (data: Interactions) =>
  Interactions.fromColumns({
    users: Array.from(data, ({ user }) => user),
    items: Array.from(data, ({ item }) => item),
    timestamps: Array.from(data, (_, row) => 1.6e12 + 3.6e6 * row * (1 + (row % 7))),
  });

interface Settings {
  regularization: number;
  pastDecay: number;
  futureDecay: number;
  sessionWeight?: number;
  timeDecayDays?: number;
}

/** The regression from its definition, row by row, in 64 bits. */
function weightsOf(data: Interactions, settings: Settings): Matrix {
  const { sessionWeight = 0, timeDecayDays = Number.POSITIVE_INFINITY } = settings;
  const size = data.itemCount;
  const gram = Matrix.eye(size).mul(settings.regularization);
  const cross = Matrix.zeros(size, size);
  for (const user of data.users) {
    const sequence = sequenceOf(data, user);
    const days = sequence.map(
      (item) => Number([...data].find((row) => row.user === user && row.item === data.items.idAt(item))?.timestamp) / 86_400_000,
    );
    const whole = Matrix.zeros(1, size);
    for (const item of sequence) whole.set(0, item, 1);
    const own = whole.transpose().mmul(whole).mul(sessionWeight);
    gram.add(own);
    cross.add(own);
    for (let t = 1; t < sequence.length; t++) {
      const past = Matrix.zeros(1, size);
      const future = Matrix.zeros(1, size);
      sequence.forEach((item, j) => {
        if (j < t) past.set(0, item, Math.exp(-(t - 1 - j) / settings.pastDecay - (days[t] - days[j]) / timeDecayDays));
        else future.set(0, item, Math.exp(-(j - t) / settings.futureDecay));
      });
      gram.add(
        past
          .transpose()
          .mmul(past)
          .mul(1 - sessionWeight),
      );
      cross.add(
        past
          .transpose()
          .mmul(future)
          .mul(1 - sessionWeight),
      );
    }
  }
  return solve(gram, cross);
}
