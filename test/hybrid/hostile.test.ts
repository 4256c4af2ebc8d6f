import {
  AttuneError,
  boost,
  calibrate,
  exclude,
  exploration,
  freshness,
  HybridRanker,
  limitPer,
  type RankRequest,
  type RerankerLike,
  type RerankPhase,
} from 'attune';
import { thompsonSampling } from 'attune/cold-start';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hangs, ranked } from './fakes.ts';

const throws = (): never => {
  throw new Error('no');
};
const good = ranked('a', 'b', 'c', 'd', 'e');

/** What a broken source does, by name. */
const broken: Record<string, () => unknown> = {
  throws,
  throwsNothing: () => {
    throw undefined;
  },
  rejects: async () => throws(),
  hangs,
  nan: () => [{ item: 'n', score: Number.NaN }],
  infinite: () => [{ item: 'n', score: Number.POSITIVE_INFINITY }],
  duplicates: () => [...good, ...good],
  noList: () => 'abc',
  nothing: () => undefined,
  holes: () => [undefined, null, 3, { item: '' }, { score: 1 }, { item: 'a', score: 1 }],
  getters: () => [Object.defineProperty({ score: 1 }, 'item', { get: throws })],
  thenable: () => ({
    // biome-ignore lint/suspicious/noThenProperty: that is what is hostile about it
    then: throws,
  }),
};

/** What broken rules do, in each phase. */
const rules: fc.Arbitrary<RerankerLike> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom<RerankPhase>('filter', 'score', 'select', 'place', 'explore'),
      fc.constantFrom<() => unknown>(
        throws,
        () => undefined,
        () => [undefined, { item: 'zzz', score: Number.NaN, sources: {} }],
        () => [{ item: 'a' }, { item: 'a' }],
      ),
    )
    .map(([phase, rerank]) => ({ kind: `broken ${phase}`, phase, rerank }) as unknown as RerankerLike),
  fc.constantFrom<RerankerLike>(
    boost({ where: throws, factor: 2 }),
    exclude({ where: throws }),
    limitPer('brand', 1),
    calibrate({ by: 'brand' }),
    freshness({ by: 'date' }),
    exploration({ bandit: { ...thompsonSampling(), choose: throws }, positions: [2] }),
    exploration({ bandit: { ...thompsonSampling(), choose: () => [{ item: 'stranger', score: 1 }] }, positions: [3] }),
  ),
);
const attributes = fc.constantFrom<(item: string) => never>(
  throws,
  (() => 7) as never,
  (() => null) as never,
  (() => ({ brand: Symbol('x'), date: {}, title: 3 })) as never,
  (() => Object.defineProperty({}, 'brand', { get: throws, enumerable: true })) as never,
);

it('sources, rules and attributes may fail in any way: there is a page, without strangers and duplicates, and the failures are named', () =>
  fc.assert(
    fc.asyncProperty(fc.subarray(Object.keys(broken)), fc.array(rules, { maxLength: 3 }), attributes, async (bad, rerank, attributesOf) => {
      let ranker: HybridRanker;
      const sources = { good: () => good, ...Object.fromEntries(bad.map((name) => [name, broken[name] as never])) };
      try {
        ranker = new HybridRanker({ sources, rerank, attributes: attributesOf, timeoutMs: 5 });
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_BAD_OPTION' }); // two that contradict each other
        return;
      }
      const { items, skipped } = await ranker.rank({ history: ['a'] }, { n: 4 });
      const ids = items.map(({ item }) => item);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids).not.toContain('a');
      const mayDrop = rerank.some((rule) => typeof rule === 'object' && /broken|exclude|limitPer/.test(rule.kind));
      if (!mayDrop) expect(ids.length).toBeGreaterThanOrEqual(4);
      for (const { score, reasons } of items) {
        expect(Number.isFinite(score)).toBe(true);
        expect(reasons.length).toBeGreaterThan(0);
      }
      for (const name of bad.filter((each) => each !== 'duplicates' && each !== 'holes'))
        expect(skipped.map(({ source }) => source)).toContain(name);
    }),
    { numRuns: 150 },
  ));

it('a context that is no object is refused', async () => {
  const ranker = new HybridRanker({ sources: { good: () => good } });
  for (const context of [5, 'home', null, ['home']])
    await expect(ranker.rank({ context } as never)).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
});

it('interests that are no texts are refused', async () => {
  const ranker = new HybridRanker({ sources: { good: () => good } });
  for (const interests of [[undefined], [null], [7], [['quiet']], 7])
    await expect(ranker.rank({ interests } as never)).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
});

it('a hostile request gets a page or a coded error, never anything else', () => {
  const hostile = fc.oneof(fc.anything(), fc.constantFrom(throws, '', '\u0000', 'a'.repeat(10_000), '__proto__', Number.NaN));
  const requests = fc.record(
    { user: hostile, history: hostile, interests: hostile, query: hostile, context: hostile, exclude: hostile, only: hostile },
    { requiredKeys: [] },
  );
  const ranker = new HybridRanker({ sources: { good: () => good, other: () => ranked('d', 'e', 'f') } });
  return fc.assert(
    fc.asyncProperty(fc.oneof(requests, fc.anything()), fc.oneof(fc.anything(), fc.record({ n: fc.nat(9) })), async (request, options) => {
      try {
        const page = await ranker.rank(request as RankRequest, options as { n: number });
        expect(Array.isArray(page.items)).toBe(true);
        expect(page.skipped).toEqual([]);
      } catch (error) {
        expect(error).toBeInstanceOf(AttuneError);
      }
    }),
    { numRuns: 400 },
  );
});
