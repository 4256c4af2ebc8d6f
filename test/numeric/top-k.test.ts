import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TopK, topK } from '../../src/numeric/top-k.ts';

const score = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ min: -1, max: 1 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 1e-45),
);

function bySorting(scores: number[], n: number, skip?: Uint8Array) {
  const best = scores
    .map((s, index) => ({ index, score: Math.fround(s) }))
    .filter((e) => !Number.isNaN(e.score) && !skip?.[e.index])
    .sort((a, b) => (a.score === b.score ? a.index - b.index : b.score - a.score))
    .slice(0, n);
  return { indices: Int32Array.from(best, (e) => e.index), scores: Float32Array.from(best, (e) => e.score) };
}

describe('top-k', () => {
  it('is what sorting gives: best first, equal scores by index, NaN never', () => {
    fc.assert(
      fc.property(fc.array(score, { maxLength: 200 }), fc.nat(220), (scores, n) => {
        expect(topK(scores, n)).toEqual(bySorting(scores, n));
      }),
    );
  });

  it('leaves out what is marked', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(score, fc.boolean()), { maxLength: 100 }), fc.nat(20), (entries, n) => {
        const scores = entries.map(([s]) => s);
        const skip = Uint8Array.from(entries, ([, skipped]) => Number(skipped));
        expect(topK(scores, n, skip)).toEqual(bySorting(scores, n, skip));
      }),
    );
  });

  it('does not depend on the order of the offers', () => {
    fc.assert(
      fc.property(fc.array(score, { maxLength: 60 }), fc.nat(20), fc.nat(), (scores, n, rotation) => {
        const best = new TopK(n);
        for (let k = 0; k < scores.length; k++) {
          const index = (k + rotation) % scores.length;
          best.offer(index, scores[index]);
        }
        expect(best.take()).toEqual(bySorting(scores, n));
      }),
    );
  });

  it('names what an offer must reach, and is empty after it was taken', () => {
    const best = new TopK(2);
    expect(best.threshold).toBe(Number.NEGATIVE_INFINITY);
    best.offer(5, 1);
    expect(best.threshold).toBe(Number.NEGATIVE_INFINITY);
    best.offer(6, 3);
    expect(best.threshold).toBe(1);
    best.offer(4, 1); // equal, smaller index
    expect([...best.take().indices]).toEqual([6, 4]);
    expect([...best.take().indices]).toEqual([]);
    expect(new TopK(0).threshold).toBe(Number.POSITIVE_INFINITY);
  });
});
