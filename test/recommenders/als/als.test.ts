import { AlsRecommender, Interactions } from 'attune';
import { describe, expect, it } from 'vitest';
import { csrFromCoordinates } from '../../../src/data/csr.ts';
import { alsProblem } from '../../../src/recommenders/als/solver/problem.ts';
import { trainAls } from '../../../src/recommenders/als/solver/train.ts';
import { recommenderConformance } from '../../support/conformance.ts';
import { zipf } from '../../support/makers.ts';

describe.each([
  ['implicit', {}],
  ['implicit, exact', { solver: 'exact' }],
  ['implicit, scaled by frequency', { regularizationScaling: 'frequency', regularization: 0.2 }],
] as const)('AlsRecommender, %s', (_, options) => {
  recommenderConformance({
    make: (more) => new AlsRecommender({ factors: 4, iterations: 10, regularization: 1, ...options, ...more }),
    Class: AlsRecommender,
    can: { similarUsers: true, explain: true, partialFit: true },
  });
});

const ratings = Interactions.fromColumns({
  users: ['u1', 'u1', 'u2', 'u2', 'u3', 'u3', 'u4'],
  items: ['a', 'b', 'b', 'c', 'a', 'c', 'a'],
  values: [5, 3, 4, 1, 4, 2, 5],
});

