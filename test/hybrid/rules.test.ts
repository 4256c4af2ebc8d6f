import {
  boost,
  bury,
  type Candidate,
  clickBoost,
  diversify,
  exclude,
  freshness,
  HybridRanker,
  limitPer,
  pin,
  type RerankerLike,
} from 'attune';
import { fitClickModel } from 'attune/click-models';
import { describe, expect, it } from 'vitest';
import { ranked } from './fakes.ts';

const products: Record<string, Record<string, unknown>> = {
  a1: { brand: 'A', price: 10, date: '2024-01-01', kind: ['kettle', 'steel'] },
  a2: { brand: 'A', price: 20, date: Date.UTC(2020, 0, 1) },
  a3: { brand: 'A', price: 30 },
  b1: { brand: 'B', price: 40, date: new Date('2024-01-01'), kind: ['kettle'] },
  b2: { brand: 'B', price: 50 },
  none: {},
};
const vectors: Record<string, number[]> = { a1: [1, 0], a2: [1, 0.1], a3: [0.9, 0.1], b1: [0, 1], b2: [0.1, 1] };
const all = ['a1', 'a2', 'a3', 'b1', 'b2', 'none'];

async function page(rerank: RerankerLike[], request = {}, options: object = {}) {
  const ranker = new HybridRanker({ sources: { any: () => ranked(...all) }, attributes: (item) => products[item], rerank });
  return ranker.rank(request, options);
}
const ids = async (...given: Parameters<typeof page>) => (await page(...given)).items.map(({ item }) => item);

