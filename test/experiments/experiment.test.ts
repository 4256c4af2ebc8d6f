import { memoryDataStore } from 'attune';
import { analyzeExperiment, type Exposure, experiment, type LoggedEvent } from 'attune/experiments';
import { describe, expect, it } from 'vitest';
import { chiSquareTail } from '../../src/numeric/distributions.ts';
import { randomOf } from '../support/makers.ts';

const code = (wanted: string) => expect.objectContaining({ name: 'AttuneError', code: wanted });
const day = 86_400_000;
const halves = { control: 0.5, treatment: 0.5 };

async function collected<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of stream) all.push(each);
  return all;
}

/** P-value of counts against shares. */
function goodness(counts: number[], shares: number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return chiSquareTail(
    counts.reduce((sum, count, at) => sum + (count - total * shares[at]) ** 2 / (total * shares[at]), 0),
    counts.length - 1,
  );
}

describe('assignment', () => {
  it('never changes: these users have had these variants since the first version', () => {
    const { variantOf } = experiment({ name: 'checkout', variants: { a: 0.2, b: 0.3, c: 0.5 } });
    expect(['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'é😀', '42'].map(variantOf).join('')).toBe('bcbccccc');
  });

  it('follows the shares for ids of many kinds', () => {
    const shares = { a: 0.1, b: 0.25, c: 0.65 };
    const kinds = [
      (k: number) => String(k),
      (k: number) => `user-${k}`,
      (k: number) => `A${(k * 2654435761) % 2 ** 32}`,
      (k: number) => k.toString(2),
    ];
    for (const [kind, idOf] of kinds.entries()) {
      const { variantOf } = experiment({ name: `kind ${kind}`, variants: shares });
      const counts: Record<string, number> = { a: 0, b: 0, c: 0 };
      for (let k = 0; k < 50_000; k++) counts[variantOf(idOf(k)) as string]++;
      expect(goodness(Object.values(counts), Object.values(shares))).toBeGreaterThan(0.001);
    }
  });

  it('experiments divide users independently of each other', () => {
    const names = Array.from({ length: 12 }, (_, k) => `experiment-${k}`);
    const all = names.map((name) => experiment({ name, variants: halves }));
    for (const [at, one] of all.entries()) {
      const other = all[(at + 1) % all.length];
      const cells = [0, 0, 0, 0];
      for (let k = 0; k < 20_000; k++) {
        cells[(one.variantOf(`u${k}`) === 'control' ? 0 : 2) + (other.variantOf(`u${k}`) === 'control' ? 0 : 1)]++;
      }
      expect(goodness(cells, [0.25, 0.25, 0.25, 0.25])).toBeGreaterThan(0.001);
    }
  });

  it('traffic lets in a share of users, who keep their variants when it grows, and does not lean to a variant', () => {
    const [small, large] = [0.1, 0.4].map((traffic) => experiment({ name: 'x', variants: halves, traffic }));
    const counts = { control: 0, treatment: 0 };
    for (let k = 0; k < 20_000; k++) {
      const variant = small.variantOf(`u${k}`);
      if (variant === undefined) continue;
      counts[variant]++;
      expect(large.variantOf(`u${k}`)).toBe(variant);
    }
    const inside = counts.control + counts.treatment;
    expect(goodness([inside, 20_000 - inside], [0.1, 0.9])).toBeGreaterThan(0.001);
    expect(goodness([counts.control, counts.treatment], [0.5, 0.5])).toBeGreaterThan(0.001);
    expect(experiment({ name: 'x', variants: halves, traffic: 0 }).variantOf('u1')).toBeUndefined();
  });

  it('the same salt divides in the same way', () => {
    const [a, b] = ['one', 'two'].map((name) => experiment({ name, variants: halves, salt: 'shared' }));
    for (let k = 0; k < 100; k++) expect(a.variantOf(`u${k}`)).toBe(b.variantOf(`u${k}`));
  });

  it.each([{ a: 1 }, { a: 0.5, b: 0.6 }, { a: 1.5, b: -0.5 }, { a: '0.5', b: 0.5 }, {}, undefined, [0.5, 0.5]])(
    'refuses shares %o',
    (variants) => {
      expect(() => experiment({ name: 'x', variants } as never)).toThrow(code('ERR_BAD_OPTION'));
    },
  );

  it('refuses users without an id', () => {
    const { variantOf } = experiment({ name: 'x', variants: halves });
    for (const user of ['', undefined, 1.5, null]) expect(() => variantOf(user as string)).toThrow(code('ERR_BAD_ID'));
  });

  it('a number given as a user stands for its digits', async () => {
    const logged: Exposure[] = [];
    const test = experiment({ name: 'x', variants: halves, events: { append: (event: Exposure) => logged.push(event) } });
    for (let k = 0; k < 50; k++)
      expect([test.variantOf(k), test.variantOf(BigInt(k))]).toEqual([test.variantOf(`${k}`), test.variantOf(`${k}`)]);
    await test.expose(7);
    await test.expose('7');
    expect(logged.map(({ user }) => user)).toEqual(['7']);
    await expect(test.expose('8', Number.NaN)).rejects.toEqual(code('ERR_BAD_ARGUMENT'));
  });
});

describe('exposure', () => {
  it('is logged once per user, to the events of a data store', async () => {
    const { events } = memoryDataStore();
    const test = experiment({ name: 'checkout', variants: halves, events });
    const variants = await Promise.all(['u1', 'u1', 'u2', 'u1'].map((user) => test.expose(user, 5)));
    expect(variants).toEqual(['u1', 'u1', 'u2', 'u1'].map((user) => test.variantOf(user)));
    const logged = await collected(events.all());
    expect(logged).toEqual([
      { id: 1, user: 'u1', type: 'exposure', timestamp: 5, experiment: 'checkout', variant: test.variantOf('u1') },
      { id: 2, user: 'u2', type: 'exposure', timestamp: 5, experiment: 'checkout', variant: test.variantOf('u2') },
    ]);
  });

  it('that fails is told, and tried again', async () => {
    const logged: Exposure[] = [];
    let broken = true;
    const append = async (event: Exposure) => {
      if (broken) throw new Error('full');
      logged.push(event);
    };
    const test = experiment({ name: 'x', variants: halves, events: { append } });
    await expect(test.expose('u1')).rejects.toThrow('full');
    broken = false;
    await test.expose('u1');
    expect(logged).toHaveLength(1);
  });

  it('of those who do not take part is not logged, and needs somewhere to go', async () => {
    const never = experiment({ name: 'x', variants: halves, traffic: 0, events: { append: () => expect.unreachable() } });
    expect(await never.expose('u1')).toBeUndefined();
    await expect(experiment({ name: 'x', variants: halves }).expose('u1')).rejects.toEqual(code('ERR_NOT_SUPPORTED'));
  });
});

describe('analyzeExperiment', () => {
  const test = experiment({ name: 'ranking', variants: halves });
  /** Half of treatment and a quarter of control buy, for 20; all return one thing of 100; buyers bought before as well. */
  const log = (users: number, seed = 1): LoggedEvent[] => {
    const random = randomOf(seed);
    return Array.from({ length: users }, (_, k) => {
      const user = `u${k}`;
      const variant = test.variantOf(user) as string;
      const at = k * 1000;
      const buys = random() < (variant === 'treatment' ? 0.5 : 0.25);
      return [
        { user, type: 'purchase', timestamp: at - 10, price: buys ? 30 : 0 },
        { user, type: 'exposure', timestamp: at, experiment: 'ranking', variant },
        { user, type: 'exposure', timestamp: at + 5, experiment: 'ranking', variant },
        { user, type: 'exposure', timestamp: at, experiment: 'another', variant: 'x' },
        ...(buys
          ? [
              { user, type: 'purchase', timestamp: at + 10, price: 15 },
              { user, type: 'purchase', timestamp: at + 20, price: 5 },
            ]
          : []),
        { user, type: 'purchase', timestamp: at + 2 * day, price: 1000 },
        ...(random() < 0.1 ? [{ user, type: 'return', timestamp: at + 30 }] : []),
      ];
    }).flat();
  };
  const options = {
    windowMs: day,
    now: 100 * day,
    metrics: {
      conversion: { event: 'purchase' },
      revenue: { event: ['purchase'], value: (event: LoggedEvent) => event.price as number },
      returns: { event: 'return', better: 'lower' as const, margin: 1 },
    },
  };

  it('gives each user what they did in their time, and says how variants differ', async () => {
    const report = await analyzeExperiment(test, { events: log(2000), ...options });
    const { conversion, revenue, returns } = report.metrics;
    expect(conversion.treatment).toMatchObject({ verdict: 'better', significant: true });
    expect(conversion.treatment.control).toBeCloseTo(0.25, 1);
    expect(conversion.treatment.treatment).toBeCloseTo(0.5, 1);
    expect(revenue.treatment.control).toBeCloseTo(conversion.treatment.control * 20, 9);
    expect(returns.treatment.guardrail).toMatchObject({ verdict: 'passed' });
    expect(conversion.treatment.controlUsers + conversion.treatment.treatmentUsers).toBe(2000);
    expect(report.sampleRatio.mismatch).toBe(false);
    expect(String(report)).toMatch(/conversion +treatment +0\.2\d+ .* better\n/);
    expect(String(report)).toContain('guardrail passed');
  });

  it('users whose time is not over wait, so that no value changes later', async () => {
    const now = 1000 * 999 + day;
    const early = await analyzeExperiment(test, { events: log(2000), ...options, now });
    const late = await analyzeExperiment(test, { events: log(1000), ...options });
    expect(early.metrics).toEqual(late.metrics);
    expect(early.leftOut.notYetOver).toBe(1000);
    const first = await analyzeExperiment(test, { events: log(2000), ...options, maximumUsers: 1000 });
    expect(first.metrics.conversion.treatment.control).toBe(late.metrics.conversion.treatment.control);
    expect(first.leftOut.afterMaximum).toBe(1000);
  });

  it('the order of events does not matter, and streams are taken', async () => {
    async function* turned() {
      yield* log(500).reverse();
    }
    const [a, b] = [
      await analyzeExperiment(test, { events: log(500), ...options }),
      await analyzeExperiment(test, { events: turned(), ...options }),
    ];
    expect(JSON.stringify(b)).toBe(JSON.stringify(a));
  });

  it('what users did before takes variance out', async () => {
    const revenue = { event: 'purchase', value: (event: LoggedEvent) => event.price as number };
    const plain = await analyzeExperiment(test, { events: log(2000), ...options, metrics: { revenue } });
    const adjusted = await analyzeExperiment(test, { events: log(2000), ...options, metrics: { revenue: { ...revenue, beforeMs: day } } });
    const width = ({ metrics }: typeof plain) => metrics.revenue.treatment.high - metrics.revenue.treatment.low;
    expect(width(adjusted)).toBeLessThan(0.1 * width(plain));
  });

  it('users that saw several variants or an unknown one are left out, and lost users are noticed', async () => {
    const exposure = (user: string, variant: string) => ({ user, type: 'exposure', timestamp: 1, experiment: 'ranking', variant });
    const events = [...log(10), exposure('u1', 'control'), exposure('u1', 'treatment'), exposure('z', 'old')];
    const { leftOut } = await analyzeExperiment(test, { events, ...options });
    expect(leftOut).toMatchObject({ severalVariants: 1, unknownVariant: 1 });
    const lossy = log(3000).filter(({ user }) => test.variantOf(user) === 'control' || Number(user.slice(1)) % 5 > 0);
    const report = await analyzeExperiment(test, { events: lossy, ...options });
    expect(report.sampleRatio.mismatch).toBe(true);
    expect(String(report)).toContain('sample ratio mismatch');
  });

  it('a guardrail fails when it is worse by more than its margin, and is undecided in between', async () => {
    const revenue = (margin: number) => ({ revenue: { ...options.metrics.revenue, better: 'lower' as const, margin } });
    const verdict = async (margin: number, users: number) =>
      (await analyzeExperiment(test, { events: log(users), ...options, metrics: revenue(margin) })).metrics.revenue.treatment.guardrail
        ?.verdict;
    expect(await verdict(0.2, 3000)).toBe('failed'); // it doubles
    expect(await verdict(3, 3000)).toBe('passed');
    expect(await verdict(0.2, 150)).toBe('undecided');
  });

  it('a number given as a user stands for its digits in events, which may be rows of an interface', async () => {
    interface Row {
      user: number;
      type: string;
      timestamp: number;
      price?: number;
      experiment?: string;
      variant?: string;
    }
    const text = log(200).map(({ user, ...rest }) => ({ ...rest, user: user.slice(1) }));
    const events = text.map(({ user, ...rest }): Row => ({ ...rest, user: Number(user) }));
    const metrics = { revenue: { event: 'purchase', value: (event: { price?: number }) => event.price ?? 0 } };
    const [byNumber, byText] = [
      await analyzeExperiment(test, { ...options, events, metrics }),
      await analyzeExperiment(test, { ...options, events: text, metrics: { revenue: options.metrics.revenue } }),
    ];
    expect(JSON.stringify(byNumber)).toBe(JSON.stringify(byText));
    expect(byNumber.metrics.revenue.treatment.controlUsers).toBeGreaterThan(50);
  });

  it('an event without a timestamp, or with the name it had before, is refused with what to do', async () => {
    const purchase = { user: 'u1', type: 'purchase' };
    await expect(analyzeExperiment(test, { ...options, events: [{ ...purchase, time: 5 } as never] })).rejects.toMatchObject({
      code: 'ERR_BAD_VALUE',
      message: expect.stringContaining("rename it to 'timestamp'"),
    });
    await expect(analyzeExperiment(test, { ...options, events: [purchase as never] })).rejects.toMatchObject({
      code: 'ERR_BAD_VALUE',
      message: expect.stringContaining('Add it'),
    });
  });

  it('exposures and purchases in a data store give a report that is not all zeros', async () => {
    const { events } = memoryDataStore();
    const live = experiment({ name: 'ranking', variants: halves, events });
    for (let k = 0; k < 300; k++) {
      await live.expose(k, k);
      if (k % 3 === 0) await events.append({ user: String(k), type: 'purchase', timestamp: k + 1, price: 3 });
    }
    const { metrics } = await analyzeExperiment(live, { ...options, events: events.all() });
    expect(metrics.conversion.treatment.control).toBeCloseTo(1 / 3, 1);
    expect(metrics.revenue.treatment.treatment).toBeCloseTo(1, 0);
  });

  it('refuses what cannot be', async () => {
    const events = log(10);
    const bad = [
      { ...options, events, windowMs: 0 },
      { ...options, events, metrics: {} },
      { ...options, events, metrics: { x: { event: '' } } },
      { ...options, events, metrics: { x: { event: 'a', valu: 1 } } },
      { ...options, events, control: 'nobody' },
      { ...options, events: undefined },
    ];
    for (const each of bad) await expect(analyzeExperiment(test, each as never)).rejects.toEqual(code('ERR_BAD_OPTION'));
    const metrics = { x: { event: 'purchase', value: () => Number.NaN } };
    await expect(analyzeExperiment(test, { ...options, events, metrics })).rejects.toEqual(code('ERR_BAD_VALUE'));
    const strange: [unknown, string][] = [
      [null, 'ERR_BAD_ROW'],
      [{ user: '', type: 'purchase', timestamp: 1 }, 'ERR_BAD_ID'],
      [{ user: 'u1', type: 'return', timestamp: '2026-01-01' }, 'ERR_BAD_VALUE'],
      [{ user: 'u1', type: 'exposure', experiment: 'ranking', variant: 'control' }, 'ERR_BAD_VALUE'],
    ];
    for (const [event, expected] of strange)
      await expect(analyzeExperiment(test, { ...options, events: [...events, event as LoggedEvent] })).rejects.toMatchObject({
        code: expected,
        message: expect.stringContaining(`event ${events.length}`),
      });
    const unrelated = { user: 5, type: 'shutdown', timestamp: 'noon' } as never;
    await analyzeExperiment(test, { ...options, events: [...events, unrelated] });
  });
});
