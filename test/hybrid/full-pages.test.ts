import {
  calibrate,
  diversify,
  exclude,
  exploration,
  HybridRanker,
  Interactions,
  limitPer,
  PopularityRecommender,
  pin,
  type RerankerLike,
  weighted,
} from 'attune';
import { thompsonSampling } from 'attune/cold-start';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ranked } from './fakes.ts';

/** i0 is the most popular of 200 items. */
const rows = Array.from({ length: 200 }, (_, i) => Array.from({ length: 200 - i }, (_, u) => ({ user: `u${u}`, item: `i${i}` }))).flat();
const popular = await new PopularityRecommender().fit(await Interactions.from(rows));
const numberOf = (item: string) => Number(item.slice(1));
const items = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => `i${from + k}`);
const attributes = (item: string) => ({
  stock: numberOf(item) >= 150,
  brand: numberOf(item) < 120 ? 'Big' : `Small${item.slice(1)}`,
});

async function page(rerank: RerankerLike[], n = 10) {
  return new HybridRanker({ sources: { popular }, attributes, rerank }).rank({ user: 'stranger' }, { n });
}
const ids = async (...given: Parameters<typeof page>) => (await page(...given)).items.map(({ item }) => item);

describe('a page is full whenever allowed items exist', () => {
  it('however far down the first item stands that a filter lets through', async () => {
    expect(await ids([exclude({ where: { stock: false } })])).toEqual(items(150, 159));
    expect(await ids([(candidates) => candidates.filter(({ item }) => attributes(item).stock)])).toEqual(items(150, 159));
  });

  it('however many of one value a limit leaves out', async () => {
    expect(await ids([limitPer('brand', 1)])).toEqual(['i0', ...items(120, 128)]);
  });

  it('under all rules together', async () => {
    const rules = [
      exclude({ where: { stock: false } }),
      limitPer('brand', 1),
      diversify({ by: 'brand' }),
      pin({ items: ['i199'], position: 2 }),
      exploration({ bandit: thompsonSampling({ seed: 1 }), positions: [4] }),
    ];
    const found = await ids(rules, 50);
    expect([...found].sort()).toEqual([...items(150, 199)].sort());
    expect(found[1]).toBe('i199');
    expect(await ids([calibrate({ by: 'brand' }), exclude({ where: { stock: false } })], 60)).toHaveLength(50);
  });

  it('in one round as long as the first candidates are enough, and without asking anybody who has no more', async () => {
    const long = vi.fn(({ n }: { n: number }) => ranked(...items(0, 1999)).slice(0, n));
    const short = vi.fn(() => ranked('i3', 'i4'));
    await new HybridRanker({ sources: { long, short } }).rank({}, { n: 10 });
    expect([long, short].map((source) => source.mock.calls.length)).toEqual([1, 1]);
    const rerank = [exclude({ where: (_, item) => numberOf(item) < 1000 })];
    const page = await new HybridRanker({ sources: { long, short }, rerank }).rank({}, { n: 10 });
    expect(page.items.map(({ item }) => item)).toEqual(items(1000, 1009));
    expect(long.mock.calls.slice(1).map(([{ n }]) => n)).toEqual([100, 400, 1600]);
    expect(short).toHaveBeenCalledTimes(2);
  });

  it('with what a source gave beyond what it was asked for, without asking it again', async () => {
    const all = vi.fn(() => ranked(...items(0, 999)));
    const ranker = new HybridRanker({ sources: { all }, rerank: [exclude({ where: (_, item) => numberOf(item) < 900 })] });
    expect((await ranker.rank({}, { n: 3 })).items.map(({ item }) => item)).toEqual(items(900, 902));
    expect(all).toHaveBeenCalledTimes(1);
  });

  it('and a source that fails when it is asked for more is named, while what it gave before stays', async () => {
    const fails = ({ n }: { n: number }) => {
      if (n > 100) throw new Error('too many');
      return ranked(...items(0, 99));
    };
    const ranker = new HybridRanker({ sources: { fails }, rerank: [exclude({ where: (_, item) => numberOf(item) < 97 })] });
    const { items: found, skipped } = await ranker.rank({}, { n: 10 });
    expect(found.map(({ item }) => item)).toEqual(items(97, 99));
    expect(skipped).toEqual([{ source: 'fails', reason: 'asked for 400 candidates to fill the page: too many' }]);
  });

  it('and a source without end is given up and named', async () => {
    const endless = ({ n }: { n: number }) => items(0, n - 1).map((item, k) => ({ item, score: -k }));
    const ranker = new HybridRanker({
      sources: { endless },
      candidates: 2 ** 17,
      rerank: [exclude({ where: () => true })],
      timeoutMs: 60_000,
    });
    const { items: found, skipped } = await ranker.rank({}, { n: 1 });
    expect(found).toEqual([]);
    expect(skipped).toEqual([{ source: 'endless', reason: expect.stringContaining('was not looked at') }]);
  }, 60_000);
});

describe('what sources with a weight leave', () => {
  it('is filled up by those without one, then by popular ones, behind everything else', async () => {
    const taste = () => ranked('a', 'b');
    const reserve = () => ranked('c', 'a');
    const favourites = () => ranked('d', 'c');
    const sources = { taste, reserve, favourites };
    const coldStart = (await import('attune')).coldStart({ roles: { favourites: 'popular' } });
    const { items: found } = await new HybridRanker({ sources, fusion: weighted({ taste: 1 }), coldStart }).rank({ user: 'u' });
    expect(found.map(({ item }) => item)).toEqual(['a', 'b', 'c', 'd']);
    expect(found.map(({ score }) => score)).toEqual([...found.map(({ score }) => score)].sort((x, y) => y - x));
  });
});

it('a page is that of a ranker that looks at the whole catalogue, for any rules', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 100 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 2 ** 20 }),
      async (size, brands, n, percentOut, limit, seed) => {
        const hash = (k: number) => Math.imul((k + 1) ^ seed, 0x9e3779b1) >>> 16;
        const list = Array.from({ length: size }, (_, k) => ({ item: `i${k}`, score: hash(k) % 50 }));
        const of = (item: string) => ({ brand: `b${hash(numberOf(item)) % brands}`, out: hash(numberOf(item) + 7) % 100 < percentOut });
        const rerank = [exclude({ where: { out: true } }), limitPer('brand', limit)];
        const source = (request: { n: number }) =>
          [...list].sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1)).slice(0, request.n);
        const request = { exclude: [`i${seed % size}`] };
        const make = (candidates: number) => new HybridRanker({ sources: { source }, attributes: of, rerank, candidates });
        const [page, oracle] = await Promise.all([make(1).rank(request, { n }), make(1000).rank(request, { n })]);
        expect(page.items.map(({ item }) => item)).toEqual(oracle.items.map(({ item }) => item));
        const allowed = new Map<string, number>();
        for (const { item } of list)
          if (!of(item).out && item !== request.exclude[0])
            allowed.set(of(item).brand, Math.min(limit, (allowed.get(of(item).brand) ?? 0) + 1));
        expect(page.items).toHaveLength(
          Math.min(
            n,
            [...allowed.values()].reduce((sum, count) => sum + count, 0),
          ),
        );
      },
    ),
    { numRuns: 150 },
  ));
