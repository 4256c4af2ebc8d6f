import {
  AlsRecommender,
  coldStart,
  HybridRanker,
  Interactions,
  PopularityRecommender,
  type RankedPage,
  reciprocalRank,
  SemanticIndex,
  type SourceFusion,
  weighted,
} from 'attune';
import { describe, expect, it } from 'vitest';
import { fakeIndex, fakeModel, ranked } from './fakes.ts';

/** 40 kettles, then 40 mops; even users buy kettles, odd ones mops. */
async function shop() {
  let state = 11;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const makers = ['Acme', 'Borel', 'Cauchy', 'Dirac'];
  const stuffs = ['steel', 'glass', 'copper', 'travel', 'electric'];
  const products = Array.from({ length: 80 }, (_, k) => ({
    id: `p${k}`,
    title: `${makers[k % 4]} ${stuffs[k % 5]} ${k < 40 ? 'kettle' : 'mop'} model ${k}`,
  }));
  const rows = [];
  for (let u = 0; u < 200; u++)
    for (let k = 0; k < 80; k++) if (next() < ((u % 2 === 0) === k < 40 ? 0.25 : 0.005)) rows.push({ user: `u${u}`, item: `p${k}` });
  const data = await Interactions.from(rows);
  const als = await new AlsRecommender({ factors: 16, iterations: 10, seed: 3 }).fit(data);
  const popular = await new PopularityRecommender().fit(data);
  return { als, semantic: await SemanticIndex.build(products, { id: 'id', text: 'title' }), popular };
}

const sources = await shop();
const fusions: [string, SourceFusion | undefined][] = [
  ['no fusion given', undefined],
  ['reciprocalRank', reciprocalRank({ k: 60 })],
  ['weighted', weighted()],
  ['weighted by ranks', weighted(undefined, { normalize: 'rank' })],
  ['weights', weighted({ als: 0.7, semantic: 0.3 })],
  ['a weight for popular items', weighted({ als: 0.5, semantic: 0.1, popular: 1 })],
];
const isMop = (item: string) => Number(item.slice(1)) >= 40;
const mops = ({ items }: RankedPage) => items.filter(({ item }) => isMop(item)).length;

describe.each(fusions)('with %s', (_, fusion) => {
  const ranker = new HybridRanker({ sources, fusion, coldStart: coldStart({ knownAfter: 3 }) });

  it('a query leads, whatever the taste of who asks', async () => {
    for (const user of ['u0', 'u1', 'nobody']) {
      const { items } = await ranker.rank({ user, query: 'glass mop' }, { n: 5 });
      expect(items.map(({ item }) => isMop(item) && Number(item.slice(1)) % 5 === 1)).toEqual(Array(5).fill(true));
      expect(mops(await ranker.rank({ user, query: 'mop' }, { n: 20 }))).toBe(20);
    }
  });

  it('scores fall along the page, also behind the most relevant items', async () => {
    const { items } = await ranker.rank({ user: 'u0', query: 'glass mop' }, { n: 60 });
    expect(items).toHaveLength(60);
    for (let k = 1; k < items.length; k++) expect(items[k].score).toBeLessThanOrEqual(items[k - 1].score);
  });

  if (fusion === undefined || fusion.isUnweighted)
    it('who liked three mops gets mops, not what is popular', async () => {
      expect(mops(await ranker.rank({ history: ['p41', 'p47', 'p52'] }, { n: 10 }))).toBeGreaterThanOrEqual(8);
    });
});

describe('relevance bands', () => {
  const taste = fakeModel({ u: ['c', 'b', 'a'] });
  const search = {
    ...fakeIndex([]),
    search: async () => [
      { item: 'a', score: 1 },
      { item: 'b', score: 0.95 },
      { item: 'c', score: 0.5 },
    ],
  };
  const order = async (relevanceBand?: number) => {
    const ranker = new HybridRanker({ sources: { taste, search }, fusion: weighted({ taste: 0.9, search: 0.1 }), relevanceBand });
    return (await ranker.rank({ user: 'u', query: 'x' })).items.map(({ item }) => item).join('');
  };

  it('let taste order what is about equally relevant, and nothing else', async () => {
    expect(await order()).toBe('bac');
    expect(await order(0)).toBe('abc');
    expect(await order(0.04)).toBe('abc');
    expect(await order(1)).toBe('cba');
  });

  it('lead even where the source that answers the query has no weight', async () => {
    const ranker = new HybridRanker({ sources: { taste, search }, fusion: weighted({ taste: 1 }) });
    expect((await ranker.rank({ user: 'u', query: 'x' })).items.map(({ item }) => item).join('')).toBe('bac');
  });

  it('are refused when they are no share', () => {
    expect(() => new HybridRanker({ sources: { taste }, relevanceBand: 2 })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });
});

describe('a list without information', () => {
  const flat = (informed?: false) =>
    Object.assign(fakeModel({}), {
      recommend: () => [],
      recommendFor: () =>
        Object.assign(
          ['z', 'y', 'x'].map((item, k) => ({ item, score: informed === false ? -k : 0 })),
          informed === false && { informed },
        ),
      items: new Set(['x', 'y', 'z', 'h']),
    });

  it('does not vote: what others say comes first', async () => {
    for (const model of [flat(), flat(false)]) {
      for (const fusion of [undefined, reciprocalRank(), weighted({ model: 1, other: 0.01 })]) {
        const ranker = new HybridRanker({ sources: { model, other: () => ranked('a', 'z') }, fusion });
        expect((await ranker.rank({ history: ['h'] })).items.map(({ item }) => item).slice(0, 2)).toEqual(['a', 'z']);
      }
    }
  });
});
