import { EaseRecommender } from 'attune';
import fc from 'fast-check';
import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { invert } from '../../src/recommenders/inverse.ts';
import { Pace } from '../../src/recommenders/pace.ts';
import { historyOf, randomOf, zipf } from '../support/makers.ts';
import { expectCode, expectRejection, recommenderConformance } from '../support/recommender-conformance.ts';

describe('EaseRecommender', () => {
  recommenderConformance({
    make: (options) => new EaseRecommender({ regularization: 2, ...options }),
    Class: EaseRecommender,
    can: { explain: true, partialFit: true },
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
    await expectRejection('ERR_OUT_OF_MEMORY', new EaseRecommender({ maxBytes: 1000 }).fit(zipf()));
  });
  it('knows no dot', async () => {
    const model = await new EaseRecommender().fit(zipf());
    expectCode('ERR_NOT_SUPPORTED', () => model.similarItems('i1', { metric: 'dot' }));
  });
  it('refuses options out of range', () => {
    for (const bad of [{ regularization: 0 }, { regularization: Number.NaN }, { maxBytes: -1 }]) {
      expectCode('ERR_BAD_OPTION', () => new EaseRecommender(bad));
    }
  });
});

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
