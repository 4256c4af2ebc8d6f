import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AlsRecommender, Interactions } from 'attune';
import { type AlsOnDiskOptions, fitAlsOnDisk } from 'attune/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomNumbers } from '../../../../src/numeric/random.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-disk-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Row = { user: string; item: string; value: number };

/** Rows of a few popular and many rare items: users with one, few and many rows, equal rows among them, and repeated pairs. */
function rows(count: number, users: number, items: number, signs = false): Row[] {
  const random = randomNumbers(7);
  return Array.from({ length: count }, () => {
    const value = Math.ceil(random() * 4);
    return {
      user: `u${Math.floor(users * random() ** 2)}`,
      item: `i${Math.floor(items * random() ** 3)}`,
      value: signs && random() < 0.2 ? -value : value,
    };
  });
}

async function expectSame(data: Row[], options: AlsOnDiskOptions<Row>) {
  const { duplicates, user: _, item: __, value: ___, ...als } = options;
  const there = await new AlsRecommender(als).fit(await Interactions.from(data, { duplicates }));
  const here = await fitAlsOnDisk(data, { ...options, folder, maxMemoryBytes: 2 ** 28 });
  expect(here.history.map(({ loss }) => loss)).toEqual(there.history.map(({ loss }) => loss));
  expect(Buffer.compare(here.toBytes(), there.toBytes())).toBe(0);
}

describe('a fit on disk gives the bytes of a fit in memory', () => {
  it('of implicit feedback', () => expectSame(rows(4000, 300, 200), { factors: 24, iterations: 3 }));
  it('of many users with one item', () => expectSame(rows(3000, 6000, 60), { factors: 24, iterations: 3 }));
  it('where few factors are solved exactly', () => expectSame(rows(2000, 100, 50), { factors: 8, iterations: 3 }));
  it('without acceleration and with exact rows', () =>
    expectSame(rows(2000, 100, 50), { factors: 20, iterations: 2, acceleration: false, solver: 'exact' }));
  it('with regularization that scales with counts', () =>
    expectSame(rows(2000, 200, 80, true), { factors: 16, iterations: 2, regularizationScaling: 'count' }));
  it('with regularization that scales with frequency', () =>
    expectSame(rows(2000, 200, 80, true), { factors: 16, iterations: 2, regularizationScaling: 'frequency' }));
  it('of ratings', () => expectSame(rows(2000, 200, 80), { factors: 12, iterations: 3, feedback: 'explicit', clip: [1, 5] }));
  it.each(['last', 'first', 'sum', 'max', 'mean'] as const)('with duplicates: %s', (duplicates) =>
    expectSame(rows(3000, 60, 40), { factors: 8, iterations: 1, duplicates }),
  );
  it('with users in float16', () => expectSame(rows(1000, 60, 40), { factors: 8, iterations: 2, storage: 'float16' }));
});

describe('fitAlsOnDisk', () => {
  it('leaves nothing on disk, also after an abort', async () => {
    const stop = new AbortController();
    const fit = fitAlsOnDisk(
      rows(2000, 100, 50),
      { folder, iterations: 1000 },
      { signal: stop.signal, onProgress: ({ phase }) => phase === 'training' && stop.abort(new Error('enough')) },
    );
    await expect(fit).rejects.toThrow('enough');
    expect(readdirSync(folder)).toEqual([]);
  });
  it.skipIf(process.platform === 'win32')('has no file that a kill would leave behind', async () => {
    const found: string[][] = [];
    const onProgress = () => void found.push(readdirSync(folder, { recursive: true }).map(String));
    await fitAlsOnDisk(rows(2000, 100, 50), { folder, factors: 8, iterations: 2 }, { onProgress });
    expect(found.length).toBeGreaterThan(2);
    for (const names of found) expect(names).toHaveLength(1); // the folder itself
  });

  it('makes a model without a history that answers but refuses partialFit', async () => {
    const data = rows(500, 30, 20);
    const als = await fitAlsOnDisk(data, { folder, factors: 8, history: false });
    expect(als.recommend('u0', { n: 3 })).toHaveLength(3);
    await expect(als.partialFit(await Interactions.from(data))).rejects.toMatchObject({ code: 'ERR_NOT_SUPPORTED' });
  });
  it('refuses before training what the bound does not allow, and says what would do', async () => {
    const data = Array.from({ length: 20_000 }, (_, k) => ({ user: `u${k}`, item: `i${k % 7}`, value: 1 + (k % 3) })).flatMap((row, k) => [
      row,
      { ...row, item: `j${k}` },
    ]);
    await expect(fitAlsOnDisk(data, { folder, factors: 1024, maxMemoryBytes: 2 ** 26 })).rejects.toMatchObject({
      code: 'ERR_OUT_OF_MEMORY',
      message: expect.stringMatching(/at least \d+ .* got 64 MiB/),
    });
  });
  it.each([
    [[], 'ERR_EMPTY'],
    [[{ user: '', item: 'x' }], 'ERR_BAD_ID'],
    [[{ user: 'a', item: 'x', value: Number.NaN }], 'ERR_BAD_VALUE'],
    [
      [
        { user: 'a', item: 'x' },
        { user: 'a', item: 'x' },
      ],
      'ERR_DUPLICATE',
      { duplicates: 'error' },
    ],
    ['rows', 'ERR_BAD_ARGUMENT'],
    [[{ user: 'a', item: 'x' }], 'ERR_BAD_OPTION', { biases: true }],
    [[{ user: 'a', item: 'x' }], 'ERR_BAD_OPTION', { maxMemoryBytes: 5 }],
  ] as const)('refuses %j with %s', async (data, code, options?: object) => {
    await expect(fitAlsOnDisk(data as never, { folder, ...options } as never)).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual([]);
  });
});
