import { metrics } from 'attune';
import { describe, expect, it } from 'vitest';

const { averagePopularity, coverage, diversity, gini, miscalibration, novelty, popularityBias, popularityRank, serendipity } = metrics;

const counts = new Map([
  ['hit', 8],
  ['known', 2],
  ['rare', 1],
]);

describe('coverage and gini', () => {
  it('coverage is the part of the catalogue that anybody sees', () => {
    expect(coverage([['a', 'b'], ['b']], 4)).toBe(1 / 2);
    expect(coverage([['a', 'b'], ['b']], 4, 1)).toBe(1 / 2);
    expect(coverage([], 4)).toBe(0);
    expect(() => coverage([['a', 'b']], 1)).toThrow(/2 items, but the catalogue is said to have 1/);
  });

  it('gini is 0 when all items are shown alike, and close to 1 when only one is', () => {
    expect(gini([['a'], ['b'], ['c'], ['d']], 4)).toBe(0);
    expect(gini([['a'], ['a']], 4)).toBe(3 / 4);
    expect(gini([['a', 'b'], ['a']], 2)).toBeCloseTo(1 / 6, 12);
    expect(gini([[]], 4)).toBeNaN();
    expect(gini([['a', 'b']], 2, undefined, { patience: 1 })).toBe(0);
    expect(gini([['a', 'b']], 2, undefined, { patience: 0 })).toBe(1 / 2);
  });
});

describe('popularity of lists', () => {
  it('novelty is the surprise in bits', () => {
    expect(novelty(['hit', 'known'], counts, 2, { users: 8 })).toBe((0 + 2) / 2);
    expect(novelty(['nobody had it'], counts, 1, { users: 8 })).toBe(3);
    expect(novelty([], counts, 2, { users: 8 })).toBeNaN();
    expect(() => novelty(['hit'], counts, 1, {} as never)).toThrow(/users/);
  });

  it('averagePopularity and popularityRank know how popular a list is', () => {
    expect(averagePopularity(['hit', 'known', 'rare'], counts, 2)).toBe(5);
    expect(averagePopularity(['hit'], counts, 1, { normalize: true })).toBe(8 / 11);
    expect(popularityRank(['hit', 'nobody had it'], counts, 2)).toBe(1 / 2);
    expect(popularityRank(['rare'], counts)).toBe(1 / 3);
  });

  it('popularityBias compares the list with the taste of the user', () => {
    expect(popularityBias(['hit'], ['known'], counts)).toBe(3);
    expect(popularityBias(['known'], ['known'], counts)).toBe(0);
    expect(popularityBias(['known'], [], counts)).toBeNaN();
  });

  it('serendipity is for what is wanted and not popular', () => {
    expect(serendipity(['rare', 'hit'], ['rare', 'hit'], counts, 2, { items: 3 })).toBeCloseTo((1 - 1 / 3 + 0) / 2, 12);
    expect(serendipity(['rare'], ['hit'], counts, 1)).toBe(0);
    expect(serendipity(['rare'], [], counts, 1)).toBeNaN();
  });
});

describe('diversity', () => {
  it('is the mean distance of the pairs', () => {
    const distance = (a: string | number, b: string | number) => Math.abs(Number(a) - Number(b));
    expect(diversity([1, 2, 4], { distance })).toBe((1 + 3 + 2) / 3);
    expect(diversity([1, 2, 4], { distance }, 2)).toBe(1);
    expect(diversity([1], { distance })).toBeNaN();
    expect(diversity([1, 2], { similarity: () => 0.25 })).toBe(0.75);
  });

  it('knows cosines and differing entries of vectors, and shared labels', () => {
    const vectors = new Map([
      ['a', [1, 0]],
      ['b', [0, 2]],
      ['c', [3, 0]],
    ]);
    expect(diversity(['a', 'b', 'c'], { vectors })).toBeCloseTo((1 + 0 + 1) / 3, 12);
    expect(diversity(['a', 'b', 'none'], { vectors })).toBe(1);
    expect(diversity(['a', 'b'], { vectors, measure: 'hamming' })).toBe(2);
    const features = (item: string | number) => (item === 'a' ? ['GE', 'oven'] : ['GE', 'fan']);
    expect(diversity(['a', 'b'], { features })).toBeCloseTo(1 - 1 / 3, 12);
  });

  it('refuses what gives no distance', () => {
    expect(() => diversity(['a', 'b'], {} as never)).toThrow(/got none/);
    expect(() => diversity(['a', 'b'], { distance: () => 0, vectors: new Map() } as never)).toThrow(/'distance' and 'vectors'/);
    expect(() => diversity(['a', 'b'], { distance: () => Number.NaN })).toThrow(/finite/);
    expect(() => diversity(['a', 'b'], { vectors: (item) => (item === 'a' ? [1] : [1, 2]) })).toThrow(/one length/);
  });
});

describe('miscalibration', () => {
  const genres = new Map([
    ['a', ['crime']],
    ['b', ['crime']],
    ['c', ['comedy']],
    ['d', ['crime', 'comedy']],
  ]);

  it('is 0 for the same mix and grows with the distance', () => {
    expect(miscalibration(['d'], ['a', 'c'], genres)).toBe(0);
    const some = miscalibration(['a', 'b', 'c'], ['a', 'c'], genres);
    const much = miscalibration(['a', 'b'], ['a', 'c'], genres);
    expect(some).toBeGreaterThan(0);
    expect(much).toBeGreaterThan(some);
    expect(much).toBeCloseTo(0.5 * Math.log(0.5 / (0.99 + 0.005)) + 0.5 * Math.log(0.5 / 0.005), 12);
    expect(miscalibration(['x'], ['a'], genres)).toBeNaN();
  });
});
