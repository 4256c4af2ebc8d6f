import {
  AlsRecommender,
  boost,
  coldStart,
  diversify,
  HybridRanker,
  limitPer,
  PopularityRecommender,
  type RankedPage,
  reciprocalRank,
  SemanticIndex,
  weighted,
} from 'attune';
import { describe, expect, it, vi } from 'vitest';
import { checkerboard } from '../support/makers.ts';
import { fakeIndex, fakeModel, hangs, ranked } from './fakes.ts';

const ids = (page: RankedPage) => page.items.map(({ item }) => item);
const als = fakeModel({ A1: ['x', 'y', 'z'] });
const popular = Object.assign(fakeModel({}, { items: ['p', 'q', 'x'] }), { kind: 'popularity' });

describe('a page', () => {
  it('is the fused list, with what each source said and a reason', async () => {
    const ranker = new HybridRanker({
      sources: { als, more: () => ranked('y', 'w') },
      fusion: weighted({ als: 0.7, more: 0.3 }),
      completeScores: false,
    });
    const page = await ranker.rank({ user: 'A1' }, { n: 3 });
    expect(page.strategy).toBe('personalized');
    expect(page.skipped).toEqual([]);
    expect(page.items.map(({ item, score }) => [item, score])).toEqual([
      ['x', 0.7],
      ['y', expect.closeTo(0.7 * 0.5 + 0.3)],
      ['w', 0],
    ]);
    expect(page.items[1].sources).toEqual({ als: { rank: 2, score: 2 }, more: { rank: 1, score: 2 } });
    for (const { reasons } of page.items) expect(reasons[0].text).toMatch(/\w/);
  });

  it('leaves out what the request excludes, what is not in only, and what the visitor had', async () => {
    const ranker = new HybridRanker({ sources: { any: () => ranked('a', 'b', 'c', 'd', 'e') } });
    expect(ids(await ranker.rank({ exclude: ['a'], history: ['b'] }))).toEqual(['c', 'd', 'e']);
    expect(ids(await ranker.rank({ only: new Set(['e', 'b', 'zzz']) }))).toEqual(['b', 'e']);
    expect(ids(await ranker.rank({ history: ['b'] }, { includeSeen: true, n: 2 }))).toEqual(['a', 'b']);
    expect(ids(await ranker.rank({}, { n: 0 }))).toEqual([]);
  });

  it('asks a source that others know more about for its own scores of their candidates', async () => {
    const long = fakeModel({ A1: ['a', 'b', 'c', 'd', 'e', 'f'] });
    const sources = { long, more: () => ranked('f', 'e') };
    const page = await new HybridRanker({ sources, candidates: 2 }).rank({ user: 'A1' }, { n: 1 });
    expect(page.items[0].item).toBe('a');
    const f = (await new HybridRanker({ sources, candidates: 2 }).rank({ user: 'A1', only: ['a', 'e', 'f'] })).items.find(
      (i) => i.item === 'f',
    );
    expect(f?.sources).toEqual({ long: { rank: 3, score: 1 }, more: { rank: 1, score: 2 } });
  });

  it('with a query shows only what content found, ordered with the help of others', async () => {
    const semantic = fakeIndex(['z', 'y', 'nobody']);
    const ranker = (relevanceBand?: number) =>
      new HybridRanker({ sources: { als, semantic, popular }, fusion: weighted({ als: 0.9, semantic: 0.1 }), relevanceBand });
    expect(ids(await ranker().rank({ user: 'A1', query: 'yes' }))).toEqual(['z', 'y', 'nobody']);
    const page = await ranker(0.4).rank({ user: 'A1', query: 'yes' });
    expect(ids(page)).toEqual(['y', 'z', 'nobody']);
    expect(page.items[2].reasons).toEqual([{ text: 'Matches “yes”', source: 'semantic', kind: 'query' }]);
  });

  it('tells functions everything about the request', async () => {
    const source = vi.fn(() => ranked('a'));
    const ranker = new HybridRanker({ sources: { source }, candidates: 7 });
    await ranker.rank({
      user: 'u',
      history: [{ item: 'h', value: 4 }],
      interests: 'tea',
      query: 'cup',
      context: { page: 1 },
      exclude: ['e'],
    });
    expect(source).toHaveBeenCalledWith(
      expect.objectContaining({
        user: 'u',
        history: [{ item: 'h', value: 4 }],
        interests: ['tea'],
        query: 'cup',
        context: { page: 1 },
        exclude: ['e', 'h'],
        only: undefined,
        n: 7,
        signal: expect.any(AbortSignal),
      }),
    );
  });
});

