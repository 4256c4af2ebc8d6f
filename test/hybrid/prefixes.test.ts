import {
  AlsRecommender,
  boost,
  calibrate,
  diversify,
  exclude,
  HybridRanker,
  type HybridSources,
  limitPer,
  PopularityRecommender,
  pin,
  type RankRequest,
  type RerankerLike,
  reciprocalRank,
  SemanticIndex,
  weighted,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { randomOf, zipf } from '../support/makers.ts';

const random = randomOf(3);
const data = zipf({ users: 60, items: 700, rows: 1500 });
const brands = new Map([...data.items].map((item) => [item, { brand: `b${Math.floor(random() ** 2 * 60)}`, stock: random() < 0.1 }]));
const als = await new AlsRecommender({ factors: 4, iterations: 2 }).fit(data);
const popular = await new PopularityRecommender().fit(data);
const words = ['steel', 'glass', 'kettle', 'mop'];
const text = () => Array.from({ length: 3 }, () => words[Math.floor(random() * words.length)]).join(' ');
const semantic = await SemanticIndex.build(
  [...data.items].map((id) => ({ id, text: text() })),
  { text: 'text' },
);
/** Answers with as many as were asked for, of which most are out of stock. */
const latest = ({ n }: { n: number }) => [...data.items].slice(0, n).map((item, at) => ({ item, score: -at }));

const pages: [string, RerankerLike[]][] = [
  ['no rule', []],
  ['a filter that few pass', [exclude({ where: { stock: false } })]],
  ['a limit', [limitPer('brand', 1)]],
  ['changed scores', [boost({ where: { brand: 'b1' }, factor: 2 }), limitPer('brand', 2)]],
  ['a pinned item', [exclude({ where: { stock: false } }), pin({ items: ['i7'], position: 4 })]],
  ['diversity', [exclude({ where: { stock: false } }), diversify({ by: 'brand' })]],
  ['diversity behind a limit', [limitPer('brand', 1), diversify({ by: semantic })]],
  ['diversity before a limit', [diversify({ by: semantic, lambda: 0.3 }), limitPer('brand', 2)]],
  ['diversity of few at a time', [diversify({ by: semantic, depth: 7, lambda: 0.3 })]],
  ['diversity of all together before a limit', [diversify({ by: semantic, method: 'dpp' }), limitPer('brand', 3)]],
  ['a mix before a limit', [calibrate({ by: 'brand', depth: 20 }), limitPer('brand', 2)]],
  [
    'diversity before a rule of the caller',
    [diversify({ by: semantic, depth: 30 }), (list) => list.filter(({ item }) => !item.endsWith('3'))],
  ],
  ['a mix before diversity', [calibrate({ by: 'brand', depth: 30 }), diversify({ by: semantic, depth: 20 })]],
];
const fusions = [undefined, reciprocalRank(), weighted(undefined, { normalize: 'z-score' })];
const requests: RankRequest[] = [{ user: 'u1' }, { history: ['i1', 'i2'] }, { user: 'u2', query: 'steel kettle' }, {}];

describe('a page is the beginning of every longer one', () => {
  it.each(pages)('with %s', async (_, rerank) => {
    const several: HybridSources[] = [{ als, popular }, { als, semantic, popular, latest }, { latest }];
    for (const sources of several) {
      for (const fusion of fusions) {
        const ranker = new HybridRanker({ sources, fusion, rerank, attributes: brands, timeoutMs: 60_000 });
        for (const request of requests) {
          const whole = (await ranker.rank(request, { n: 90, reasons: false })).items;
          for (const n of [1, 5, 40]) expect((await ranker.rank(request, { n, reasons: false })).items).toEqual(whole.slice(0, n));
        }
      }
    }
  });

  it('beyond the number of candidates that sources are asked for at first', async () => {
    const ranker = new HybridRanker({ sources: { als, semantic, popular }, timeoutMs: 60_000 });
    for (const request of requests) {
      const whole = (await ranker.rank(request, { n: 500, reasons: false })).items;
      for (const n of [10, 60, 150, 300]) expect((await ranker.rank(request, { n, reasons: false })).items).toEqual(whole.slice(0, n));
      for (let k = 1; k < whole.length; k++) expect(whole[k].score).toBeLessThanOrEqual(whole[k - 1].score);
    }
  });
});
