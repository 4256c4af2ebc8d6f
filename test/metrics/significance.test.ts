import { metrics } from 'attune';
import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile, studentCdf, studentQuantile } from '../../src/numeric/distributions.ts';
import { randomOf } from '../support/makers.ts';

const { confidenceInterval, holm, pairedTest } = metrics;

describe('distributions', () => {
  it('the normal distribution has its tabulated values', () => {
    expect(normalCdf(0)).toBe(0.5);
    expect(normalCdf(1.959963984540054)).toBeCloseTo(0.975, 12);
    expect(normalCdf(-6)).toBeCloseTo(9.865876450376946e-10, 18);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
    expect(normalQuantile(0.001)).toBeCloseTo(-3.090232306167813, 9);
  });

  it("Student's t has its tabulated values", () => {
    expect(studentQuantile(0.975, 1)).toBeCloseTo(12.706204736432095, 7);
    expect(studentQuantile(0.975, 10)).toBeCloseTo(2.2281388519649385, 9);
    expect(studentQuantile(0.95, 30)).toBeCloseTo(1.6972608865939587, 9);
    expect(studentCdf(2, 4)).toBeCloseTo(0.9419417382415922, 12);
    expect(studentCdf(1, 1)).toBeCloseTo(0.75, 12);
  });
});

describe('confidence intervals', () => {
  it.each([
    ['bootstrap', 30, (u: number) => u],
    ['bootstrap', 30, (u: number) => (u < 0.3 ? 1 : 0)],
    ['bootstrap', 200, (u: number) => u ** 6],
    ['normal', 200, (u: number) => u],
  ] as const)('%s intervals of %i values cover the true mean about 95 times in 100', (method, n, shape) => {
    const truth = shape(0.5) === 0.5 ? 0.5 : shape(0.29) === 1 ? 0.3 : 1 / 7;
    const random = randomOf(5);
    let covered = 0;
    const runs = 600;
    for (let run = 0; run < runs; run++) {
      const values = Float64Array.from({ length: n }, () => shape(random()));
      const { low, high } = confidenceInterval(values, { method, resamples: 400, seed: run });
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / runs).toBeGreaterThan(0.92);
    expect(covered / runs).toBeLessThan(0.98);
  });

  it('bootstrap and normal agree where "auto" changes over', () => {
    const random = randomOf(1);
    const values = Float64Array.from({ length: 2000 }, () => random() ** 3);
    const bootstrap = confidenceInterval(values, { method: 'bootstrap' });
    const normal = confidenceInterval(values, { method: 'normal' });
    expect(bootstrap.low / normal.low).toBeCloseTo(1, 2);
    expect(bootstrap.high / normal.high).toBeCloseTo(1, 2);
  });

  it('refuse what is no column of numbers', () => {
    for (const bad of [undefined, null, 5, 'abc']) {
      expect(() => confidenceInterval(bad as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
    }
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, '1', {}]) {
      expect(() => confidenceInterval([1, bad as never])).toThrow(expect.objectContaining({ code: 'ERR_BAD_VALUE' }));
    }
  });

  it('are the same for the same seed, wider for more confidence, and unknown for one value', () => {
    const values = [1, 2, 4, 8];
    expect(confidenceInterval(values, { seed: 3 })).toEqual(confidenceInterval(values, { seed: 3 }));
    const wide = confidenceInterval(values, { level: 0.99 });
    const narrow = confidenceInterval(values, { level: 0.8 });
    expect(wide.high - wide.low).toBeGreaterThan(narrow.high - narrow.low);
    expect(confidenceInterval([3])).toEqual({ mean: 3, low: Number.NaN, high: Number.NaN });
  });
});

