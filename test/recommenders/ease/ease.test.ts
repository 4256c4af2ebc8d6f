import { EaseRecommender, Interactions } from 'attune';
import fc from 'fast-check';
import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { invert } from '../../../src/numeric/inverse.ts';
import { Pace } from '../../../src/work/pace.ts';
import { expectCode, expectRejection, recommenderConformance } from '../../support/conformance.ts';
import { historyOf, randomOf, zipf } from '../../support/makers.ts';

describe.each([
  ['solved at once', { solver: 'direct' }],
  ['solved by blocks', { solver: 'blocked' }],
  ['solved column by column', { solver: 'iterative' }],
  ['with some of its weights', { weightsPerItem: 16 }],
] as const)('EaseRecommender %s', (_, settings) => {
  recommenderConformance({
    make: (options) => new EaseRecommender({ regularization: 2, ...settings, ...options }),
    Class: EaseRecommender,
    can: { explain: true, partialFit: true },
  });
});

describe('EaseRecommender', () => {
  it('has the weights of the dense inverse when it is solved column by column, for any number of threads', async () => {
    const data = zipf({ users: 300, items: 150, rows: 3000 });
    const direct = await new EaseRecommender({ regularization: 20, solver: 'direct' }).fit(data);
    const fits = [1, 2, 3].map((threads) => new EaseRecommender({ regularization: 20, solver: 'iterative', threads }).fit(data));
    const [one, two, three] = await Promise.all(fits);
    for (const user of data.users) {
      const exact = direct.score(user, data.items);
      expect(largestDifference(one.score(user, data.items), exact)).toBeLessThan(2e-4);
    }
    for (const other of [two, three]) expect(other.toBytes()).toEqual(one.toBytes());
  });
  it('has the weights of the inverse in 64 bits when it is solved by blocks, for any number of threads', async () => {
    const data = zipf({ users: 600, items: 300, rows: 6000 });
    const direct = await new EaseRecommender({ regularization: 20, solver: 'direct' }).fit(data);
    const fits = [1, 2, 3].map((threads) => new EaseRecommender({ regularization: 20, solver: 'blocked', threads }).fit(data));
    const [one, two, three] = await Promise.all(fits);
    for (const user of data.users) {
      const exact = direct.score(user, data.items);
      expect(largestDifference(one.score(user, data.items), exact)).toBeLessThan(1e-5);
    }
    const bytesOf = (model: EaseRecommender) => model.toBytes();
    for (const other of [two, three]) expect(bytesOf(other)).toEqual(bytesOf(one));
  });
  it('has weights that shrink with the values, and not to nothing, when it is solved column by column', async () => {
    const data = zipf({ users: 60, items: 40, rows: 300 });
    const tiny = Interactions.fromColumns({
      users: [...data].map(({ user }) => user),
      items: [...data].map(({ item }) => item),
      values: new Float32Array(data.size).fill(1e-3),
    });
    const [direct, iterative] = await Promise.all(
      (['direct', 'iterative'] as const).map((solver) => new EaseRecommender({ solver }).fit(tiny)),
    );
    const exact = direct.score('u3', tiny.items);
    const largest = Math.max(...exact.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    expect(largestDifference(iterative.score('u3', tiny.items), exact) / largest).toBeLessThan(1e-3);
  });
  it('takes 64 bits by itself where values of very different sizes need them', async () => {
    const users = Array.from({ length: 2000 }, (_, k) => `u${k % 200}`);
    const items = Array.from({ length: 2000 }, (_, k) => `i${(k * k * 7 + k) % 907}`);
    const values = Float32Array.from({ length: 2000 }, (_, k) => Math.exp(((k * 37) % 100) / 9));
    const plays = Interactions.fromColumns({ users, items, values }, { duplicates: 'sum' });
    await expectRejection('ERR_NUMERIC', new EaseRecommender({ solver: 'iterative' }).fit(plays));
    const [auto, direct] = await Promise.all([new EaseRecommender().fit(plays), new EaseRecommender({ solver: 'direct' }).fit(plays)]);
    expect(auto.score('u3', plays.items)).toEqual(direct.score('u3', plays.items));
  });
  it('solves badly conditioned data, too', async () => {
    const data = zipf({ users: 200, items: 60, rows: 6000 });
    const direct = await new EaseRecommender({ regularization: 0.01, solver: 'direct' }).fit(data);
    const iterative = await new EaseRecommender({ regularization: 0.01, solver: 'iterative' }).fit(data);
    for (const user of data.users) {
      const exact = direct.score(user, data.items);
      iterative.score(user, data.items).forEach((score, i) => {
        expect(Math.abs(score - exact[i])).toBeLessThan(0.01 * Math.max(1, Math.abs(exact[i])));
      });
    }
  });
  it('keeps the weights of the largest size, so many an item on average', async () => {
    const data = zipf({ users: 100, items: 40, rows: 1200 });
    const all = await new EaseRecommender({ regularization: 5 }).fit(data);
    const few = await new EaseRecommender({ regularization: 5, weightsPerItem: 7 }).fit(data);
    const weightsOf = (model: EaseRecommender) => {
      const weights = new Map<string, number>();
      for (const user of data.users) {
        for (const item of data.items) {
          for (const part of model.explain(user, item).contributions) weights.set(`${part.item} ${item}`, part.score / part.value);
        }
      }
      return [...weights].filter(([, weight]) => weight !== 0).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
    };
    const [kept, dense] = [weightsOf(few), weightsOf(all)];
    expect(kept).toHaveLength(7 * data.itemCount);
    kept.forEach(([pair, weight], at) => {
      expect(Math.abs(weight)).toBeCloseTo(Math.abs(dense[at][1]), 6);
      expect(weight).toBeCloseTo(new Map(dense).get(pair) as number, 6);
    });
    const likeness = new Map(all.similarItems('i3', { n: 100 }).map(({ item, score }) => [item, score]));
    const found = few.similarItems('i3', { n: 100 });
    expect(found.length).toBeGreaterThan(0);
    for (const { item, score } of found) expect(score).toBeCloseTo(likeness.get(item) as number, 5);
    expect(few.toBytes().length).toBeLessThan(all.toBytes().length);
  });

  it('scores by the formula', async () => {
    const data = zipf({ users: 90, items: 70 });
    const model = await new EaseRecommender({ regularization: 5 }).fit(data);
    const size = data.itemCount;
    const x = Matrix.zeros(data.userCount, size);
    for (let row = 0; row < data.size; row++) x.set(data.userIndices[row], data.itemIndices[row], data.values[row]);
    const p = inverse(x.transpose().mmul(x).add(Matrix.eye(size).mul(5)));
    for (const user of data.users) {
      const found = model.score(user, data.items);
      for (let i = 0; i < size; i++) {
        const exact = historyOf(data, user).reduce((sum, h) => {
          const j = data.items.indexOf(h.item);
          return j === i ? sum : sum - (h.value * p.get(j, i)) / p.get(i, i);
        }, 0);
        expect(found[i]).toBeCloseTo(exact, 4);
      }
    }
  });
  it('refuses a catalogue that does not fit into memory, before it takes any', async () => {
    for (const settings of [{}, { solver: 'iterative' }, { weightsPerItem: 3 }] as const) {
      await expectRejection('ERR_OUT_OF_MEMORY', new EaseRecommender({ maxBytes: 1000, ...settings }).fit(zipf()));
    }
  });
  it('knows no dot', async () => {
    const model = await new EaseRecommender().fit(zipf());
    expectCode('ERR_NOT_SUPPORTED', () => model.similarItems('i1', { metric: 'dot' }));
  });
  it('refuses options out of range', () => {
    for (const bad of [{ regularization: 0 }, { regularization: Number.NaN }, { maxBytes: -1 }, { weightsPerItem: 0 }, { threads: 0 }]) {
      expectCode('ERR_BAD_OPTION', () => new EaseRecommender(bad as never));
    }
  });
});

const largestDifference = (scores: Float32Array, exact: Float32Array) => Math.max(...scores.map((score, i) => Math.abs(score - exact[i])));

describe('invert', () => {
  const matrixOf = (size: number, seed: number) => {
    const random = randomOf(seed);
    const x = Matrix.zeros(size + 3, size).apply(function (this: Matrix, i, j) {
      this.set(i, j, random() - 0.5);
    });
    return x.transpose().mmul(x).add(Matrix.eye(size).mul(0.5));
  };

  it('gives the inverse for sizes around its block and tile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(1, 2, 3, 4, 5, 7, 63, 64, 65, 67, 68, 130), fc.nat(), async (size, seed) => {
        const m = matrixOf(size, seed);
        const a = Float64Array.from(m.to1DArray());
        expect(await invert(a, size, new Pace('inverting', size, {}))).toBe(true);
        const product = m.mmul(Matrix.from1DArray(size, size, Array.from(a)));
        expect(product.sub(Matrix.eye(size)).norm()).toBeLessThan(1e-8 * size);
      }),
      { numRuns: 40 },
    );
  });
  it('says so when there is none', async () => {
    const pace = new Pace('inverting', 2, {});
    expect(await invert(Float64Array.of(1, 2, 2, 1), 2, pace)).toBe(false);
    expect(await invert(Float64Array.of(Number.NaN), 1, pace)).toBe(false);
  });
});