describe('rules', () => {
  it('boost and bury change scores by a condition, a function, or ids', async () => {
    expect(await ids([boost({ where: { brand: 'B' }, factor: 3.5 })])).toEqual(['b1', 'a1', 'a2', 'b2', 'a3', 'none']);
    expect((await ids([boost({ where: (p) => (p?.price as number) > 45, factor: 10 })]))[0]).toBe('b2');
    expect((await ids([bury({ items: ['a1', 'a2'] })]))[0]).toBe('a3');
  });

  it('clickBoost lifts what people chose for the query, and lowers what they passed over', async () => {
    const sessions = Array.from({ length: 60 }, (_, k) => ({
      query: 'kettle',
      items: k % 2 === 0 ? ['a1', 'a2', 'b1'] : ['b1', 'a2', 'a1'],
      clicked: k % 3 === 0 ? [] : ['b1'],
    }));
    const model = fitClickModel(sessions);
    const rule = clickBoost({ model, weight: 1 });
    expect(await ids([rule], { query: 'kettle' })).toEqual(['b1', 'a3', 'b2', 'none', 'a2', 'a1']); // a1 stood first and was passed over
    expect(await ids([rule], { query: 'toaster' })).toEqual(all);
    expect(await ids([rule])).toEqual(all);
    expect(await ids([clickBoost({ model, weight: 0 })], { query: 'kettle' })).toEqual(all);
    const found = (await page([rule], { query: 'kettle' })).items;
    const before = (await page([], { query: 'kettle' })).items.find(({ item }) => item === 'b1')?.score as number;
    expect(found[0].score / before).toBeCloseTo(model.attraction('kettle', 'b1') / model.attraction('kettle', 'other'), 6);
    for (let n = 1; n <= 6; n++) expect((await page([rule], { query: 'kettle' }, { n })).items).toEqual(found.slice(0, n));
    expect(() => clickBoost({ model: {} as never })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });

  it('exclude filters before anything else, so that the page is full', async () => {
    expect(await ids([exclude({ where: { price: { min: 20 } } })])).toEqual(['a1', 'none']);
    expect(await ids([limitPer('brand', 1), exclude({ items: ['a1'] })])).toEqual(['a2', 'b1', 'none']);
  });

  it('limitPer keeps the best of each value, and counts every value of a list', async () => {
    expect(await ids([limitPer('brand', 1)])).toEqual(['a1', 'b1', 'none']);
    expect(await ids([limitPer('brand', 2)], {}, { n: 3 })).toEqual(['a1', 'a2', 'b1']);
    expect(await ids([limitPer('kind', 1)])).toEqual(['a1', 'a2', 'a3', 'b2', 'none']);
  });

  it('limitPer counts pinned items first', async () => {
    expect(await ids([limitPer('brand', 1), pin({ items: ['a3'], position: 2 })])).toEqual(['b1', 'a3', 'none']);
  });

  it('pin puts items in their places, found or not, but not against the request', async () => {
    const rules = [pin({ items: ['b2', 'ad'], position: 2 })];
    const result = await page(rules);
    expect(result.items.map(({ item }) => item)).toEqual(['a1', 'b2', 'ad', 'a2', 'a3', 'b1', 'none']);
    expect(result.items[2]).toEqual({ item: 'ad', score: 0, sources: {}, reasons: [{ text: 'Featured', source: 'pin', kind: 'pinned' }] });
    expect(result.items[1].reasons.map(({ kind }) => kind)).toEqual(['pinned', 'source']);
    expect(await ids(rules, { exclude: ['ad'], history: ['b2'] })).toEqual(['a1', 'a2', 'a3', 'b1', 'none']);
    expect(await ids(rules, { only: ['a1', 'b2'] })).toEqual(['a1', 'b2']);
    expect(await ids([pin({ items: ['ad'], position: 50 })], {}, { n: 7 })).toEqual([...all, 'ad']);
  });

  it('freshness lets old items sink, by the formula', async () => {
    const { items } = await page([freshness({ by: 'date', halfLifeDays: 365.25, weight: 0.5, now: Date.UTC(2024, 0, 1) })]);
    const scores = Object.fromEntries(items.map(({ item, score }) => [item, score]));
    expect(scores.a1).toBe(1);
    expect(scores.a2).toBeCloseTo(0.8 * (0.5 + 0.5 / 16), 6);
    expect(scores.a3).toBeCloseTo(0.6 * 0.75, 12);
    expect(scores.b1).toBeCloseTo(0.4, 12);
  });

  it('diversify by MMR follows Carbonell & Goldstein', async () => {
    const by = { vectorOf: (item: string) => vectors[item] };
    const [first, second] = await ids([diversify({ lambda: 0.5, by })]);
    expect([first, second]).toEqual(['a1', 'b1']); // .5 * .4 - 0 = .2 against .5 * .8 - .5 * .995 = -.1
    expect(await ids([diversify({ lambda: 1, by })])).toEqual(all);
    expect((await ids([diversify({ lambda: 0.5, by: (item) => vectors[item] })]))[1]).toBe('b1');
    expect((await ids([diversify({ lambda: 0.4, by: 'brand' })])).slice(0, 2)).toEqual(['a1', 'b1']);
  });

  it('diversify by DPP puts together what spans most', async () => {
    const by = (item: string) => vectors[item];
    const order = await ids([diversify({ lambda: 0.5, by, method: 'dpp' })]);
    expect(order.slice(0, 2)).toEqual(['a1', 'b1']);
    expect([...order].sort()).toEqual([...all].sort());
  });

  it('a function is a rule; what it invents, doubles or breaks is put right', async () => {
    const odd = (candidates: readonly Candidate[]) => [
      candidates[1],
      candidates[1],
      { item: 'stranger', score: 9, sources: {} },
      null as never,
      { ...candidates[0], score: Number.NaN },
    ];
    const result = await page([odd]);
    expect(result.items.map(({ item, score }) => [item, score])).toEqual([
      ['a2', 0.8],
      ['a1', 1],
    ]);
    const reason = 'left out: 1 entries that are not candidates, 1 entries of items that it was not given, 1 scores that are not finite';
    expect(result.skipped).toEqual([{ source: 'rerank: function 1', reason }]);
  });

  it('a rule that answers nonsense is left out and named, and cannot spoil what it was given', async () => {
    const nonsense: [(candidates: readonly Candidate[]) => unknown, RegExp][] = [
      [(c) => c.map(({ item }) => item), /nothing usable: 6 entries that are not candidates/],
      [(c) => c.map(() => null), /6 entries that are not candidates/],
      [() => [{ item: 'made up', score: 1, sources: {} }], /1 entries of items that it was not given/],
      [(c) => c.map((one) => ({ ...one, score: Number.NaN })), /6 scores that are not finite/],
      [(c) => c.map((one) => Object.assign(one, { score: Number.NaN })), /6 scores that are not finite/],
      [(c) => (c as Candidate[]).splice(0) && undefined, /expected an array/],
    ];
    for (const phase of ['score', 'select', 'place', 'explore'] as const) {
      for (const [rerank, reason] of nonsense) {
        if (/not given/.test(reason.source) && (phase === 'place' || phase === 'explore')) continue; // these may bring items
        const result = await page([{ kind: 'mine', phase, rerank } as never]);
        expect(result.items.map(({ item }) => item)).toEqual(all);
        expect(result.items[0].score).toBe(1);
        expect(result.skipped).toEqual([{ source: 'rerank: mine', reason: expect.stringMatching(reason) }]);
      }
    }
    expect((await page([() => []])).items).toEqual([]); // that is an answer
  });

  it('a filter that fails or answers nonsense lets items through and is named once', async () => {
    const throws = () => {
      throw new Error('no stock list');
    };
    const failing = await page([exclude({ where: throws })]);
    expect(failing.items.map(({ item }) => item)).toEqual(all);
    expect(failing.skipped).toEqual([{ source: 'rerank: exclude', reason: 'no stock list' }]);
    for (const answer of [undefined, 'x', [null], [{ item: 'other' }]]) {
      const result = await page([{ kind: 'mine', phase: 'filter', rerank: () => answer } as never]);
      expect(result.items.map(({ item }) => item)).toEqual(all);
      expect(result.skipped).toEqual([{ source: 'rerank: mine', reason: 'expected the candidates that may come' }]);
    }
  });

  it('a rule that throws, or attributes that do, leave the page as it was', async () => {
    const result = await page([
      () => {
        throw new Error('rule');
      },
      (() => 'x') as never,
    ]);
    expect(result.items.map(({ item }) => item)).toEqual(all);
    expect(result.skipped).toEqual([
      { source: 'rerank: function 1', reason: 'rule' },
      { source: 'rerank: function 2', reason: 'expected an array of candidates' },
    ]);
    const attributes = () => {
      throw new Error('gone');
    };
    const ranker = new HybridRanker({ sources: { any: () => ranked(...all) }, attributes, rerank: [limitPer('brand', 1)] });
    expect((await ranker.rank()).items).toHaveLength(6);
  });
});

describe('contradictions are refused when the ranker is built', () => {
  const coded = expect.objectContaining({ code: 'ERR_BAD_OPTION' });
  const cases: [string, () => RerankerLike[]][] = [
    ['an item pinned and excluded', () => [pin({ items: ['a'] }), exclude({ items: ['b', 'a'] })]],
    ['an item pinned twice', () => [pin({ items: ['a'] }), pin({ items: ['a'], position: 3 })]],
    ['an item pinned twice at once', () => [pin({ items: ['a', 'a'] })]],
    ['two items pinned to one place', () => [pin({ items: ['a', 'b'] }), pin({ items: ['c'], position: 2 })]],
    ['two limits of one attribute', () => [limitPer('brand', 1), limitPer('brand', 2)]],
    ['a limit of 0', () => [limitPer('brand', 0)]],
    ['a limit of a half', () => [limitPer('brand', 0.5)]],
    ['a factor of 0', () => [boost({ where: { brand: 'A' }, factor: 0 })]],
    ['a negative factor', () => [boost({ where: { brand: 'A' }, factor: -1 })]],
    ['burying by a factor above 1', () => [bury({ where: { brand: 'A' }, factor: 2 })]],
    ['boosting and burying the same', () => [boost({ where: { brand: ['A', 'B'] }, factor: 2 }), bury({ where: { brand: ['B', 'A'] } })]],
    ['boosting what is excluded', () => [boost({ where: { brand: 'A' }, factor: 2 }), exclude({ where: { brand: 'A' } })]],
    ['two diversifications', () => [diversify({ by: 'brand' }), diversify({ by: 'kind' })]],
    ['a condition on nothing', () => [boost({ where: {}, factor: 2 })]],
    ['neither condition nor items', () => [boost({ factor: 2 })]],
    ['a bad condition', () => [boost({ where: { brand: { from: 3 } as never }, factor: 2 })]],
    ['lambda above 1', () => [diversify({ by: 'brand', lambda: 2 })]],
    ['nothing to diversify by', () => [diversify({} as never)]],
    ['no items to pin', () => [pin({ items: [] })]],
  ];
  it.each(cases)('%s', (_, rules) => {
    expect(() => new HybridRanker({ sources: { any: () => [] }, attributes: new Map(), rerank: rules() })).toThrow(coded);
  });

  it('rules that need attributes without any', () => {
    expect(() => new HybridRanker({ sources: { any: () => [] }, rerank: [limitPer('brand', 3)] })).toThrow(/attributes/);
    expect(() => new HybridRanker({ sources: { any: () => [] }, rerank: [boost({ items: ['a'], factor: 2 })] })).not.toThrow();
  });
});