describe('AlsRecommender', () => {
  it('gives the same bytes for 1, 2 and 3 threads', async () => {
    const data = zipf({ users: 300, items: 120, rows: 3000 });
    const bytes = await Promise.all(
      [1, 2, 3].map(async (threads) => (await new AlsRecommender({ factors: 24, iterations: 4, threads }).fit(data)).toBytes()),
    );
    expect(bytes[1]).toEqual(bytes[0]);
    expect(bytes[2]).toEqual(bytes[0]);
  });
  it('never raises the loss without acceleration, and reports it truly', async () => {
    const data = zipf({ users: 80, items: 60 });
    const als = await new AlsRecommender({
      factors: 6,
      iterations: 8,
      acceleration: false,
      alpha: 4,
      regularization: 0.5,
      solver: 'exact',
    }).fit(data);
    const losses = als.history.map((h) => h.loss);
    for (let k = 1; k < losses.length; k++) expect(losses[k]).toBeLessThanOrEqual(losses[k - 1] * (1 + 1e-6));
    // The users are solved once more after the last measurement, which can only lower it.
    const { data: x, columns: f } = als.userFactors;
    const { data: y } = als.itemFactors;
    let loss = 0;
    const values = new Map([...data].map((r) => [`${r.user} ${r.item}`, r.value]));
    for (let u = 0; u < data.userCount; u++) {
      for (let i = 0; i < data.itemCount; i++) {
        let s = 0;
        for (let q = 0; q < f; q++) s += x[u * f + q] * y[i * f + q];
        const v = values.get(`${data.users.idAt(u)} ${data.items.idAt(i)}`);
        loss += v === undefined ? s * s : (1 + 4 * v) * (1 - s) ** 2;
      }
    }
    for (const w of x) loss += 0.5 * w * w;
    for (const w of y) loss += 0.5 * w * w;
    expect(loss).toBeLessThanOrEqual((losses.at(-1) ?? 0) * (1 + 1e-5));
    expect(loss).toBeGreaterThan((losses.at(-1) ?? 0) * 0.99);
  });
  it('gets further with acceleration in as many iterations', async () => {
    const data = zipf({ users: 300, items: 120, rows: 3000 });
    const loss = async (acceleration: boolean) =>
      (await new AlsRecommender({ factors: 16, iterations: 8, acceleration }).fit(data)).history.at(-1)?.loss ?? Number.NaN;
    expect(await loss(true)).toBeLessThan(await loss(false));
  });
  it('solves rows by conjugate gradients nearly as well as exactly', async () => {
    const data = zipf({ users: 300, items: 120, rows: 6000 });
    const loss = async (solver: 'auto' | 'exact') =>
      (await new AlsRecommender({ factors: 32, iterations: 12, acceleration: false, solver }).fit(data)).history.at(-1)?.loss ?? Number.NaN;
    const exact = await loss('exact');
    expect(Math.abs((await loss('auto')) - exact) / exact).toBeLessThan(0.05);
  });
  it('prefers what is liked over what is disliked', async () => {
    const data = Interactions.fromColumns({
      users: ['a', 'a', 'b', 'b', 'c', 'c', 'd'],
      items: ['x', 'z', 'x', 'z', 'y', 'x', 'y'],
      values: [1, -1, 1, -2, 1, 1, 0],
    });
    const als = await new AlsRecommender({ factors: 4, regularization: 0.1 }).fit(data);
    const [x, z] = als.score('a', ['x', 'z']);
    expect(x).toBeGreaterThan(0.5);
    expect(Math.abs(z)).toBeLessThan(0.3);
  });
  it('predicts ratings, with and without means taken off', async () => {
    for (const biases of [false, true]) {
      const als = await new AlsRecommender({ factors: 3, iterations: 30, regularization: 0.01, feedback: 'explicit', biases }).fit(ratings);
      for (const { user, item, value } of ratings) expect(Math.abs(als.predict(user, item) - value)).toBeLessThan(0.3);
      const explained = als.explain('u1', 'c');
      const sum = explained.contributions.reduce((total, c) => total + c.score, explained.baseline ?? 0);
      expect(sum).toBeCloseTo(explained.score, 4);
      const [known] = als.recommend('u1', { n: 1 });
      const [visitor] = als.recommendFor(
        [
          { item: 'a', value: 5 },
          { item: 'b', value: 3 },
        ],
        { n: 1 },
      );
      expect(visitor.item).toBe(known.item);
      expect(visitor.score).toBeCloseTo(known.score, 4);
    }
  });
  it('partialFit waits for what onProgress returns, so that a caller can slow it down', async () => {
    const data = zipf({ users: 600, items: 100, rows: 3000 });
    const als = await new AlsRecommender({ factors: 4, iterations: 2 }).fit(data);
    const log: string[] = [];
    await als.partialFit(data, {
      onProgress: async ({ done, total }) => {
        if (done === total) return;
        log.push('begins');
        await new Promise((resolve) => setTimeout(resolve, 2));
        log.push('ends');
      },
    });
    expect(log.length).toBeGreaterThan(8);
    expect(log).toEqual(log.map((_, k) => (k % 2 === 0 ? 'begins' : 'ends')));
  });

  it('changes nothing but the touched rows in partialFit, and these are what solving them gives', async () => {
    const data = zipf();
    const als = await new AlsRecommender({ factors: 8, iterations: 5 }).fit(data);
    const before = { x: als.userFactors.data, y: als.itemFactors.data };
    await als.partialFit(Interactions.fromColumns({ users: ['new', 'u3', 'new'], items: ['i1', 'fresh', 'fresh'] }));
    const after = { x: als.userFactors.data, y: als.itemFactors.data };
    const touchedUsers = new Set(['new', 'u3']);
    const touchedItems = new Set(['i1', 'fresh']);
    for (const id of data.users) {
      const u = als.users.indexOf(id);
      const same = Array.from(before.x.slice(u * 8, u * 8 + 8), (v, q) => v === after.x[u * 8 + q]).every(Boolean);
      expect(same, id).toBe(!touchedUsers.has(id));
    }
    for (const id of data.items) {
      const i = als.items.indexOf(id);
      const same = Array.from(before.y.slice(i * 8, i * 8 + 8), (v, q) => v === after.y[i * 8 + q]).every(Boolean);
      expect(same, id).toBe(!touchedItems.has(id));
    }
    expect(als.users.idAt(als.users.size - 1)).toBe('new');
    const list = als.recommend('new', { n: 5 });
    const visitor = als.recommendFor(['i1', 'fresh'], { n: 5 });
    expect(list.map((r) => r.item)).toEqual(visitor.map((r) => r.item));
  });
  it('stops when the loss no longer moves', async () => {
    const als = await new AlsRecommender({ factors: 4, iterations: 500, tolerance: 1e-4 }).fit(zipf());
    expect(als.history.length).toBeLessThan(100);
  });
  it('refuses settings that make no sense together', () => {
    const code = (make: () => unknown) => {
      try {
        make();
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect(code(() => new AlsRecommender({ feedback: 'explicit', regularization: 0 }))).toBe('ERR_BAD_OPTION');
    expect(code(() => new AlsRecommender({ biases: true }))).toBe('ERR_BAD_OPTION');
    expect(code(() => new AlsRecommender({ factor: 3 } as object))).toBe('ERR_BAD_OPTION');
    expect(code(() => new AlsRecommender({ threads: 0 }))).toBe('ERR_BAD_OPTION');
    for (const seed of [Number.NaN, null, {}, true]) expect(code(() => new AlsRecommender({ seed } as object))).toBe('ERR_BAD_OPTION');
  });
});

describe('a start that explains nothing yet', () => {
  const data = zipf({ users: 200, items: 120, rows: 3000 });
  const first = async (length: number, acceleration: boolean) => {
    const initialItemFactors = Float32Array.from({ length: 120 * 24 }, (_, k) => length * Math.sin(k * k + 1));
    const als = new AlsRecommender({ factors: 24, iterations: 1, regularization: 1, acceleration });
    return (await als.fit(data, { initialItemFactors: initialItemFactors.subarray(0, data.itemCount * 24) })).history[0].loss;
  };
  it('is first led towards the data, when accelerated', async () => {
    expect(await first(0.01, true)).toBeLessThan(0.97 * (await first(0.01, false)));
  });
  it('other starts are taken as they are', async () => {
    expect(await first(0.5, true)).toBe(await first(0.5, false));
  });
});

describe('the WebAssembly kernels', () => {
  it.each(['implicit', 'explicit'] as const)('train to the same factors as their plain twins, %s', async (feedback) => {
    const data = zipf({ users: 90, items: 70, rows: 900 });
    const als = new AlsRecommender({ factors: 20, iterations: 2, feedback, acceleration: true, regularization: 0.5, threads: 2 });
    const csr = csrFromCoordinates(data.userCount, data.itemCount, data.userIndices, data.itemIndices, data.values);
    const problem = () => alsProblem(csr, als.options);
    const fast = await trainAls(problem(), als.options, {}, {});
    const plain = await trainAls(problem(), als.options, {}, {}, true);
    for (const name of ['items', 'rows', 'variantScale'] as const) {
      const largest = plain[name].reduce((most, v) => Math.max(most, Math.abs(v)), 1e-9);
      const worst = plain[name].reduce((most, v, k) => Math.max(most, Math.abs(v - fast[name][k])), 0);
      expect(worst / largest, name).toBeLessThan(1e-3);
    }
  });
});
