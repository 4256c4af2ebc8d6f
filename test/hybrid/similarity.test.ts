import { expect, it } from 'vitest';
import { cosine, directionOf } from '../../src/hybrid/similarity.ts';

it('a direction has length 1, and a vector that has it already is not copied', () => {
  const unit = Float32Array.of(0.6, 0.8);
  expect(directionOf(unit)).toBe(unit);
  const long = Float32Array.of(3, 4);
  expect(directionOf(long)).toEqual(unit);
  expect([...long]).toEqual([3, 4]); // whose it is may need it as it was
  expect(directionOf([3, 4])).toEqual(unit);
  expect(cosine(directionOf(long), directionOf(unit))).toBeCloseTo(1, 6);
  for (const bad of [undefined, [0, 0], [Number.NaN, 1], [Number.POSITIVE_INFINITY, 1]]) expect(directionOf(bad)).toBeUndefined();
});
