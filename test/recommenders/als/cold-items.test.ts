import { AlsRecommender, Interactions, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { expectRejection } from '../../support/conformance.ts';

const kinds = ['kettle', 'lamp', 'drill'];
/** Eight things of each kind; nobody has touched the last of each. */
const things = kinds.flatMap((kind) => Array.from({ length: 8 }, (_, k) => ({ id: `${kind}-${k}`, kind, text: `${kind} number ${k}` })));
const touched = Interactions.fromColumns({
  users: Array.from({ length: 240 }, (_, k) => `u${k >> 2}`),
  items: Array.from({ length: 240 }, (_, k) => `${kinds[(k >> 2) % 3]}-${((k >> 2) + 3 * (k & 3)) % 7}`),
});
const make = () => new AlsRecommender({ factors: 8, iterations: 5, seed: 1 });
const cold = kinds.map((kind) => `${kind}-7`);

describe('ALS with features of items', () => {
  it.each([
    ['texts', async () => ({ itemFeatures: await SemanticIndex.build(things) })],
    [
      'attributes',
      async () => ({
        itemFeatures: { items: things.map(({ id }) => id), vectorOf: () => undefined },
        itemAttributes: (item: string) => ({ kind: item.split('-')[0] }),
      }),
    ],
  ])('recommends items that nobody has touched, by their %s, and leaves all others as they are', async (_, options) => {
    const plain = await make().fit(touched);
    const als = await make().fit(touched, await options());
    expect(als.items.size).toBe(things.length);
    expect([...als.items].slice(0, plain.items.size)).toEqual([...plain.items]);
    expect(als.itemFactors.data.subarray(0, plain.itemFactors.data.length)).toEqual(plain.itemFactors.data);
    for (const { item, score } of als.recommendFor([...als.interactionsOf('u4')], { n: 30 })) {
      expect(als.score('u4', [item])[0]).toBeCloseTo(score, 4);
    }
    for (const [u, kind] of kinds.entries()) {
      expect(als.recommend(`u${u}`, { only: cold })[0].item).toBe(`${kind}-7`);
      expect(als.similarItems(`${kind}-7`, { n: 3 }).every(({ item }) => item.startsWith(kind))).toBe(true);
    }
    const copy = AlsRecommender.fromBytes(als.toBytes());
    expect(copy.recommend('u0', { n: 30 })).toEqual(als.recommend('u0', { n: 30 }));
    const { score, contributions } = als.explain('u0', 'kettle-7');
    expect(contributions.reduce((sum, part) => sum + part.score, 0)).toBeCloseTo(score, 4);
  });
  it('solves those that somebody touches later', async () => {
    const als = await make().fit(touched, { itemFeatures: await SemanticIndex.build(things) });
    const before = als.score('u1', ['drill-7'])[0];
    const users = Array.from({ length: 15 }, (_, k) => `u${3 * k + 1}`); // who like lamps
    await als.partialFit(Interactions.fromColumns({ users, items: users.map(() => 'drill-7') }));
    expect(als.score('u58', ['drill-7'])[0]).toBeGreaterThan(before + 0.3);
  });
  it('predicts ratings of them', async () => {
    const rated = await Interactions.from([...touched].map((row) => ({ ...row, value: row.item.startsWith('lamp') ? 5 : 2 })));
    const als = new AlsRecommender({ feedback: 'explicit', biases: true, factors: 8, regularization: 0.1, iterations: 5 });
    await als.fit(rated, { itemFeatures: await SemanticIndex.build(things) });
    for (const item of cold) expect(Number.isFinite(als.predict('u0', item))).toBe(true);
  });
  it('refuses features that are none', async () => {
    await expectRejection('ERR_BAD_OPTION', make().fit(touched, { itemFeatures: {} as never }));
    const uneven = { items: ['kettle-0', 'kettle-1'], vectorOf: (item: string) => (item === 'kettle-0' ? [1, 2] : [1]) };
    await expectRejection('ERR_BAD_VALUE', make().fit(touched, { itemFeatures: { ...uneven, items: [...uneven.items, 'new'] } }));
  });
});
