import { metrics } from 'attune';
import { describe, expect, it } from 'vitest';

const duplicate = expect.objectContaining({ name: 'AttuneError', code: 'ERR_DUPLICATE' });

/** What a recommender returns for data whose ids were numbers. */
const list = [
  { item: '12', score: 2 },
  { item: '13', score: 1 },
];
const counts = [
  [12, 2],
  [13, 1],
] as const;

describe('a number given as an id stands for its digits', () => {
  it.each<[string, (string | number | bigint)[]]>([
    ['numbers', [12, 13]],
    ['bigints', [12n, 13n]],
    ['text', ['12', '13']],
  ])('in what is relevant: %s', (_, relevant) => {
    expect(metrics.recall(list, new Set(relevant), 2)).toBe(1);
    expect(metrics.ndcg(list, new Map(relevant.map((id) => [id, 1])), 2)).toBe(1);
    expect(metrics.serendipity([13, 12], relevant, new Map(counts), 2, { items: 9 })).toBeCloseTo(1 / 18, 12);
  });

  it.each([
    ['numbers', new Map<number | bigint | string, number>(counts)],
    ['bigints', new Map<number | bigint | string, number>(counts.map(([id, count]) => [BigInt(id), count]))],
    ['text', new Map<number | bigint | string, number>(counts.map(([id, count]) => [String(id), count]))],
  ])('in counts: %s', (_, map) => {
    expect(metrics.novelty(list, map, 2, { users: 3 })).toBeCloseTo((Math.log2(3 / 2) + Math.log2(3)) / 2, 12);
    expect(metrics.averagePopularity(list, map, 2)).toBe(1.5);
    expect(metrics.popularityRank(list, map, 2)).toBe(0.75);
    expect(metrics.popularityBias(list, [12], map, 2)).toBe(1.5 / 2 - 1);
  });

  it('in lists, in vectors, features and categories', () => {
    expect(metrics.precision([12, 13], ['12'], 2)).toBe(0.5);
    expect(metrics.coverage([[12], ['12', '13']], 4)).toBe(0.5);
    const vectors = new Map([
      [12, [1, 0]],
      [13, [0, 1]],
    ]);
    expect(metrics.diversity(list, { vectors })).toBe(1);
    expect(metrics.diversity(list, { features: new Map([[12, ['GE']]]) })).toBe(1);
    const categories = new Map([
      [12, ['oven']],
      [13, ['fan']],
    ]);
    expect(metrics.miscalibration(list, [12, 13], categories)).toBe(0);
  });

  it('so that a number and its digits are the same item twice', () => {
    const twice = new Map<string | number, number>([
      [12, 2],
      ['12', 3],
    ]);
    expect(() => metrics.recall([12, '12'], new Set([12]), 2)).toThrow(duplicate);
    expect(() => metrics.ndcg(list, twice, 2)).toThrow(duplicate);
    expect(() => metrics.novelty(list, twice, 2, { users: 3 })).toThrow(duplicate);
    expect(() => metrics.popularityRank(list, twice, 2)).toThrow(duplicate);
  });

  it('unless it is no whole number', () => {
    for (const id of [1.5, Number.NaN, 2 ** 53, null, {}])
      expect(() => metrics.recall([id as never], new Set([1]), 2)).toThrow(/expected item ids/);
  });
});

it('a metric that needs a map refuses anything else by a coded error, also for an empty list', () => {
  const bad = expect.objectContaining({ name: 'AttuneError', code: 'ERR_BAD_ARGUMENT' });
  for (const none of [undefined, null, { 12: 2 }, [2, 1], () => 1] as never[]) {
    for (const recommended of [list, []]) {
      expect(() => metrics.novelty(recommended, none, 2, { users: 3 })).toThrow(bad);
      expect(() => metrics.averagePopularity(recommended, none)).toThrow(bad);
      expect(() => metrics.averagePopularity(recommended, none, 2, { normalize: true })).toThrow(bad);
      expect(() => metrics.popularityRank(recommended, none)).toThrow(bad);
      expect(() => metrics.popularityBias(recommended, [12], none)).toThrow(bad);
      expect(() => metrics.serendipity(recommended, [12], none)).toThrow(bad);
      expect(() => metrics.serendipity(recommended, [], none)).toThrow(bad);
    }
  }
  for (const none of [undefined, null, { 12: ['a'] }, 5] as never[]) {
    expect(() => metrics.miscalibration(list, ['12'], none)).toThrow(bad);
    expect(() => metrics.diversity(list, { features: none })).toThrow(expect.objectContaining({ name: 'AttuneError' }));
  }
});
