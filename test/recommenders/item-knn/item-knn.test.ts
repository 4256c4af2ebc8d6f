import { type Interactions, ItemKnnRecommender } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectCode, recommenderConformance } from '../../support/conformance.ts';
import { checkerboard, fromRows, historyOf, type Row, zipf } from '../../support/makers.ts';

describe.each(['cosine', 'jaccard', 'tfidf', 'bm25'] as const)('ItemKnnRecommender by %s', (similarity) => {
  recommenderConformance({
    make: (options) => new ItemKnnRecommender({ similarity, neighbors: 12, ...options }),
    Class: ItemKnnRecommender,
    can: { explain: true, partialFit: true },
  });
});

describe('ItemKnnRecommender', () => {
  const rows = fc.array(
    fc.tuple(
      fc.integer({ min: 0, max: 7 }).map((u) => `u${u}`),
      fc.integer({ min: 0, max: 9 }).map((i) => `i${i}`),
      fc.integer({ min: 1, max: 5 }),
    ),
    { minLength: 1, maxLength: 60 },
  );

  it('scores by the formula when all neighbours are kept', async () => {
    const exponents = fc.record({
      userExponent: fc.double({ min: 0, max: 1.5, noNaN: true }),
      popularityExponent: fc.double({ min: 0, max: 1, noNaN: true }),
      shrinkage: fc.double({ min: 0, max: 10, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(rows, exponents, async (some, options) => {
        const data = fromRows(some as Row[]);
        const model = await new ItemKnnRecommender({ neighbors: 100, ...options }).fit(data);
        const oracle = dense(data, options);
        for (const user of data.users) {
          const history = historyOf(data, user);
          const found = model.score(user, data.items);
          [...data.items].forEach((item, k) => {
            const exact = history.reduce((sum, h) => sum + h.value * oracle(h.item, item), 0);
            expect(found[k]).toBeCloseTo(exact, 4);
          });
        }
      }),
      { numRuns: 60 },
    );
  });
  it('a list of few neighbours is the one that a look at all items gives', async () => {
    const histories = fc.array(fc.record({ item: fc.nat(9).map((i) => `i${i}`), value: fc.integer({ min: -2, max: 2 }) }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(rows, histories, fc.integer({ min: 1, max: 12 }), fc.boolean(), async (some, history, n, includeSeen) => {
        const data = fromRows(some as Row[]);
        const model = await new ItemKnnRecommender({ neighbors: 3, onUnknown: 'empty' }).fit(data);
        const options = { n, includeSeen, exclude: ['i1'] };
        const all = model.recommendFor(history, { ...options, only: data.items });
        expect(model.recommendFor(history, options)).toEqual(all);
        expect(model.recommendFor(history, options)).toEqual(all); // nothing is left of the first
      }),
      { numRuns: 200 },
    );
  });

  it('counts only the most similar items of each', async () => {
    const data = zipf();
    const options = { userExponent: 0.7, popularityExponent: 0.3, shrinkage: 0 };
    const model = await new ItemKnnRecommender({ neighbors: 5, ...options }).fit(data);
    const oracle = dense(data, options);
    for (const from of data.items) {
      const all = [...data.items].filter((item) => item !== from).map((item) => ({ item, score: oracle(from, item) }));
      const kept = all.sort((a, b) => b.score - a.score).filter((r) => r.score > 0).slice(0, 5); // biome-ignore format: one thought
      const found = model.recommendFor([from], { n: 5 }).filter((r) => r.score > 0);
      expect(found.length).toBe(kept.length);
      for (let k = 0; k < kept.length; k++) expect(found[k].score).toBeCloseTo(kept[k].score, 5);
    }
  });
  it('compares items by the cosine, whatever the exponent for ranking', async () => {
    const data = zipf();
    const model = await new ItemKnnRecommender({ neighbors: 2, userExponent: 0, popularityExponent: 0.1 }).fit(data);
    const cosine = dense(data, { userExponent: 0, popularityExponent: 0.5, shrinkage: 0 });
    for (const item of data.items) {
      const list = model.similarItems(item, { n: 100 });
      const exist = [...data.items].filter((other) => other !== item && cosine(item, other) > 0);
      expect(new Set(list.map((r) => r.item))).toEqual(new Set(exist));
      for (const r of list) expect(r.score).toBeCloseTo(cosine(item, r.item), 5);
    }
  });
  it('gives the product of two items as their dot', async () => {
    const data = fromRows([['u1', 'a', 2], ['u1', 'b', 3], ['u2', 'a', 1], ['u2', 'b', 1], ['u3', 'c', 1]]); // biome-ignore format: a table
    const model = await new ItemKnnRecommender({ userExponent: 0 }).fit(data);
    expect(model.similarItems('a', { metric: 'dot' })).toEqual([{ item: 'b', score: 7 }]);
    expect(model.similarItems('c', { metric: 'dot' })).toEqual([]);
  });
  it('knows jaccard as common users over users of either', async () => {
    const data = fromRows([['u1', 'a', 2], ['u1', 'b', 3], ['u2', 'a', 1], ['u3', 'b', 1], ['u4', 'b', 1], ['u4', 'c', -1]]); // biome-ignore format: a table
    const model = await new ItemKnnRecommender({ similarity: 'jaccard', userExponent: 0 }).fit(data);
    expect(model.similarItems('a')).toEqual([{ item: 'b', score: 0.25 }]);
    expect(model.similarItems('b')).toEqual([{ item: 'a', score: 0.25 }]);
  });
  it('after partialFit is the model fitted on all rows, the newer of a pair', async () => {
    await fc.assert(
      fc.asyncProperty(rows, rows, async (old, news) => {
        const step = await new ItemKnnRecommender({ neighbors: 4 }).fit(fromRows(old as Row[]));
        await step.partialFit(fromRows(news as Row[]));
        const whole = await new ItemKnnRecommender({ neighbors: 4 }).fit(fromRows([...old, ...news] as Row[]));
        expect(step.toBytes()).toEqual(whole.toBytes());
      }),
      { numRuns: 60 },
    );
  });
  it('ranks the same whether it looks at neighbours only or at everything', async () => {
    const values = fc.array(fc.tuple(fc.constantFrom('i0', 'i1', 'i2', 'i3', 'i4', 'i5'), fc.integer({ min: -2, max: 2 })), {
      minLength: 1,
    });
    const model = await new ItemKnnRecommender({ neighbors: 8 }).fit(zipf());
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 45 }), (history, n) => {
        const rows = history.map(([item, value]) => ({ item, value }));
        expect(model.recommendFor(rows, { n })).toEqual(model.recommendFor(rows, { n, only: model.items }));
      }),
    );
  });
  it('lets a disliked item count against what is like it', async () => {
    const data = fromRows([['u1', 'a', 1], ['u1', 'b', 1], ['u2', 'c', 1], ['u2', 'd', 1]]); // biome-ignore format: a table
    const model = await new ItemKnnRecommender().fit(data);
    const list = model.recommendFor([{ item: 'a', value: -1 }, { item: 'c', value: 1 }]); // biome-ignore format: a table
    expect(list.map((r) => [r.item, Math.sign(r.score)])).toEqual([['d', 1], ['b', -1]]); // biome-ignore format: a table
  });
  it('refuses options out of range', () => {
    for (const bad of [
      { neighbors: 0 },
      { neighbors: 1.5 },
      { similarity: 'pearson' },
      { userExponent: -1 },
      { popularityExponent: 2 },
      { shrinkage: -1 },
    ]) {
      expectCode('ERR_BAD_OPTION', () => new ItemKnnRecommender(bad as never));
    }
  });
  it('says which own items speak for a recommendation', async () => {
    const model = await new ItemKnnRecommender().fit(checkerboard());
    const { contributions } = model.explain('u3', 'i3');
    expect(contributions.length).toBe(9);
    for (const { item } of contributions) expect(Number(item.slice(1)) % 2).toBe(1);
    expect(model.explain('u3', 'i4').contributions).toEqual([]);
  });
});

/** The similarity of the docstring, by definition. */
function dense(data: Interactions, o: { userExponent: number; popularityExponent: number; shrinkage: number }) {
  const x = new Map([...data].map((row) => [JSON.stringify([row.user, row.item]), row.value]));
  const at = (user: string, item: string) => x.get(JSON.stringify([user, item])) ?? 0;
  const users = [...data.users];
  const count = new Map(users.map((user) => [user, historyOf(data, user).length]));
  const square = (item: string) => users.reduce((sum, user) => sum + at(user, item) ** 2, 0);
  return (from: string, to: string): number => {
    if (from === to) return 0;
    const dot = users.reduce((sum, user) => sum + (count.get(user) as number) ** -o.userExponent * at(user, from) * at(user, to), 0);
    return dot / (Math.sqrt(square(from)) * square(to) ** o.popularityExponent + o.shrinkage);
  };
}
