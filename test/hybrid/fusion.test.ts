import { coldStart, HybridRanker, reciprocalRank, type SourceList, weighted } from 'attune';
import { describe, expect, it } from 'vitest';
import { ranked } from './fakes.ts';

const list = (source: string, weight: number, ...items: [string, number][]): SourceList => ({
  source,
  weight,
  items: items.map(([item, score]) => ({ item, score })),
});
const lists = [list('a', 2, ['x', 10], ['y', 4], ['z', 2]), list('b', 1, ['y', -1], ['w', -3])];
const coded = expect.objectContaining({ code: 'ERR_BAD_OPTION' });

describe('weighted', () => {
  it('adds up scores scaled to 0 to 1', () => {
    expect(Object.fromEntries(weighted({ a: 2, b: 1 }).fuse(lists))).toEqual({ x: 2, y: 2 * 0.25 + 1, z: 0, w: 0 });
  });

  it('adds up z-scores, in which a missing item counts as the last', () => {
    const fused = weighted({ a: 2, b: 1 }, { normalize: 'z-score' }).fuse(lists);
    const deviation = Math.sqrt((14 ** 2 + 4 ** 2 + 10 ** 2) / 27); // of 10, 4, 2 around 16/3
    expect(fused.get('x')).toBeCloseTo((2 * (10 - 16 / 3)) / deviation - 1, 12);
    expect(fused.get('y')).toBeCloseTo((2 * (4 - 16 / 3)) / deviation + 1, 12);
    expect(fused.get('w')).toBeCloseTo((2 * (2 - 16 / 3)) / deviation - 1, 12);
  });

  it('adds up ranks', () => {
    const fused = weighted({ a: 2, b: 1 }, { normalize: 'rank' }).fuse(lists);
    expect(Object.fromEntries(fused)).toEqual({ x: 2, y: 2 * (1 - 1 / 3) + 1, z: 2 * (1 - 2 / 3), w: 0.5 });
  });

  it('takes equal scores for the best ones, and the largest numbers for numbers', () => {
    const high = Number.MAX_VALUE;
    expect(Object.fromEntries(weighted().fuse([list('a', 1, ['x', 3], ['y', 3])]))).toEqual({ x: 1, y: 1 });
    for (const normalize of ['min-max', 'z-score', 'rank'] as const) {
      const fused = weighted(undefined, { normalize }).fuse([list('a', 1, ['x', high], ['y', 0], ['z', -high])]);
      expect([...fused.values()].every(Number.isFinite)).toBe(true);
      expect([...fused.keys()].sort((p, q) => (fused.get(q) as number) - (fused.get(p) as number))).toEqual(['x', 'y', 'z']);
    }
  });
});

describe('reciprocalRank', () => {
  it('adds up weight / (k + rank)', () => {
    const fused = reciprocalRank({ k: 60 }).fuse(lists);
    expect(Object.fromEntries(fused)).toEqual({ x: 2 / 61, y: 2 / 62 + 1 / 61, z: 2 / 63, w: 1 / 62 });
  });
});

it('the order in which lists come does not matter, to the last bit', () => {
  const many = Array.from({ length: 7 }, (_, k) => list(`s${k}`, 0.1 * (k + 1), ['x', k + 0.3], ['y', 0.7], ['z', -k]));
  for (const fusion of [weighted(), weighted(undefined, { normalize: 'z-score' }), reciprocalRank()]) {
    expect(new Map([...fusion.fuse([...many].reverse())].sort())).toEqual(new Map([...fusion.fuse(many)].sort()));
  }
});

describe('weights are refused', () => {
  it.each([
    ['negative', { a: -1 }],
    ['all zero', { a: 0, b: 0 }],
    ['none', {}],
    ['not numbers', { a: '1' }],
    ['NaN', { a: Number.NaN }],
    ['a list', [1]],
    ['null', null],
  ])('when they are %s', (_, weights) => {
    expect(() => weighted(weights as never)).toThrow(coded);
    expect(() => reciprocalRank({ weights: weights as never })).toThrow(coded);
  });

  it('when they, deadlines or roles name a source that is not there', () => {
    const sources = { a: () => ranked('x') };
    // @ts-expect-error there is no source als
    expect(() => new HybridRanker({ sources, fusion: weighted({ a: 1, als: 1 }) })).toThrow(
      /'fusion' names source "als", but the sources are "a"/,
    );
    // @ts-expect-error there is no source b
    expect(() => new HybridRanker({ sources, fusion: reciprocalRank({ weights: { b: 1 } }) })).toThrow(coded);
    // @ts-expect-error there is no source b
    expect(() => new HybridRanker({ sources, timeoutMs: { b: 1 } })).toThrow(coded);
    // @ts-expect-error there is no source b
    expect(() => new HybridRanker({ sources, coldStart: coldStart({ roles: { b: 'popular' } }) })).toThrow(coded);
  });
});

describe('a ranker is refused', () => {
  const sources = { a: () => ranked('x') };
  it.each([
    ['without sources', {}],
    ['with an empty object of sources', { sources: {} }],
    ['with a source that is none', { sources: { a: 3 } }],
    ['with an unknown option', { sources, timeout: 3 }],
    ['with a deadline of 0', { sources, timeoutMs: 0 }],
    ['with a deadline that no timer can hold', { sources, timeoutMs: 2 ** 31 }],
    ['with a fusion that is none', { sources, fusion: { a: 1 } }],
    ['with a cold start that is none', { sources, coldStart: { knownAfter: 3 } }],
    ['with attributes that are none', { sources, attributes: 'brand' }],
    ['with rules that are none', { sources, rerank: [3] }],
    ['with one rule outside a list', { sources, rerank: () => [] }],
  ])('%s', (_, options) => {
    expect(() => new HybridRanker(options as never)).toThrow(coded);
  });

  it.each([
    [{ usr: 'u' }, {}, 'ERR_BAD_OPTION'],
    [{}, { n: -1 }, 'ERR_BAD_OPTION'],
    [{ history: 'B01' }, {}, 'ERR_BAD_ARGUMENT'],
    [{ history: [{ item: 'a', value: Number.NaN }] }, {}, 'ERR_BAD_VALUE'],
    [{ exclude: [0.5] }, {}, 'ERR_BAD_ID'],
    [{ user: 0.5 }, {}, 'ERR_BAD_ID'],
    [{ history: [{ item: Number.NaN }] }, {}, 'ERR_BAD_ID'],
    [{ interests: 3 }, {}, 'ERR_BAD_ARGUMENT'],
  ])('and so is the request %j with %j', async (request, options, code) => {
    await expect(new HybridRanker({ sources }).rank(request as never, options)).rejects.toMatchObject({ code });
  });
});
