import { AlsRecommender } from 'attune';
import { describe, expect, it } from 'vitest';
import { zipf } from '../../support/makers.ts';

const data = zipf({ users: 120, items: 60, rows: 2000 });
const options = { factors: 24, regularization: 1, iterations: 8 };
const fresh = (more = {}) => new AlsRecommender({ ...options, ...more });

describe('a fit with validate', () => {
  it('sees after each iteration the model that ending there would give, and trains on as if it had not been asked', async () => {
    const seen: Uint8Array[] = [];
    const validate = (model: AlsRecommender) => seen.push(factorsOf(model));
    const watched = await fresh().fit(data, { validate });
    for (let iterations = 1; iterations <= 8; iterations++) {
      expect(seen[iterations - 1], `${iterations}`).toEqual(factorsOf(await fresh({ iterations }).fit(data)));
    }
    expect(watched.history.map((h) => h.validation)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('ends with the best model when no better one has come for a while, and says so in its record', async () => {
    const values = [0.1, 0.3, 0.2, 0.3, 0.1, 0.9];
    const als = await fresh().fit(data, { validate: async () => values.shift() as number, patience: 3 });
    expect(als.history.map((h) => h.validation)).toEqual([0.1, 0.3, 0.2, 0.3, 0.1]);
    expect(factorsOf(als)).toEqual(factorsOf(await fresh({ iterations: 2 }).fit(data)));
    expect(AlsRecommender.fromBytes(als.toBytes()).history.map((h) => h.validation)).toEqual([0.1, 0.3, 0.2, 0.3, 0.1]);
  });

  it('ends with the best model as well when the iterations or the loss run out', async () => {
    const first = factorsOf(await fresh({ iterations: 1 }).fit(data));
    const falling = (model: AlsRecommender) => -model.history.length;
    expect(factorsOf(await fresh({ iterations: 3 }).fit(data, { validate: falling, patience: 50 }))).toEqual(first);
    const tolerant = await fresh({ iterations: 500, tolerance: 1e-3 }).fit(data, { validate: falling, patience: 500 });
    expect(tolerant.history.length).toBeLessThan(100);
    expect(factorsOf(tolerant)).toEqual(first);
  });

  it('works for ratings with means taken off', async () => {
    const explicit = { feedback: 'explicit', biases: true } as const;
    const validate = (model: AlsRecommender) => (model.history.length === 4 ? 1 : 0);
    const als = await fresh(explicit).fit(data, { validate });
    expect(factorsOf(als)).toEqual(factorsOf(await fresh({ ...explicit, iterations: 4 }).fit(data)));
  });

  it('leaves the model as it was when validate throws or gives no number', async () => {
    const als = await fresh({ iterations: 1 }).fit(data);
    const bytes = als.toBytes();
    await expect(als.fit(data, { validate: () => Number.NaN })).rejects.toMatchObject({ code: 'ERR_BAD_VALUE' });
    const broken = () => {
      throw new Error('no data');
    };
    await expect(als.fit(data, { validate: broken })).rejects.toThrow('no data');
    await expect(als.fit(data, { validate: () => 1, patience: 0 })).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    expect(als.toBytes()).toEqual(bytes);
  });
});

const factorsOf = (als: AlsRecommender) =>
  Uint8Array.from([...new Uint8Array(als.itemFactors.data.slice().buffer), ...new Uint8Array(als.userFactors.data.buffer)]);
