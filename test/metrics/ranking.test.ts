import { AttuneError, metrics, type Recommendation } from 'attune';
import * as subpath from 'attune/metrics';
import { describe, expect, it } from 'vitest';

const { auc, averagePrecision, dcg, f1, hitRate, ndcg, precision, rankBiasedPrecision, recall, reciprocalRank } = metrics;

/** Ranks 2 and 4 are hits; one relevant item is missing. */
const list = ['b', 'a', 'c', 'd', 'e'];
const relevant = new Set(['a', 'd', 'z']);

describe('ranking metrics', () => {
  it('are the same functions in attune and attune/metrics', () => {
    expect(subpath.ndcg).toBe(metrics.ndcg);
    expect(Object.keys(subpath).sort()).toEqual(Object.keys(metrics).sort());
  });

  it('count hits over k, over the relevant, and both', () => {
    expect(precision(list, relevant, 2)).toBe(1 / 2);
    expect(precision(list, relevant, 4)).toBe(2 / 4);
    expect(precision(list, relevant)).toBe(2 / 5);
    expect(recall(list, relevant, 4)).toBe(2 / 3);
    expect(f1(list, relevant, 4)).toBeCloseTo((2 * (1 / 2) * (2 / 3)) / (1 / 2 + 2 / 3), 12);
    expect(f1(list, relevant, 4, { beta: 2 })).toBeCloseTo((5 * (1 / 2) * (2 / 3)) / (4 * (1 / 2) + 2 / 3), 12);
    expect(f1(list, ['z'], 4)).toBe(0);
  });

  it('do not excuse a list that is shorter than k, unless asked to', () => {
    expect(precision(['a'], relevant, 4)).toBe(1 / 4);
    expect(precision(['a'], relevant, 4, { over: 'list' })).toBe(1);
    expect(precision(['a'], relevant, 4, { over: 'achievable' })).toBe(1 / 3);
    expect(averagePrecision(['a'], relevant, 4)).toBe(1 / 3);
    expect(averagePrecision(['a'], relevant, 4, { over: 'list' })).toBe(1);
  });

  it('look at the first hit', () => {
    expect(hitRate(list, relevant, 1)).toBe(0);
    expect(hitRate(list, relevant, 2)).toBe(1);
    expect(reciprocalRank(list, relevant, 5)).toBe(1 / 2);
    expect(reciprocalRank(list, relevant, 1)).toBe(0);
  });

  it('average the precision at the hits over what a list of k can reach', () => {
    const sum = 1 / 2 + 2 / 4;
    expect(averagePrecision(list, relevant, 5)).toBeCloseTo(sum / 3, 12);
    expect(averagePrecision(list, relevant, 2)).toBeCloseTo(1 / 2 / 2, 12);
    expect(averagePrecision(list, relevant, 2, { over: 'relevant' })).toBeCloseTo(1 / 2 / 3, 12);
    expect(averagePrecision(list, relevant, 5, { over: 'k' })).toBeCloseTo(sum / 5, 12);
  });

  it('discount gains by the logarithm of the rank, against the best list of k', () => {
    const ideal = 1 + 1 / Math.log2(3) + 1 / 2;
    expect(ndcg(list, relevant, 5)).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(5)) / ideal, 12);
    expect(ndcg(['a'], new Set(['a', 'd', 'z']), 1)).toBe(1);
    expect(dcg(list, relevant, 2)).toBeCloseTo(1 / Math.log2(3), 12);
    expect(dcg(list, relevant, 2, { discount: 'jarvelin' })).toBe(1);
  });

  it('take gains as they are or as 2^gain - 1', () => {
    const gains = new Map([
      ['a', 1],
      ['b', 3],
    ]);
    expect(ndcg(['a', 'b'], gains, 2)).toBeCloseTo((1 + 3 / Math.log2(3)) / (3 + 1 / Math.log2(3)), 12);
    expect(ndcg(['a', 'b'], gains, 2, { gain: 'exponential' })).toBeCloseTo((1 + 7 / Math.log2(3)) / (7 + 1 / Math.log2(3)), 12);
    expect(ndcg(['a', 'b'], gains, 2, { gain: 'binary' })).toBe(1);
  });

  it('do not count gains of 0 and below', () => {
    const gains = new Map([
      ['a', 0],
      ['b', -1],
      ['c', 2],
    ]);
    expect(precision(['a', 'b', 'c'], gains, 3)).toBe(1 / 3);
    expect(recall(['a', 'b', 'c'], gains, 3)).toBe(1);
    expect(ndcg(['c', 'a', 'b'], gains, 3)).toBe(1);
    expect(recall(['a'], new Map([['a', 0]]), 1)).toBeNaN();
  });

  it('take what recommend returns, generators, and numbers as ids', () => {
    const answer: Recommendation[] = [
      { item: 'a', score: 3 },
      { item: 'b', score: 2 },
    ];
    expect(precision(answer, relevant, 2)).toBe(1 / 2);
    expect(recall([1, 2], [2], 2)).toBe(1);
    expect(
      recall(
        (function* () {
          yield 'a';
        })(),
        ['a', 'a'],
        1,
      ),
    ).toBe(1);
  });

  it('rank-biased precision weighs the ranks by the patience of the reader', () => {
    expect(rankBiasedPrecision(list, relevant, 5, { patience: 0.5 })).toBeCloseTo(0.5 * (0.5 + 0.125), 12);
    expect(rankBiasedPrecision(['a', 'b'], ['a'], 2, { patience: 0 })).toBe(1);
  });

  it('the AUC of a whole ranking is the share of pairs in the right order', () => {
    expect(auc(['a', 'b', 'c'], ['a'])).toBe(1);
    expect(auc(['b', 'a', 'c'], ['a'])).toBe(1 / 2);
    expect(auc(['b', 'c', 'a'], ['a'])).toBe(0);
    expect(auc([], ['a'], 1, { items: 5 })).toBe(1 / 2);
    expect(auc(['a'], ['a'])).toBeNaN();
  });

  const all = { precision, recall, f1, hitRate, reciprocalRank, averagePrecision, ndcg, dcg, rankBiasedPrecision, auc };

  it.each(Object.entries(all))('%s is NaN when nothing is relevant, and 0 (AUC one half) for an empty list', (name, metric) => {
    expect(metric(list, [], 3)).toBeNaN();
    if (name === 'auc') expect(auc([], ['a'], 3, { items: 9 })).toBe(0.5);
    else expect(metric([], ['a'], 3)).toBe(0);
  });

  it.each(Object.entries(all))('%s refuses a list with a duplicate, even behind k', (_, metric) => {
    expect(() => metric(['a', 'b', 'a'], relevant, 2)).toThrow(expect.objectContaining({ code: 'ERR_DUPLICATE' }));
  });

  it.each(Object.entries(all))('%s refuses arguments that cannot be meant', (_, metric) => {
    const bad = (run: () => unknown, code: string) => expect(run).toThrow(expect.objectContaining({ code }));
    bad(() => metric('ab' as never, relevant, 2), 'ERR_BAD_ARGUMENT');
    bad(() => metric(list, 'a' as never, 2), 'ERR_BAD_ARGUMENT');
    bad(() => metric(list, relevant, 0), 'ERR_BAD_ARGUMENT');
    bad(() => metric(list, relevant, 1.5), 'ERR_BAD_ARGUMENT');
    bad(() => metric([undefined as never], relevant, 2), 'ERR_BAD_ARGUMENT');
    bad(() => metric(list, new Map([['a', Number.NaN]]), 2), 'ERR_BAD_VALUE');
  });

  it('refuse options they do not know', () => {
    expect(() => ndcg(list, relevant, 3, { gains: 'linear' } as never)).toThrow(/Did you mean 'gain'/);
    expect(() => precision(list, relevant, 3, { over: 'relevant' } as never)).toThrow(AttuneError);
    expect(() => auc(list, relevant, 3, { items: 3 })).toThrow(/at least 6/);
  });
});