describe('a source that fails', () => {
  const good = () => ranked('a', 'b');
  const failures: [string, unknown, RegExp][] = [
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      /broken/,
    ],
    [
      'throws nothing',
      () => {
        throw undefined;
      },
      /undefined/,
    ],
    [
      'throws what cannot be shown',
      () => {
        throw Object.create(null);
      },
      /threw/,
    ],
    [
      'rejects',
      async () => {
        throw new TypeError('later');
      },
      /later/,
    ],
    ['hangs', hangs, /no answer within 30 ms/],
    ['returns nothing', () => undefined, /array/],
    ['returns null', () => null, /array/],
    ['returns an object', () => ({ items: [] }), /array/],
    ['returns text', () => 'abc', /array/],
    ['returns ids', () => ['a', 'b'], /not \{ item, score \}/],
    ['returns only NaN', () => [{ item: 'x', score: Number.NaN }], /finite/],
    ['returns only nulls', () => [null, undefined, 3], /not \{ item, score \}/],
    [
      'has getters that throw',
      () => [
        {
          get item() {
            throw new Error('trap');
          },
          score: 1,
        },
      ],
      /trap/,
    ],
    [
      'is a thenable that throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: this is what is tested.
        get then() {
          throw new Error('then');
        },
      }),
      /then/,
    ],
  ];
  it.each(failures)('that %s is left out and named', async (_, bad, reason) => {
    const ranker = new HybridRanker({ sources: { bad: bad as never, good }, timeoutMs: 30 });
    const page = await ranker.rank({ user: 'u' });
    expect(ids(page)).toEqual(['a', 'b']);
    expect(page.skipped).toEqual([{ source: 'bad', reason: expect.stringMatching(reason) }]);
  });

  it('with a few bad entries gives its good ones and is named', async () => {
    const bad = () => [
      ...ranked('x', 'y'),
      { item: 'x', score: 9 },
      { item: 'n', score: Number.NaN },
      { item: 'i', score: Number.POSITIVE_INFINITY },
      { item: 3 },
    ];
    const page = await new HybridRanker({ sources: { bad: bad as never } }).rank({ user: 'u' });
    expect(ids(page)).toEqual(['x', 'y']);
    expect(page.items[0].sources.bad).toEqual({ rank: 1, score: 9 });
    expect(page.skipped).toEqual([
      { source: 'bad', reason: 'left out entries: 1 that are not { item, score }, 2 without a finite score, 1 of items that came before' },
    ]);
  });

  it('whose first entries cannot be used is asked for more', async () => {
    const all = Array.from({ length: 1000 }, (_, k) => ({ item: `i${k}`, score: k < 150 ? Number.NaN : 1000 - k }));
    const source = ({ n }: { n: number }) => all.slice(0, n);
    const page = await new HybridRanker({ sources: { source }, candidates: 100 }).rank({ user: 'u' }, { n: 5 });
    expect(ids(page)).toEqual(['i150', 'i151', 'i152', 'i153', 'i154']);
    expect(page.skipped).toEqual([{ source: 'source', reason: 'left out entries: 150 without a finite score' }]);
    const mixed = ({ n }: { n: number }) => all.slice(140, 140 + n); // the first ones are bad, the rest of the page is excluded
    const exclude = all.slice(150, 260).map(({ item }) => item);
    const further = await new HybridRanker({ sources: { mixed }, candidates: 100 }).rank({ user: 'u', exclude }, { n: 5 });
    expect(ids(further)).toEqual(['i260', 'i261', 'i262', 'i263', 'i264']);
    const never = ({ n }: { n: number }) => all.slice(0, Math.min(n, 150));
    const empty = await new HybridRanker({ sources: { never, good }, candidates: 100 }).rank({ user: 'u' }, { n: 5 });
    expect(ids(empty)).toEqual(['a', 'b']);
    expect(empty.skipped.map((one) => one.source)).toContain('never');
  });

  it('that is a model which was not fitted, or a broken index, is named too', async () => {
    const sources = {
      als: new AlsRecommender(),
      semantic: {
        ...fakeIndex([]),
        has: () => {
          throw new Error('index gone');
        },
      },
      good,
    };
    const page = await new HybridRanker({ sources }).rank({ user: 'u', history: ['a'] });
    expect(ids(page)).toEqual(['b']);
    expect(page.skipped).toEqual([
      { source: 'als', reason: expect.stringContaining('ERR_NOT_FITTED') },
      { source: 'semantic', reason: 'index gone' },
    ]);
  });

  it('leaves the page to popular items when all fail, and to an empty page when those do', async () => {
    const sources = { hangs, popular };
    const page = await new HybridRanker({ sources, timeoutMs: 20 }).rank({ user: 'u' });
    expect([page.strategy, ...ids(page)]).toEqual(['popular', 'p', 'q', 'x']);
    const none = await new HybridRanker({ sources: { hangs }, timeoutMs: 20 }).rank({});
    expect(none).toEqual({ items: [], strategy: 'popular', skipped: [{ source: 'hangs', reason: 'no answer within 20 ms' }] });
  });

  it('has its own deadline where one is given', async () => {
    const slow = () => new Promise<ReturnType<typeof ranked>>((resolve) => setTimeout(resolve, 60, ranked('s')));
    const sources = { slow, twin: slow };
    const page = await new HybridRanker({ sources, timeoutMs: { twin: 10, slow: 2000 } }).rank({});
    expect(ids(page)).toEqual(['s']);
    expect(page.skipped.map(({ source }) => source)).toEqual(['twin']);
  });

  it('leaves no timer behind, and is told to stop', async () => {
    vi.useFakeTimers();
    try {
      let stopped: unknown;
      const slow = ({ signal }: { signal: AbortSignal }) =>
        new Promise<never>(() => signal.addEventListener('abort', () => (stopped = signal.reason)));
      const page = new HybridRanker({ sources: { good, slow }, timeoutMs: 200 }).rank({});
      await vi.advanceTimersByTimeAsync(199);
      expect(stopped).toBeUndefined();
      await vi.advanceTimersByTimeAsync(1);
      expect(ids(await page)).toEqual(['a', 'b']);
      expect(stopped).toMatchObject({ name: 'TimeoutError' });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('abort', () => {
  it('rejects with the reason of the signal, before and during', async () => {
    const ranker = new HybridRanker({ sources: { hangs }, timeoutMs: 5000 });
    await expect(ranker.rank({}, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    const controller = new AbortController();
    const page = ranker.rank({}, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('changed my mind')), 10);
    await expect(page).rejects.toThrow('changed my mind');
  });
});

describe('the strategy', () => {
  const semantic = fakeIndex(['s', 't'], ['n', 'm'], { new: [1] });
  const ranker = new HybridRanker({ sources: { als, semantic, popular }, fusion: weighted({ als: 0.7, semantic: 0.3 }) });

  it('is personalized for a user whom a model knows', async () => {
    expect((await ranker.rank({ user: 'A1' })).strategy).toBe('personalized');
  });
  it('is fold-in for a visitor with a history, and for a user with less than knownAfter', async () => {
    expect((await ranker.rank({ user: 'nobody', history: ['x'] })).strategy).toBe('fold-in');
    const few = {
      ...als,
      interactionsOf: () => [
        { item: 'x', value: 1 },
        { item: 'y', value: 1 },
      ],
    };
    const page = await new HybridRanker({ sources: { few, popular } }).rank({ user: 'A1' });
    expect(page.strategy).toBe('fold-in');
    expect(
      (await new HybridRanker({ sources: { few, popular }, coldStart: coldStart({ knownAfter: 2 }) }).rank({ user: 'A1' })).strategy,
    ).toBe('personalized');
  });
  it('is content for interests, for a query, and for items that no model knows', async () => {
    const page = await ranker.rank({ interests: ['espresso'] });
    expect([page.strategy, ...ids(page)]).toEqual(['content', 's', 't', 'p', 'q', 'x']);
    expect(await ranker.rank({ query: 'espresso' })).toMatchObject({ strategy: 'content', items: [{ item: 's' }, { item: 't' }] });
    expect((await ranker.rank({ history: ['new'] })).strategy).toBe('content');
  });
  it('is popular when nothing is known', async () => {
    expect(await ranker.rank()).toMatchObject({ strategy: 'popular', items: [{ item: 'p' }, { item: 'q' }, { item: 'x' }] });
    expect((await ranker.rank({ user: 'nobody', query: '  ', interests: [''] })).strategy).toBe('popular');
  });
  it('is that of the user behind a function, when no model can tell', async () => {
    const { rank } = { rank: (request: object) => new HybridRanker({ sources: { any: () => ranked('a') } }).rank(request) };
    expect((await rank({ user: 'u' })).strategy).toBe('personalized');
    expect((await rank({ history: ['h'] })).strategy).toBe('fold-in');
    expect((await rank({ interests: ['tea'] })).strategy).toBe('content');
    expect((await rank({})).strategy).toBe('popular');
  });
  it('asks a source without a weight before it shows what is popular', async () => {
    const page = await new HybridRanker({ sources: { als, semantic, popular }, fusion: weighted({ als: 1 }) }).rank({ interests: ['tea'] });
    expect([page.strategy, ...ids(page)]).toEqual(['content', 's', 't', 'p', 'q', 'x']);
  });
});

describe('with real models', async () => {
  const data = checkerboard(20);
  const model = await new AlsRecommender({ factors: 8, iterations: 6, seed: 1 }).fit(data);
  const best = await new PopularityRecommender().fit(data);
  const products = [...data.items, 'i20', 'i21'].map((id) => ({
    id,
    text: Number(id.slice(1)) % 2 ? `green kettle number ${id}` : `blue toaster number ${id}`,
    brand: Number(id.slice(1)) % 2 ? 'Green' : 'Blue',
  }));
  const index = await SemanticIndex.build(products, { id: 'id', text: 'text', metadata: ['brand'] });
  const ranker = new HybridRanker({
    sources: { als: model, semantic: index, popular: best },
    fusion: weighted({ als: 0.7, semantic: 0.3 }),
  });

  it('a known user gets what was left out, because of an item of the user', async () => {
    const page = await ranker.rank({ user: 'u3' }, { n: 3 });
    expect(page).toMatchObject({ strategy: 'personalized', skipped: [] });
    expect(page.items.map(({ item }) => item)).toContain('i3');
    expect(page.items[0].reasons[0]).toMatchObject({
      text: expect.stringMatching(/^Because you liked i\d+$/),
      item: expect.stringMatching(/^i\d*[13579]$/),
    });
  });

  it('a visitor gets the page of a camp from one item, a new item from content, and something without any knowledge', async () => {
    const visitor = await ranker.rank({ history: ['i4'] }, { n: 5 });
    expect(visitor.strategy).toBe('fold-in');
    expect(visitor.items.every(({ item }) => Number(item.slice(1)) % 2 === 0)).toBe(true);
    expect(visitor.items[0].reasons[0].item).toBe('i4');
    const fresh = await ranker.rank({ history: ['i21'] }, { n: 3 });
    expect(fresh.strategy).toBe('content');
    expect(fresh.items[0].reasons[0]).toMatchObject({ text: 'Similar to i21', source: 'semantic', kind: 'similar', item: 'i21' });
    const sentence = await ranker.rank({ interests: ['a toaster in blue'] }, { n: 5 });
    expect(sentence.strategy).toBe('content');
    expect(sentence.items.every(({ item }) => Number(item.slice(1)) % 2 === 0)).toBe(true);
    expect((await ranker.rank({}, { n: 3 })).items).toHaveLength(3);
  });

  it('a known user who has just done something else is folded in anew', async () => {
    const page = await ranker.rank(
      { user: 'u3', history: ['i0', 'i2', 'i4', 'i6', 'i8', 'i10', 'i12', 'i14', 'i16', 'i18'].map((item) => ({ item, value: 20 })) },
      { n: 3 },
    );
    expect(page.items.map(({ item }) => item)).not.toContain('i5');
    expect(page.strategy).toBe('personalized');
    expect(page.skipped).toEqual([]);
  });

  it('rules look at the metadata of the index', async () => {
    const shop = new HybridRanker({
      sources: { als: model, semantic: index, popular: best },
      attributes: index,
      timeoutMs: 200,
      fusion: weighted({ als: 0.7, semantic: 0.3 }),
      coldStart: coldStart({ knownAfter: 3 }),
      rerank: [boost({ where: { brand: 'Green' }, factor: 1.1 }), limitPer('brand', 3), diversify({ lambda: 0.7, by: index })],
    });
    for (const request of [{ user: 'u3' }, { history: ['i1'], interests: ['kettle'], query: undefined, context: {} }, {}]) {
      const page = await shop.rank(request, { n: 20 });
      const brands = page.items.map(({ item }) => index.metadataOf(item)?.brand);
      expect(brands.length).toBeGreaterThan(1);
      for (const brand of ['Green', 'Blue']) expect(brands.filter((one) => one === brand).length).toBeLessThanOrEqual(3);
      expect(page.skipped).toEqual([]);
    }
  });

  it('reciprocal ranks work as well', async () => {
    const page = await new HybridRanker({
      sources: { als: model, semantic: index, popular: best },
      fusion: reciprocalRank({ k: 60 }),
    }).rank({ user: 'u3' }, { n: 5 });
    expect(page.items).toHaveLength(5);
    expect(page.strategy).toBe('personalized');
  });
});
