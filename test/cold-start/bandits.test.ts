import { type Bandit, epsilonGreedy, linUcb, thompsonSampling } from 'attune/cold-start';
import { type LoggedChoice, offPolicyValue } from 'attune/experiments';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../support/makers.ts';

const rates: Record<string, number> = { a: 0.2, b: 0.5, c: 0.8 };
const arms = Object.keys(rates);

/** Shows what a bandit chooses, and rewards it by the true rates. */
function play(bandit: Bandit, rounds: number, seed = 3): number {
  const random = randomOf(seed);
  let sum = 0;
  for (let k = 0; k < rounds; k++) {
    const [{ item }] = bandit.choose(arms);
    const reward = random() < rates[item] ? 1 : 0;
    bandit.update(item, reward);
    sum += reward;
  }
  return sum / rounds;
}

describe.each([
  ['thompsonSampling', (state?: never) => thompsonSampling({ seed: 5, state })],
  ['epsilonGreedy', (state?: never) => epsilonGreedy({ seed: 5, state })],
] as const)('%s', (_, open) => {
  it('finds the best arm', () => {
    expect(play(open(), 1500)).toBeGreaterThan(0.7);
  });

  it('goes on from JSON as if it had never stopped', () => {
    const one = open();
    play(one, 50);
    const other = open(JSON.parse(JSON.stringify(one)) as never);
    const after = [1, 2, 3, 4, 5].map(() => one.choose(arms, { n: 2 }));
    expect([1, 2, 3, 4, 5].map(() => other.choose(arms, { n: 2 }))).toEqual(after);
  });

  it('does the same for the same seed, in whatever order arms come, and gives each arm once', () => {
    const choose = (list: string[]) => {
      const bandit = open();
      return Array.from({ length: 5 }, () => bandit.choose(list, { n: 9 }).map(({ item }) => item));
    };
    expect(choose(['c', 'a', 'b', 'a'])).toEqual(choose(['a', 'b', 'c']));
    for (const list of choose(arms)) expect([...list].sort()).toEqual(arms);
    expect(open().choose([])).toEqual([]);
  });

  it('refuses rewards outside 0 to 1, strange states and strange arms', () => {
    for (const arm of ['', 5.5, undefined])
      expect(() => open().update(arm as never, 1)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ID' }));
    expect(() => open().update('a', 2)).toThrow(expect.objectContaining({ code: 'ERR_BAD_VALUE' }));
    expect(() => open().update('a', Number.NaN)).toThrow(expect.objectContaining({ code: 'ERR_BAD_VALUE' }));
    expect(() => open({ kind: 'other' } as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(() => open().choose('abc')).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });
});

it('Thompson sampling draws from the Beta distribution', () => {
  const bandit = thompsonSampling({ priorSuccesses: 2, priorFailures: 0.5, seed: 2 });
  const draws = Array.from({ length: 20_000 }, () => bandit.choose(['x'])[0].score);
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
  expect(mean).toBeCloseTo(2 / 2.5, 2);
  expect(variance).toBeCloseTo((2 * 0.5) / (2.5 ** 2 * 3.5), 2);
});

it('epsilonGreedy knows how likely its choices are', () => {
  const bandit = epsilonGreedy({ epsilon: 0.3, seed: 1 });
  bandit.update('b', 1);
  const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
  for (let k = 0; k < 6000; k++) {
    const [{ item, propensity }] = bandit.choose(arms);
    expect(propensity).toBeCloseTo(item === 'b' ? 0.8 : 0.1, 12);
    counts[item]++;
  }
  expect(counts.b / 6000).toBeCloseTo(0.8, 1);
});

describe('linUcb', () => {
  it('learns which arm suits which context, and keeps it in JSON', () => {
    const bandit = linUcb({ dimensions: 2, alpha: 0.5 });
    const random = randomOf(1);
    for (let k = 0; k < 400; k++) {
      const context = random() < 0.5 ? [1, 0] : [0, 1];
      const [{ item }] = bandit.choose(['x', 'y'], { context });
      bandit.update(item, (item === 'x') === (context[0] === 1) ? 1 : 0, { context });
    }
    const again = linUcb({ dimensions: 2, alpha: 0.5, state: JSON.parse(JSON.stringify(bandit)) });
    for (const one of [bandit, again]) {
      expect(one.choose(['x', 'y'], { context: [1, 0] })[0].item).toBe('x');
      expect(one.choose(['x', 'y'], { context: [0, 1] })[0].item).toBe('y');
    }
    expect(again.choose(['x', 'y'], { n: 2, context: [1, 1] })).toEqual(bandit.choose(['x', 'y'], { n: 2, context: [1, 1] }));
  });

  it('scores by ridge regression and its confidence bound', () => {
    const bandit = linUcb({ dimensions: 1, alpha: 2, regularization: 0.5 });
    bandit.update('x', 1, { context: [2] });
    bandit.update('x', 0.5, { context: [1] });
    const a = 0.5 + 4 + 1;
    expect(bandit.choose(['x'], { context: () => [3] })[0].score).toBeCloseTo((3 * (2 + 0.5)) / a + 2 * Math.sqrt(9 / a), 12);
  });

  it('refuses contexts of another length', () => {
    expect(() => linUcb({ dimensions: 2 }).choose(['x'])).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
    expect(() => linUcb({ dimensions: 2 }).update('x', 1, { context: [1] })).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
    expect(() => linUcb({ dimensions: 3, state: linUcb({ dimensions: 2 }).toJSON() })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }),
    );
  });
});

describe('offPolicyValue', () => {
  const log: LoggedChoice[] = [
    { reward: 1, propensity: 0.5, target: 0.25, predicted: 0.6, predictedTarget: 0.5 },
    { reward: 0, propensity: 0.25, target: 0.5, predicted: 0.2, predictedTarget: 0.4 },
    { reward: 1, propensity: 1, target: 1, predicted: 1, predictedTarget: 0.9 },
  ];

  it('is what the formulas say', () => {
    expect(offPolicyValue(log, { method: 'ips' }).mean).toBeCloseTo((0.5 + 0 + 1) / 3, 12);
    expect(offPolicyValue(log).mean).toBeCloseTo(1.5 / 3.5, 12);
    expect(offPolicyValue(log, { method: 'doubly-robust' }).mean).toBeCloseTo((0.5 + 0.2 + (0.4 - 0.4) + 0.9) / 3, 12);
    expect(offPolicyValue(log, { method: 'ips', maxWeight: 0.5 }).mean).toBeCloseTo(1 / 3, 12);
    expect(offPolicyValue(log).effectiveSize).toBeCloseTo(3.5 ** 2 / 5.25, 12);
    expect(() => offPolicyValue(5 as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });

  it('finds the value of a policy that never ran, within its interval', () => {
    const random = randomOf(9);
    const wanted: Record<string, number> = { a: 0.1, b: 0.2, c: 0.7 };
    const choices = Array.from({ length: 20_000 }, (): LoggedChoice => {
      const item = arms[Math.floor(random() * 3)];
      return { reward: random() < rates[item] ? 1 : 0, propensity: 1 / 3, target: wanted[item] };
    });
    const truth = 0.1 * 0.2 + 0.2 * 0.5 + 0.7 * 0.8;
    for (const method of ['ips', 'snips'] as const) {
      const { mean, low, high } = offPolicyValue(choices, { method });
      expect(mean).toBeCloseTo(truth, 1);
      expect(low).toBeLessThan(truth);
      expect(high).toBeGreaterThan(truth);
    }
  });

  it.each([
    [[], 'ERR_EMPTY'],
    [[{ reward: 1, propensity: 0.5, target: 0 }], 'ERR_EMPTY'],
    [[{ reward: 1, propensity: 0, target: 0.5 }], 'ERR_BAD_VALUE'],
    [[{ reward: Number.NaN, propensity: 1, target: 0.5 }], 'ERR_BAD_VALUE'],
    [[{ reward: 1, propensity: 1, target: 2 }], 'ERR_BAD_VALUE'],
  ])('refuses %j', (choices, code) => {
    expect(() => offPolicyValue(choices)).toThrow(expect.objectContaining({ code }));
  });
});

describe('propensities of thompsonSampling', () => {
  it('are how often it chooses each arm', () => {
    const arms: [string, number, number][] = [
      ['a', 3, 20],
      ['b', 1, 9],
      ['c', 0, 0],
      ['d', 40, 300],
      ['e', 0.5, 0],
    ];
    const bandit = thompsonSampling({ priorSuccesses: 1, priorFailures: 8, seed: 2, state: { kind: 'thompson', seed: 2, round: 0, arms } });
    const names = [...arms.map(([item]) => item), 'f'];
    const told = new Map(bandit.choose(names, { n: 6, propensities: true }).map(({ item, propensity }) => [item, propensity as number]));
    expect([...told.values()].reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9);
    const rounds = 4000;
    const counts = new Map<string, number>();
    for (let k = 0; k < rounds; k++) {
      const [{ item }] = bandit.choose(names);
      counts.set(item, (counts.get(item) ?? 0) + 1);
    }
    for (const [item, chance] of told) {
      const error = 4 * Math.sqrt((chance * (1 - chance)) / rounds);
      expect(Math.abs((counts.get(item) ?? 0) / rounds - chance)).toBeLessThan(error + 0.003);
    }
  });

  it('are right for two arms, however sharp, and for one', () => {
    const chanceOf = (arms: [string, number, number][]) => {
      const bandit = thompsonSampling({ state: { kind: 'thompson', seed: 1, round: 0, arms } });
      const chosen = bandit.choose(
        arms.map(([item]) => item),
        { n: arms.length, propensities: true },
      );
      return chosen.find(({ item }) => item === 'a')?.propensity;
    };
    expect(
      chanceOf([
        ['a', 1, 0],
        ['b', 0, 0],
      ]),
    ).toBeCloseTo(2 / 3, 3); // Beta(2, 1) against Beta(1, 1)
    expect(
      chanceOf([
        ['a', 1e6, 9e6],
        ['b', 1e6, 9e6],
      ]),
    ).toBeCloseTo(0.5, 6);
    expect(
      chanceOf([
        ['a', 0, 1e7],
        ['b', 1e7, 0],
      ]),
    ).toBeCloseTo(0, 6);
    expect(chanceOf([['a', 5, 5]])).toBe(1);
    expect(thompsonSampling().choose(['a'])[0]).not.toHaveProperty('propensity');
  });
});