describe('rating metrics', () => {
  it('are the root of the mean square and the mean size of the errors', () => {
    expect(metrics.rmse([1, 2, 6], [1, 4, 3])).toBeCloseTo(Math.sqrt((4 + 9) / 3), 12);
    expect(metrics.mae([1, 2, 6], [1, 4, 3])).toBeCloseTo(5 / 3, 12);
    expect(metrics.rmse([], [])).toBeNaN();
    expect(() => metrics.rmse([1], [1, 2])).toThrow(expect.objectContaining({ code: 'ERR_COLUMN_LENGTH' }));
    expect(() => metrics.mae([1, Number.NaN], [1, 2])).toThrow(/in predicted at 1/);
    expect(() => metrics.mae([1, 2], [1, Number.POSITIVE_INFINITY])).toThrow(/in actual at 1/);
  });

  it('rocAuc counts pairs of equal score half', () => {
    expect(metrics.rocAuc([3, 2, 2, 1], [1, 1, 0, 0])).toBe(3.5 / 4);
    expect(metrics.rocAuc([1, 2], [1, 1])).toBeNaN();
  });

  it('tiedNdcg is the mean over the orders of tied scores', () => {
    const orders = [ndcg(['a', 'b', 'c'], ['a'], 3), ndcg(['b', 'a', 'c'], ['a'], 3)];
    expect(metrics.tiedNdcg([2, 2, 1], [1, 0, 0], 3)).toBeCloseTo((orders[0] + orders[1]) / 2, 12);
  });
});
