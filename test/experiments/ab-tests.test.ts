import { cuped, fixedHorizonTest, type Sample, sampleRatioTest, sampleSize, sequentialTest } from 'attune/experiments';
import { describe, expect, it } from 'vitest';
import { simulate } from '../../bench/ab/simulated-experiments.ts';
import { chiSquareTail } from '../../src/numeric/distributions.ts';
import { randomOf } from '../support/makers.ts';

const code = (wanted: string) => expect.objectContaining({ name: 'AttuneError', code: wanted });

describe('distributions', () => {
  it('the chi-square distribution has its tabulated values', () => {
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
    expect(chiSquareTail(18.307038053275146, 10)).toBeCloseTo(0.05, 12);
    expect(chiSquareTail(0.5, 3)).toBeCloseTo(0.9188914116546171, 12);
    expect(chiSquareTail(0, 2)).toBe(1);
  });
});

describe('a test that is looked at daily', () => {
  it.each([
    ['conversions', { rate: 0.05 }, [100, 100]],
    ['rare conversions in unequal shares', { rate: 0.01 }, [270, 30]],
    ['revenue with a long tail in unequal shares', { rate: 0.05, spread: 1.2 }, [180, 20]],
  ] as const)('finds nothing in A/A experiments more often than it may: %s', (_, shop, daily) => {
    const found = simulate({ control: shop, treatment: shop, daily: [...daily], days: 30, runs: 400, seed: 3 });
    expect(found.sequential).toBeLessThanOrEqual(0.04);
    expect(found.planned).toBeLessThanOrEqual(0.075); // 5 % and 2.3 standard errors
    expect(found.peeked).toBeGreaterThan(0.15); // what happens without
  });

  it('finds what there is: nearly as much as one look when the end is planned, sooner when the effect is large', () => {
    const found = simulate({ control: { rate: 0.1 }, treatment: { rate: 0.13 }, daily: [60, 60], days: 30, runs: 300, seed: 5 });
    expect(found.fixed).toBeGreaterThan(0.7);
    expect(found.planned).toBeGreaterThan(found.fixed - 0.08);
    expect(found.sequential).toBeGreaterThan(0.3);
    const large = simulate({ control: { rate: 0.1 }, treatment: { rate: 0.18 }, daily: [60, 60], days: 30, runs: 100, seed: 5 });
    expect(large.sequential).toBeGreaterThan(0.97);
    expect(large.duration).toBeLessThan(0.5);
  });

  it('covers the true difference at all looks together', () => {
    const random = randomOf(8);
    let missed = 0;
    for (let run = 0; run < 200; run++) {
      const groups: [number[], number[]] = [[], []];
      let inside = true;
      for (let day = 1; day <= 15; day++) {
        for (let user = 0; user < 40; user++) {
          groups[0].push(random() ** 3);
          groups[1].push(random() ** 3 + 0.1);
        }
        const found = sequentialTest(groups[0], groups[1], { expectedUsers: 1200, minimumUsers: 30 });
        inside &&= found.low <= 0.1 && 0.1 <= found.high;
      }
      if (!inside) missed++;
    }
    expect(missed).toBeLessThanOrEqual(10);
  });
});

describe('tests of a difference', () => {
  const a = { users: 1000, mean: 10, variance: 25 };
  const b = { users: 1000, mean: 10.6, variance: 36 };

  it("the fixed-horizon test is Welch's", () => {
    // R: t.test on samples with these moments: t = 2.4293, df = 1936.4, p = 0.01522
    const found = fixedHorizonTest(a, b);
    expect(found.pValue).toBeCloseTo(0.01522, 4);
    expect([found.low, found.high].map((end) => Number(end.toFixed(3)))).toEqual([0.116, 1.084]);
    expect(found).toMatchObject({ control: 10, treatment: 10.6, significant: true });
    expect(found.lift.mean).toBeCloseTo(0.06);
    expect(found.lift.low).toBeCloseTo(0.0115, 3);
    expect(found.lift.high).toBeCloseTo(0.1107, 3);
  });

  it.each([{}, { maximumUsers: 4000 }, { expectedUsers: 500 }])('p-value and interval say the same: %o', (options) => {
    for (const mean of [10, 10.3, 10.6, 10.7, 10.8, 11]) {
      const found = sequentialTest(a, { ...b, mean }, options);
      expect(found.significant).toBe(found.low > 0 || found.high < 0);
      const edge = sequentialTest(a, { ...b, mean: mean - found.low }, options); // the interval of this one begins at 0
      if (Number.isFinite(found.low)) expect(edge.low).toBeCloseTo(0 + (mean - found.low - 10 - (found.difference - found.low)), 9);
      expect(found.lift.low > 0).toBe(found.low > 0);
    }
  });

  it('values, moments and conversions say the same, and the groups may be exchanged', () => {
    const values = (ones: number) => Array.from({ length: 500 }, (_, k) => (k < ones ? 1 : 0));
    const moments = (ones: number) => ({ users: 500, mean: ones / 500, variance: (ones / 500) * (1 - ones / 500) * (500 / 499) });
    const first = sequentialTest(values(50), values(90));
    const second = sequentialTest(moments(50), moments(90));
    expect(second.pValue).toBeCloseTo(first.pValue, 10);
    expect(sequentialTest({ users: 500, conversions: 50 }, { users: 500, conversions: 90 }).pValue).toBeCloseTo(first.pValue, 2);
    const turned = sequentialTest(values(90), values(50));
    expect([turned.pValue, turned.low, turned.high]).toEqual([first.pValue, -first.high, -first.low]);
  });

  it('knows nothing of too few users and of values without variance', () => {
    const none = { pValue: 1, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, significant: false };
    expect(sequentialTest([1, 2, 3], [4, 5, 6])).toMatchObject(none);
    expect(sequentialTest(new Array(200).fill(1), new Array(200).fill(2))).toMatchObject(none);
    expect(sequentialTest({ users: 0, conversions: 0 }, { users: 0, conversions: 0 })).toMatchObject(none);
    expect(fixedHorizonTest([1], [2])).toMatchObject(none);
  });

  it('refuses what cannot be', () => {
    const bad: unknown[] = [
      [1, Number.NaN],
      { users: 2, conversions: 3 },
      { users: 2, mean: 1, variance: -1 },
      5,
      null,
      { users: 1.5, conversions: 1 },
    ];
    for (const sample of bad) expect(() => sequentialTest(sample as Sample, a)).toThrow(code('ERR_BAD_VALUE'));
    expect(() => sequentialTest(a, b, { expected: 5 } as never)).toThrow(code('ERR_BAD_OPTION'));
    expect(() => sequentialTest(a, b, { maximumUsers: 1999 })).toThrow(code('ERR_BAD_ARGUMENT'));
  });
});

