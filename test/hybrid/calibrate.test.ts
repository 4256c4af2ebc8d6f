import { calibrate, diversify, HybridRanker, type RerankerLike } from 'attune';
import { miscalibration } from 'attune/metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ranked } from './fakes.ts';

const genreOf = (item: string) => (item.startsWith('d') ? 'drama' : item.startsWith('c') ? 'comedy' : undefined);
const attributes = (item: string) => ({ genre: genreOf(item) });
const dramas = Array.from({ length: 20 }, (_, k) => `d${k}`);
const comedies = Array.from({ length: 20 }, (_, k) => `c${k}`);
const history = ['d100', 'd101', 'd102', 'd103', 'd104', 'd105', 'd106', 'c100', 'c101', 'c102'];
const rankerWith = (items: string[], ...rerank: RerankerLike[]) =>
  new HybridRanker({ sources: { all: () => ranked(...items) }, attributes, rerank });
const count = (items: { item: string }[], genre: string) => items.filter(({ item }) => genreOf(item) === genre).length;

describe('calibrate', () => {
  it('gives who chose 70 % drama and 30 % comedy a page of that mix', async () => {
    const ranker = rankerWith([...dramas, ...comedies], calibrate({ by: 'genre', lambda: 0.99 }));
    const { items, skipped } = await ranker.rank({ history }, { n: 10 });
    expect([count(items, 'drama'), count(items, 'comedy')]).toEqual([7, 3]);
    expect(skipped).toEqual([]);
    const lifted = items.find(({ item }) => item === 'c0');
    expect(lifted?.reasons[0]).toEqual({
      text: 'Keeps your own mix: 30 % of what you chose is comedy',
      source: 'calibrate',
      kind: 'calibrated',
    });
    expect(items.find(({ item }) => item === 'd0')?.reasons.some(({ kind }) => kind === 'calibrated')).toBe(false);
  });

  it('weighs the history by its values, and leaves the page as it is without one', async () => {
    const ranker = rankerWith([...dramas, ...comedies], calibrate({ by: 'genre', lambda: 1 }));
    const weighed = await ranker.rank(
      {
        history: [
          { item: 'd100', value: 1 },
          { item: 'c100', value: 4 },
          { item: 'd101', value: -5 },
        ],
      },
      { n: 10 },
    );
    expect(count(weighed.items, 'comedy')).toBe(8);
    const nobody = await ranker.rank({}, { n: 5 });
    expect(nobody.items.map(({ item }) => item)).toEqual(dramas.slice(0, 5));
    const unknown = await ranker.rank({ history: ['x'] }, { n: 5 });
    expect(unknown.items.map(({ item }) => item)).toEqual(dramas.slice(0, 5));
  });

  it('takes in each step the item that the formula makes best', () => {
    const items = fc.uniqueArray(fc.constantFrom(...dramas.slice(0, 6), ...comedies.slice(0, 6), 'x1', 'x2'), { minLength: 3 });
    return fc.assert(
      fc.asyncProperty(items, fc.constantFrom(0.2, 0.5, 0.8), async (list, lambda) => {
        const page = await rankerWith(list, calibrate({ by: 'genre', lambda })).rank({ history }, { n: 4 });
        const scores = new Map(list.map((item, at) => [item, (list.length - 1 - at) / (list.length - 1)]));
        const categories = (item: string | number) => [genreOf(String(item)) ?? []].flat();
        const value = (chosen: string[]) => {
          const far = miscalibration(chosen, history, categories);
          const divergence = Number.isNaN(far) ? Math.log(1 / 0.01) : far;
          return (1 - lambda) * chosen.reduce((sum, item) => sum + (scores.get(item) as number), 0) - lambda * divergence;
        };
        const order = page.items.map(({ item }) => item);
        for (let k = 0; k < order.length; k++) {
          const rest = list.filter((item) => !order.slice(0, k).includes(item));
          const best = Math.max(...rest.map((item) => value([...order.slice(0, k), item])));
          expect(value(order.slice(0, k + 1))).toBeCloseTo(best, 9);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    [() => calibrate({ by: '' }), /name of an attribute/],
    [() => calibrate({ by: 'genre', lambda: 2 }), /lambda/],
    [() => calibrate({ by: 'genre', smoothing: 0 }), /smoothing/],
    [() => rankerWith([], calibrate({ by: 'genre' }), calibrate({ by: 'brand' })), /twice/],
    [() => rankerWith([], calibrate({ by: 'genre' }), diversify({ by: 'genre' })), /both order by/],
    [() => new HybridRanker({ sources: { all: () => [] }, rerank: [calibrate({ by: 'genre' })] }), /needs|attributes/],
  ])('is refused when it makes no sense: %#', (make, message) => {
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION', message: expect.stringMatching(message) }));
  });
});
