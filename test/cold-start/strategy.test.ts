import { coldStart, type SourceKnowledge } from 'attune/cold-start';
import { describe, expect, it } from 'vitest';

const als = (interactions: number, weight = 0.7): SourceKnowledge => ({ role: 'collaborative', weight, interactions, words: false });
const content = (interactions: number, words = false, weight = 0.3): SourceKnowledge => ({ role: 'content', weight, interactions, words });
const popular = (weight = 0): SourceKnowledge => ({ role: 'popular', weight, interactions: 0, words: false });

describe('coldStart', () => {
  it('follows its formula', () => {
    const { weights } = coldStart({ knownAfter: 3, contentAfter: 1 });
    const trust = (t: number, after: number) => 1 - 0.1 ** (t / after);
    expect(weights([als(2), content(1), popular(0.1)])).toEqual([
      0.7 * trust(2, 3),
      0.3 * trust(1, 1),
      expect.closeTo(0.1 * trust(1, 1) + (1 - trust(1, 1)) * 0.7, 12),
    ]);
  });

  it('gives everything to popular items when nothing is known, and nothing when all is', () => {
    const { weights } = coldStart();
    expect(weights([als(0), popular()])).toEqual([0, 0.7]);
    expect(weights([als(Number.POSITIVE_INFINITY), popular()])).toEqual([0.7, 0]);
    expect(weights([popular()])).toEqual([1]);
    expect(weights([content(0, true), popular()])).toEqual([0.3, 0]);
  });

  it('has no jump: between one interaction and the next the share of a source never changes more than before', () => {
    const { weights } = coldStart({ knownAfter: 3 });
    const shares = Array.from({ length: 12 }, (_, t) => {
      const all = weights([als(t), popular()]);
      return all[0] / (all[0] + all[1]);
    });
    const steps = shares.slice(1).map((share, t) => share - shares[t]);
    for (let t = 1; t < steps.length; t++) {
      expect(steps[t]).toBeGreaterThan(0);
      expect(steps[t]).toBeLessThan(steps[t - 1]);
    }
    expect(shares[3]).toBeCloseTo(0.9, 12);
  });

  it('knows at once with knownAfter 0, but never without an interaction', () => {
    const { weights } = coldStart({ knownAfter: 0 });
    expect(weights([als(1), popular()])).toEqual([0.7, 0]);
    expect(weights([als(0), popular()])).toEqual([0, 0.7]);
  });

  it.each([{ knownAfter: -1 }, { knownafter: 3 }, { roles: { a: 'best' } }, { roles: 'popular' }])('refuses %j', (options) => {
    expect(() => coldStart(options as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });
});
