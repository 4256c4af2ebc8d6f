import { AlsRecommender, evaluate, Interactions, split } from 'attune';
import { describe, expect, it } from 'vitest';
import { zipf } from '../../support/makers.ts';

const rated = () =>
  Interactions.fromColumns({ users: ['a', 'a', 'b', 'b'], items: ['x', 'y', 'x', 'z'], values: Float32Array.of(2, 4, 5, -1) });
const fitted = async (options: ConstructorParameters<typeof AlsRecommender>[0] = {}) =>
  (await new AlsRecommender({ factors: 2, iterations: 2, ...options }).fit(rated())).options.regularization;

describe('the regularization that is left to the data', () => {
  it('is the mean confidence of an interaction', async () => {
    expect(await fitted()).toBe(31); // 1 + 10 x (2 + 4 + 5 + 1) / 4
    expect(await fitted({ alpha: 1 })).toBe(4);
    expect(await fitted({ regularization: 'auto' })).toBe(31);
  });

  it('is 0.1 for ratings, and where counts scale it', async () => {
    expect(await fitted({ feedback: 'explicit' })).toBe(0.1);
    expect(await fitted({ regularizationScaling: 'count' })).toBe(0.1);
  });

  it('is a number in the file, so that visitors are solved as users were', async () => {
    const als = await new AlsRecommender({ factors: 2, iterations: 2 }).fit(rated());
    const loaded = AlsRecommender.fromBytes(als.toBytes());
    expect(loaded.options.regularization).toBe(31);
    expect(loaded.recommendFor(['x'])).toEqual(als.recommendFor(['x']));
  });

  it('is a number that may be given, however large the values', async () => {
    const amounts = Interactions.fromColumns({ users: ['a', 'b'], items: ['x', 'y'], values: Float32Array.of(1e10, 2e10) });
    const als = await new AlsRecommender({ factors: 2, iterations: 2, alpha: 10 }).fit(amounts);
    expect(als.options.regularization).toBe(1e9);
    expect(AlsRecommender.fromBytes(als.toBytes()).options).toEqual(als.options);
  });

  it('does not learn a small catalogue by heart', async () => {
    const { train, test } = split(zipf({ users: 200, items: 40 }), { strategy: 'leave-last-out' });
    const quality = async (regularization?: number) => {
      const als = await new AlsRecommender({ seed: 1, regularization }).fit(train);
      return (await evaluate(als, { train, test, metrics: ['ndcg'], k: 10 })).get('ndcg', 10).mean;
    };
    expect(await quality()).toBeGreaterThan(1.2 * (await quality(0.1)));
  });
});

describe('the alpha that is left to the data', () => {
  const plays = (value: number) => {
    const data = [...zipf({ users: 200, items: 40 })];
    const values = new Float32Array(data.length).fill(value);
    return Interactions.fromColumns({ users: data.map(({ user }) => user), items: data.map(({ item }) => item), values });
  };

  it('is 10, and less where values are large', async () => {
    const alpha = async (value: number, given?: number | 'auto') =>
      (await new AlsRecommender({ factors: 2, iterations: 1, alpha: given }).fit(plays(value))).options.alpha;
    expect(await alpha(1)).toBe(10);
    expect(await alpha(30)).toBe(10);
    expect(await alpha(1000)).toBe(0.3);
    expect(await alpha(1000, 'auto')).toBe(0.3);
    expect(await alpha(1000, 10)).toBe(10);
    expect(new AlsRecommender().options.alpha).toBe(10);
  });

  it('gives large values the lists of smaller ones', async () => {
    const lists = async (value: number) =>
      (await new AlsRecommender({ seed: 1 }).fit(plays(value))).recommend('u3').map(({ item }) => item);
    expect(await lists(5000)).toEqual(await lists(30));
  });
});
