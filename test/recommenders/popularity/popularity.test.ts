import { PopularityRecommender } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectCode, expectRejection, recommenderConformance } from '../../support/conformance.ts';
import { fromRows, type Row, zipf } from '../../support/makers.ts';

describe.each(['count', 'sum', 'bayesian-mean', 'decay'] as const)('PopularityRecommender by %s', (method) => {
  recommenderConformance({
    make: (options) => new PopularityRecommender({ method, ...options }),
    Class: PopularityRecommender,
    personal: false,
    can: { similarItems: false },
  });
});

describe('PopularityRecommender', () => {
  const scores = async (rows: Row[], options: ConstructorParameters<typeof PopularityRecommender>[0], timed = true) => {
    const model = await new PopularityRecommender(options).fit(fromRows(rows, timed));
    return Object.fromEntries(model.recommendFor([], { n: 100 }).map(({ item, score }) => [item, score]));
  };
  const rows: Row[] = [['u1', 'a', 5], ['u2', 'a', 4], ['u3', 'a', 5], ['u1', 'b', 5], ['u2', 'c', 0], ['u3', 'c', -1], ['u4', 'c', 3]]; // biome-ignore format: a table

  it('counts rows above zero, or adds up values', async () => {
    expect(await scores(rows, {})).toEqual({ a: 3, b: 1, c: 1 });
    expect(await scores(rows, { method: 'sum' })).toEqual({ a: 14, b: 5, c: 2 });
  });
  it('needs no timestamps but for decay, which says so', async () => {
    expect(await scores(rows, {}, false)).toEqual({ a: 3, b: 1, c: 1 });
    await expectRejection('ERR_BAD_ARGUMENT', new PopularityRecommender({ method: 'decay' }).fit(fromRows(rows, false)));
  });
  it('moves a mean towards the mean of all by the prior weight', async () => {
    const mean = 21 / 7;
    const found = await scores(rows, { method: 'bayesian-mean', priorWeight: 2 });
    expect(found.a).toBeCloseTo((2 * mean + 14) / 5, 6);
    expect(found.b).toBeCloseTo((2 * mean + 5) / 3, 6);
    const plain = await scores(rows, { method: 'bayesian-mean', priorWeight: 0 });
    expect(plain.b).toBe(5);
  });
  it('lies between the own mean and the mean of all, and nearer to it the larger the prior weight', async () => {
    const row = fc.tuple(fc.constantFrom('u1', 'u2', 'u3', 'u4', 'u5'), fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 5 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        async (some, priorWeight) => {
          const data = fromRows(some as Row[]);
          const mean = data.values.reduce((a, b) => a + b, 0) / data.size;
          const [weak, strong] = await Promise.all(
            [priorWeight, priorWeight * 2 + 1].map((w) => scores(some as Row[], { method: 'bayesian-mean', priorWeight: w })),
          );
          for (const item of data.items) {
            const own = data.values.filter((_, r) => data.at(r).item === item);
            const ownMean = own.reduce((a, b) => a + b, 0) / own.length;
            expect(weak[item]).toBeGreaterThanOrEqual(Math.min(ownMean, mean) - 1e-5);
            expect(weak[item]).toBeLessThanOrEqual(Math.max(ownMean, mean) + 1e-5);
            expect(Math.abs(strong[item] - mean)).toBeLessThanOrEqual(Math.abs(weak[item] - mean) + 1e-5);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
  it('halves a row in a half life', async () => {
    const data = fromRows([['u1', 'old', 1], ['u1', 'new', 1]]); // biome-ignore format: a table
    const now = (data.timestamps as Float64Array)[1];
    data.timestamps?.set([now - 14 * 86_400_000, now]);
    const at = async (options: object) => {
      const model = await new PopularityRecommender({ method: 'decay', halfLifeDays: 7, ...options }).fit(data);
      return [...model.score('u1', ['old', 'new'])];
    };
    expect(await at({})).toEqual([0.25, 1]);
    expect(await at({ now: now + 7 * 86_400_000 })).toEqual([0.125, 0.5]);
    expect(await at({ now: now - 14 * 86_400_000 })).toEqual([1, 1]);
  });
  it('answers a visitor of whom nothing is known, but not an unknown user', async () => {
    const model = await new PopularityRecommender().fit(zipf());
    const top = model.recommendFor([], { n: 3 });
    expect(top.length).toBe(3);
    expect(model.recommendFor(['no such item'], { n: 3, onUnknown: 'throw' })).toEqual(top);
    expectCode('ERR_UNKNOWN_USER', () => model.recommend('nobody'), 'recommendFor');
  });
  it('refuses options out of range', () => {
    for (const bad of [{ method: 'mean' }, { priorWeight: -1 }, { halfLifeDays: 0 }, { now: Number.NaN }, { now: new Date() }]) {
      expectCode('ERR_BAD_OPTION', () => new PopularityRecommender(bad as never));
    }
  });
});