describe('sampleSize', () => {
  it('says what R says', () => {
    expect(sampleSize({ baseline: 0.5, lift: 0.5, power: 0.9 })).toBe(77); // power.prop.test(p1 = .5, p2 = .75, power = .9): 76.7
    expect(sampleSize({ baseline: 0.15, lift: 1, power: 0.85 })).toBe(138); // power.prop.test(p1 = .15, p2 = .30, power = .85): 137.6
    expect(sampleSize({ baseline: 10, lift: 0.1, standardDeviation: 1, power: 0.9 })).toBe(22); // power.t.test(delta = 1, power = .9): 22.02
    expect(sampleSize({ baseline: 0.05, lift: -0.1 })).toBeGreaterThan(20_000);
  });

  it('is what a simulation needs', () => {
    const users = Math.ceil(sampleSize({ baseline: 0.1, lift: 0.3 }) / 10);
    const found = simulate({ control: { rate: 0.1 }, treatment: { rate: 0.13 }, daily: [users, users], days: 10, runs: 500, seed: 2 });
    expect(Math.abs(found.fixed - 0.8)).toBeLessThan(0.05);
  });

  it.each([
    { baseline: 0, lift: 0.1 },
    { baseline: 0.6, lift: 1 },
    { baseline: 0.1, lift: 0 },
    { baseline: 0.1, lift: 0.1, power: 1 },
  ])('refuses %o', (options) => {
    expect(() => sampleSize(options)).toThrow(code('ERR_BAD_OPTION'));
  });
});

describe('sampleRatioTest', () => {
  it('finds a variant that loses users, and nothing where none is lost', () => {
    const shares = { a: 0.5, b: 0.5 };
    expect(sampleRatioTest({ a: 10_000, b: 10_050 }, shares).mismatch).toBe(false);
    const lost = sampleRatioTest({ a: 10_000, b: 9_300 }, shares);
    expect(lost).toMatchObject({ mismatch: true, expected: { a: 9650, b: 9650 } });
    expect(lost.pValue).toBeCloseTo(chiSquareTail(700 ** 2 / 19_300, 1), 12);
    expect(sampleRatioTest({}, shares)).toMatchObject({ pValue: 1, sequentialPValue: 1, mismatch: false });
    expect(() => sampleRatioTest({ c: 1 }, shares)).toThrow(code('ERR_BAD_ARGUMENT'));
    expect(() => sampleRatioTest({ a: -1 }, shares)).toThrow(code('ERR_BAD_VALUE'));
  });

  it('is right at all looks together', () => {
    const random = randomOf(4);
    let alarms = 0;
    for (let run = 0; run < 1000; run++) {
      const users = { a: 0, b: 0, c: 0 };
      let smallest = 1;
      for (let day = 0; day < 30; day++) {
        for (let user = 0; user < 20; user++) users[((u) => (u < 0.2 ? 'a' : u < 0.5 ? 'b' : 'c'))(random())]++;
        smallest = Math.min(smallest, sampleRatioTest(users, { a: 0.2, b: 0.3, c: 0.5 }).sequentialPValue);
      }
      if (smallest <= 0.05) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(50);
  });
});

describe('cuped', () => {
  it('keeps the difference and takes out what was known before', () => {
    const random = randomOf(6);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const group = (effect: number) => {
      const before = Array.from({ length: 4000 }, () => 10 + 3 * normal());
      return { before, values: before.map((x) => x + normal() + effect) };
    };
    const groups = { control: group(0), treatment: group(0.2) };
    const { control, treatment } = cuped(groups);
    expect(control.variance).toBeCloseTo(1, 0); // of 10: the correlation is sqrt(0.9)
    expect(control.variance).toBeLessThan(1.1);
    expect(treatment.mean - control.mean).toBeCloseTo(0.2, 1);
    expect(fixedHorizonTest(control, treatment).significant).toBe(true);
    expect(() => cuped({ a: { values: [1, 2], before: [1] } })).toThrow(code('ERR_COLUMN_LENGTH'));
    expect(cuped({ a: { values: [1, 2, 3], before: [5, 5, 5] } }).a).toEqual({ users: 3, mean: 2, variance: 1 });
  });
});