describe('paired tests', () => {
  it('count all sign patterns when there are few', () => {
    const { pValue, test, difference } = pairedTest([2, 3, 4], [1, 1, 1]);
    expect(test).toBe('exact-permutation');
    expect(pValue).toBe(2 / 8); // only all + and all - are as far
    expect(difference).toBe(2);
    expect(pairedTest([1, 2], [1, 2]).pValue).toBe(1);
    expect(pairedTest([1, 2], [1, 2]).effectSize).toBe(0);
  });

  it("the t test is the textbook's", () => {
    const a = [5.1, 4.9, 6.2, 5.8, 6.0];
    const b = [4.8, 4.9, 5.5, 5.9, 5.2];
    const d = a.map((x, at) => x - b[at]);
    const mean = d.reduce((s, x) => s + x) / 5;
    const sd = Math.sqrt(d.reduce((s, x) => s + (x - mean) ** 2, 0) / 4);
    const { pValue, effectSize } = pairedTest(a, b, { test: 't' });
    expect(effectSize).toBeCloseTo(mean / sd, 12);
    expect(pValue).toBeCloseTo(2 * (1 - studentCdf((mean / sd) * Math.sqrt(5), 4)), 12);
  });

  it('permutation and t agree on many pairs, and neither depends on which side is first', () => {
    const random = randomOf(2);
    const a = Float64Array.from({ length: 400 }, () => random());
    const b = a.map((x) => x + 0.05 * (random() - 0.46));
    const permutation = pairedTest(a, b, { test: 'permutation', flips: 20_000 });
    const t = pairedTest(a, b, { test: 't' });
    expect(permutation.pValue).toBeCloseTo(t.pValue, 2);
    expect(pairedTest(b, a, { test: 't' }).pValue).toBe(t.pValue);
    expect(pairedTest(b, a).difference).toBe(-pairedTest(a, b).difference);
  });

  it.each(['permutation', 't'] as const)('p-values of the %s test are uniform when nothing differs', (test) => {
    const random = randomOf(9);
    const bins = new Int32Array(10);
    const runs = 1000;
    for (let run = 0; run < runs; run++) {
      const a = Float64Array.from({ length: 40 }, () => random());
      const b = Float64Array.from({ length: 40 }, () => random());
      bins[Math.min(9, Math.floor(pairedTest(a, b, { test, flips: 500, resamples: 100, seed: run }).pValue * 10))]++;
    }
    const chiSquare = bins.reduce((sum, count) => sum + (count - runs / 10) ** 2 / (runs / 10), 0);
    expect(chiSquare).toBeLessThan(21.7); // 1 % point of 9 degrees of freedom
  });

  it('of Student give his interval too, so that it leaves out 0 where the p-value says so', () => {
    const t = pairedTest([1, 2, 3, 5, 8], [1.5, 1, 2, 6, 4], { test: 't' }); // scipy.stats.ttest_rel and its confidence_interval
    expect([t.pValue, t.low, t.high].map((value) => value.toFixed(6))).toEqual(['0.360227', '-1.520449', '3.320449']);
    const random = randomOf(4);
    for (let run = 0; run < 200; run++) {
      const a = Float64Array.from({ length: 2 + (run % 12) }, () => random() + 0.3);
      const { pValue, low, high } = pairedTest(
        a,
        a.map(() => random()),
        { test: 't' },
      );
      expect(low > 0 || high < 0).toBe(pValue < 0.05);
    }
  });

  it('refuse what is not paired', () => {
    expect(() => pairedTest([1], [1, 2])).toThrow(expect.objectContaining({ code: 'ERR_COLUMN_LENGTH' }));
    expect(() => pairedTest([], [])).toThrow(expect.objectContaining({ code: 'ERR_EMPTY' }));
    expect(() => pairedTest([Number.NaN], [1])).toThrow(expect.objectContaining({ code: 'ERR_BAD_VALUE' }));
  });
});

describe("Holm's correction", () => {
  it('multiplies the smallest by the number of tests, the next by one less, and never falls', () => {
    expect(holm([0.01, 0.04, 0.03])).toEqual([0.03, 0.06, 0.06]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
    expect(() => holm([1.2])).toThrow(expect.objectContaining({ code: 'ERR_BAD_VALUE' }));
    expect(() => holm([Number.NaN])).toThrow(expect.objectContaining({ code: 'ERR_BAD_VALUE' }));
    expect(() => holm(5 as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });
});
