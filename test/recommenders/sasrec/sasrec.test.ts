import { type Recommendation, SasRecRecommender, split } from 'attune';
import { describe, expect, it } from 'vitest';
import { readModelFile, writeModelFile } from '../../../src/data/files/model-file.ts';
import { expectRejection, recommenderConformance } from '../../support/conformance.ts';
import { fromRows, zipf } from '../../support/makers.ts';

const small = { factors: 8, epochs: 80, learningRate: 0.003, negatives: 16, dropout: 0.3, maxLength: 20, seed: 3 };

describe.each([
  ['a softmax of inner products', { temperature: 0 }],
  ['labels of cosines, two blocks of two heads', { loss: 'bce', blocks: 2, heads: 2, factors: 16, epochs: 20, temperature: 0.5 }],
] as const)('SasRecRecommender, %s', (_, settings) => {
  recommenderConformance({
    make: (options) => new SasRecRecommender({ ...small, ...settings, ...options }),
    Class: SasRecRecommender,
    can: { partialFit: true, similarUsers: true, sequence: true },
  });
});

/** Everyone goes around a circle of items, from different places. */
const circle = (users: number, items: number, steps: number) =>
  fromRows(
    Array.from({ length: users * steps }, (_, k): [string, string, number] => {
      const user = Math.floor(k / steps);
      return [`u${user}`, `i${(user + (k % steps)) % items}`, 1];
    }),
  );
const first = (list: Recommendation[]) => list[0].item;

describe('SasRecRecommender', () => {
  it('learns what comes next, so that the order of a history counts', async () => {
    const model = await new SasRecRecommender({ factors: 16, epochs: 60, learningRate: 0.01, negatives: 16, seed: 1 }).fit(
      circle(60, 12, 6),
    );
    for (let k = 0; k < 8; k++) expect(first(model.recommendFor([`i${k}`, `i${k + 1}`, `i${k + 2}`]))).toBe(`i${k + 3}`);
    expect(model.recommendFor(['i5', 'i4', 'i3'])).not.toEqual(model.recommendFor(['i3', 'i4', 'i5']));
    const timed = ['i5', 'i4', 'i3'].map((item, k) => ({ item, timestamp: 1000 - k }));
    expect(model.recommendFor(timed)).toEqual(model.recommendFor(['i3', 'i4', 'i5']));
  });
  it('reads the end of a long history only', async () => {
    const model = await new SasRecRecommender({ ...small, maxLength: 2, epochs: 2 }).fit(circle(20, 10, 6));
    const scores = (history: string[]) => model.recommendFor(history, { n: 10, includeSeen: true });
    expect(scores(['i7', 'i1', 'i2'])).toEqual(scores(['i1', 'i2']));
  });
  it('gives the same bytes for any number of threads, and other ones for another seed', async () => {
    const data = zipf({ users: 300, items: 80, rows: 4000 });
    const fitted = (options: object) => new SasRecRecommender({ ...small, epochs: 2, ...options }).fit(data);
    const one = (await fitted({ threads: 1 })).toBytes();
    for (const threads of [2, 3]) expect((await fitted({ threads })).toBytes()).toEqual(one);
    expect((await fitted({ seed: 4 })).toBytes()).not.toEqual(one);
  });
  it('stops early by held-out rows, and fits anew on all rows for as many epochs', async () => {
    const data = circle(60, 12, 6);
    const options = { ...small, epochs: 12, learningRate: 0.02 };
    const auto = await new SasRecRecommender(options).fit(data, { validation: 'auto', patience: 2 });
    const { train, test } = split(data, { strategy: 'leave-last-out' });
    const watched = await new SasRecRecommender(options).fit(train, { validation: test, patience: 2 });
    for (const { history } of [auto, watched]) {
      expect(history.length).toBeLessThanOrEqual(12);
      expect(history.every((line) => (line.validation as number) >= 0)).toBe(true);
    }
    expect([...auto.items].length).toBe(12);
    await expectRejection('ERR_BAD_OPTION', new SasRecRecommender(options).fit(data, { validation: 'auto', validate: () => 1 }));
    await expectRejection('ERR_BAD_OPTION', new SasRecRecommender(options).fit(data, { validation: 'later' as never }));
  });
  it('gives cosines as scores, and inner products where there is no temperature', async () => {
    const data = zipf({ users: 60, items: 40, rows: 800 });
    const longest = async (temperature: number) => {
      const model = await new SasRecRecommender({ ...small, epochs: 20, temperature, popularity: 0 }).fit(data);
      const { data: rows, columns } = model.itemFactors;
      const lengths = Array.from(model.items, (_, k) => Math.hypot(...rows.subarray(k * columns, (k + 1) * columns)));
      const scores = [...model.users].flatMap((user) => [...model.score(user, model.items)]);
      return { length: Math.max(...lengths), score: Math.max(...scores.map(Math.abs)) };
    };
    const cosines = await longest(0.1);
    expect(cosines.length).toBeCloseTo(1, 5);
    expect(cosines.score).toBeLessThanOrEqual(1.00001);
    expect((await longest(0)).length).not.toBeCloseTo(1, 2);
  });
  it('adds the popularity of an item to every score, times the temperature, as the last column of items says', async () => {
    const data = zipf({ users: 60, items: 40, rows: 800 });
    const users = new Map<string, Set<string>>();
    for (const { user, item } of data) users.set(item, (users.get(item) ?? new Set()).add(user));
    const fitted = (options: object) => new SasRecRecommender({ ...small, epochs: 5, ...options }).fit(data);
    for (const [temperature, times] of [
      [0.2, 0.4],
      [0, 2],
    ]) {
      const model = await fitted({ temperature, popularity: 2 });
      const { data: rows, columns } = model.itemFactors;
      expect(columns).toBe(9);
      for (const [item, { size }] of users) expect(rows[model.items.indexOf(item) * 9 + 8]).toBeCloseTo(times * Math.log(size), 5);
      const copy = SasRecRecommender.fromBytes(model.toBytes());
      expect(copy.recommend('u3', { n: 20 })).toEqual(model.recommend('u3', { n: 20 }));
      expect(copy.itemFactors).toEqual(model.itemFactors);
    }
    expect([(await fitted({ temperature: 0.2 })).itemFactors.columns, (await fitted({ temperature: 0 })).itemFactors.columns]).toEqual([
      9, 8,
    ]);
    // What popularity adds is learned beside it: without vectors that say otherwise, the loss is lower from the start.
    const first = async (popularity: number) => (await fitted({ temperature: 1, popularity, epochs: 1 })).history[0].loss;
    expect(await first(1)).toBeLessThan(await first(0));
  });
  it('reads a file of before there were a temperature and popularity as one of inner products', async () => {
    const model = await new SasRecRecommender({ ...small, epochs: 5, temperature: 0 }).fit(zipf({ users: 30, items: 20, rows: 300 }));
    const { settings, ...file } = readModelFile(model.toBytes(), 'sasrec', 1);
    const { temperature, popularity, ...before } = settings;
    expect([temperature, popularity]).toEqual([0, 0]);
    const old = SasRecRecommender.fromBytes(writeModelFile({ ...file, settings: before }));
    expect(old.recommend('u3')).toEqual(model.recommend('u3'));
    expect(old.toBytes()).toEqual(model.toBytes());
  });
  it('wants a width that its heads can share', () => {
    expect(() => new SasRecRecommender({ factors: 20 })).toThrow("must be a multiple of 8 times 'heads', which is 8, got 20");
    expect(() => new SasRecRecommender({ factors: 24, heads: 2 })).toThrow('which is 16, got 24');
  });
});
