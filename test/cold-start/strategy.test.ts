import { HybridRanker, weighted } from 'attune';
import { coldStart, type SourceKnowledge } from 'attune/cold-start';
import { describe, expect, it } from 'vitest';

const als = (interactions: number, weight = 0.7): SourceKnowledge => ({ role: 'collaborative', weight, interactions, words: false });
const content = (interactions: number, words = false, weight = 0.3): SourceKnowledge => ({ role: 'content', weight, interactions, words });
const popular = (weight = 0): SourceKnowledge => ({ role: 'popular', weight, interactions: 0, words: false });
const popular0 = popular();

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

  it('has no jump on the page either: scores of one history length and the next differ by no more than the weights do', async () => {
    const list = ['a', 'b', 'c', 'd'].map((item, at) => ({ item, score: 4 - at }));
    const known = ['h0', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7'];
    const model = { items: new Set([...known, 'a', 'b']), recommend: () => list, recommendFor: () => list };
    const popular = {
      kind: 'popularity',
      recommend: () => [...list],
      recommendFor: () => list.map(({ item }, at) => ({ item, score: at })),
    };
    const settings = coldStart({ knownAfter: 3 });
    const ranker = new HybridRanker({
      sources: { als: { ...model, users: new Set<string>() }, popular },
      fusion: weighted({ als: 0.7 }),
      coldStart: settings,
    });
    const pages = await Promise.all(known.map((_, t) => ranker.rank({ history: known.slice(0, t + 1) }, { n: 4 })));
    const weights = known.map((_, t) => settings.weights([als(t + 1), popular0]));
    for (let t = 1; t < pages.length; t++) {
      const change = Math.max(...weights[t].map((weight, k) => Math.abs(weight - weights[t - 1][k])));
      for (const { item, score } of pages[t].items) {
        const before = pages[t - 1].items.find((one) => one.item === item)?.score as number;
        expect(score).not.toBe(before);
        expect(Math.abs(score - before)).toBeLessThanOrEqual(change + 1e-12);
      }
    }
    expect(pages[1].strategy).toBe(pages[3].strategy);
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
