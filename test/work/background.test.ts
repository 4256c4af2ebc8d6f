import { afterEach, expect, it, vi } from 'vitest';
import { Background } from '../../src/work/background.ts';

let now = 0;
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Works in slices of some milliseconds. @returns how long it paused after each */
async function pauses(background: () => Background, slices: readonly number[]): Promise<number[]> {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const paused: number[] = [];
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((done: () => void, ms: number) => {
    now += ms;
    paused.push(ms);
    queueMicrotask(done);
  }) as typeof setTimeout);
  const work = background();
  const after: number[] = [];
  for (const ms of slices) {
    now += ms;
    paused.length = 0;
    await work.rest();
    after.push(paused[0] ?? 0);
  }
  return after;
}

it('work in the background takes a quarter of the time, and no pause is long', async () => {
  expect(await pauses(() => new Background(10_000), [6, 10, 2, 2, 2, 100])).toEqual([18, 30, 0, 0, 18, 50]);
});

it('it goes on at full speed when its time is up or when all is to end', async () => {
  expect(await pauses(() => new Background(50), [10, 10, 10, 10])).toEqual([30, 0, 0, 0]);
  expect(await pauses(() => new Background(0), [10, 10])).toEqual([0, 0]);
  expect(await pauses(() => new Background(10_000, AbortSignal.abort()), [10, 10])).toEqual([0, 0]);
});
