import { AlsRecommender, memoryModelStore } from 'attune';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fromFloat16, toFloat16 } from '../../../src/numeric/float16.ts';
import { checkerboard, fromRows } from '../../support/makers.ts';

describe('half precision', () => {
  test('every number that a half can hold comes back to the same bits', () => {
    const all = Uint16Array.from({ length: 65_536 }, (_, half) => half).filter((half) => (half & 0x7c00) !== 0x7c00);
    expect(toFloat16(fromFloat16(all))).toEqual(all);
  });

  test('others go to the nearest, and in the middle to the even one', () => {
    const step = 2 ** -10; // between 1 and 2
    const given = [1 + 0.49 * step, 1 + 0.5 * step, 1 + 1.5 * step, 1.9999, 2 ** -24, 2 ** -25, 1.5 * 2 ** -24, 65_519, -0.1];
    const wanted = [1, 1, 1 + 2 * step, 2, 2 ** -24, 0, 2 * 2 ** -24, 65_504, -0.0999755859375];
    expect([...fromFloat16(toFloat16(Float32Array.from(given)))]).toEqual(wanted);
  });

  test('numbers too large for it are refused', () => {
    for (const value of [65_520, -1e9, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(() => toFloat16(Float32Array.of(value))).toThrow(expect.objectContaining({ code: 'ERR_NUMERIC' }));
    }
  });
});

describe("storage 'float16'", () => {
  const settings = { factors: 8, iterations: 4, regularization: 0.1, seed: 3, threads: 1 } as const;
  const fitted = async () => {
    const data = checkerboard();
    return {
      full: await new AlsRecommender(settings).fit(data),
      half: await new AlsRecommender({ ...settings, storage: 'float16' }).fit(data),
    };
  };

  test('keeps users within 0.05 % and items as they are', async () => {
    const { full, half } = await fitted();
    expect(half.itemFactors.data).toEqual(full.itemFactors.data);
    const wanted = full.userFactors.data;
    half.userFactors.data.forEach((v, k) => {
      expect(Math.abs(v - wanted[k])).toBeLessThanOrEqual(Math.abs(wanted[k]) * 2 ** -11 + 2 ** -25);
    });
  });

  test('is kept by the file, and can be chosen when a file is opened', async () => {
    const { full, half } = await fitted();
    const again = AlsRecommender.fromBytes(half.toBytes());
    expect(again.options.storage).toBe('float16');
    expect(again.toBytes()).toEqual(half.toBytes());
    expect(AlsRecommender.fromBytes(full.toBytes(), { storage: 'float16' }).userFactors).toEqual(half.userFactors);
    expect(AlsRecommender.fromBytes(half.toBytes(), { storage: 'float32' }).userFactors).toEqual(half.userFactors);
    expect(AlsRecommender.fromBytes(half.toBytes(), { storage: undefined }).toBytes()).toEqual(half.toBytes());
    for (const options of [{ factors: 3 }, { thread: 1 }, { threads: 0 }])
      expect(() => AlsRecommender.fromBytes(half.toBytes(), options as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(half.toBytes().length).toBeLessThan(full.toBytes().length);
  });

  test('rows that partialFit and forget do not touch keep their bits', async () => {
    const { half } = await fitted();
    const [first, second, third] = half.users;
    const rowOf = (user: string) => half.userFactors.data.slice(half.users.indexOf(user) * 8).slice(0, 8);
    const before = rowOf(third);
    await half.partialFit(fromRows([[first, 'i1', 2]]));
    half.forget(second);
    expect(rowOf(third)).toEqual(before);
    expect(half.recommend(third, { n: 3 })).toHaveLength(3);
    expect(half.similarUsers(third, { n: 1 })).toHaveLength(1);
  });
});

describe('loading', () => {
  afterEach(() => vi.restoreAllMocks());

  test('lets others work, and gives the model that its bytes are', async () => {
    const als = await new AlsRecommender({ factors: 8, iterations: 2, seed: 3, threads: 1 }).fit(checkerboard());
    const store = memoryModelStore();
    await als.save(store, 'als');
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 10)); // so that every step takes longer than others may wait
    let turns = 0;
    let isLoading = true;
    const others = () => {
      turns++;
      if (isLoading) setImmediate(others);
    };
    setImmediate(others);
    const loaded = await AlsRecommender.load(store, 'als');
    isLoading = false;
    expect(turns).toBeGreaterThan(3);
    expect(loaded.toBytes()).toEqual(als.toBytes());
  });
});
