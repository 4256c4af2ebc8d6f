import { afterEach, expect, it, vi } from 'vitest';
import { atOnce, inSlices } from '../../src/work/steps.ts';

afterEach(() => vi.restoreAllMocks());

function* counting(to: number, seen: number[]): Generator<void, string> {
  for (let k = 0; k < to; k++) {
    seen.push(k);
    yield;
  }
  return 'done';
}

it('steps are taken one after the other', () => {
  const seen: number[] = [];
  expect(atOnce(counting(5, seen))).toBe('done');
  expect(seen).toEqual([0, 1, 2, 3, 4]);
});

it('others work between slices, and a failure ends the steps', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 3)); // so that a slice is some steps, however fast the machine
  const seen: number[] = [];
  const others: number[] = [];
  const work = inSlices(counting(100, seen));
  setImmediate(() => others.push(seen.length));
  expect(await work).toBe('done');
  expect(seen).toHaveLength(100);
  expect(others[0]).toBeLessThan(100); // their turn came before the end
  function* failing(): Generator<void, void> {
    yield;
    throw new Error('no more');
  }
  await expect(inSlices(failing())).rejects.toThrow('no more');
});
