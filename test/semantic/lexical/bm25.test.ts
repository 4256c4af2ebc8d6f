import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LexicalIndex } from '../../../src/semantic/lexical/bm25.ts';
import { tokenize } from '../../../src/semantic/lexical/tokenizer.ts';

const options = { k1: 1.2, b: 0.75 };

describe('a lexical index', () => {
  const word = fc.constantFrom('hose', 'filter', 'ice', 'steel', 'quiet', 'dish', 'a', 'b');
  const text = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));
  const step = fc.oneof(fc.record({ key: fc.nat(15), text: fc.option(text, { nil: undefined }) }), fc.constant('merge' as const));

  it('scores as the formula says, after any sequence of changes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), text, (steps, query) => {
        const index = new LexicalIndex(options);
        const texts = new Map<number, string>();
        for (const change of steps) {
          if (change === 'merge') index.merge();
          else if (change.text === undefined) {
            index.remove([change.key]);
            texts.delete(change.key);
          } else {
            index.add(change.key, change.text);
            texts.set(change.key, change.text);
          }
        }
        expect(index.size).toBe(texts.size);
        const oracle = bruteForce(texts, query);
        const match = index.match(query);
        const top = match.top(100);
        expect(top.indices.length).toBe(oracle.filter(({ score }) => score > 0).length);
        for (const { key, score } of oracle) expect(match.of(key)).toBeCloseTo(score, 5);
        for (const [k, key] of top.indices.entries()) {
          expect(top.scores[k]).toBeCloseTo(oracle.find((o) => o.key === key)?.score ?? Number.NaN, 5);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keeps nothing of one query for the next', () => {
    const index = new LexicalIndex(options);
    index.add(0, 'steel hose');
    index.add(1, 'ice maker');
    const first = index.match('steel hose').top(5);
    index.match('ice');
    expect(index.match('steel hose').top(5)).toEqual(first);
    expect(index.match('nothing known').top(5).indices).toHaveLength(0);
  });

  it('merges by itself when much has been added', () => {
    const index = new LexicalIndex(options);
    for (let key = 0; key < 30_000; key++) index.add(key, `item ${key} of many ${key % 7}`);
    for (let key = 0; key < 30_000; key += 2) index.remove([key]);
    expect([...index.match('12345').top(3).indices]).toEqual([12345]);
    expect(index.match('12344').top(3).indices).toHaveLength(0);
    expect(index.match('item').top(20_000).indices).toHaveLength(15_000);
  });
});

/** The formula, read off the page: every text, every word. */
function bruteForce(texts: Map<number, string>, query: string): { key: number; score: number }[] {
  const words = new Map([...texts].map(([key, text]) => [key, tokenize(text)]));
  const mean = [...words.values()].reduce((sum, list) => sum + list.length, 0) / words.size;
  return [...words].map(([key, list]) => {
    let score = 0;
    for (const asked of tokenize(query)) {
      const frequency = [...words.values()].filter((other) => other.includes(asked)).length;
      const count = list.filter((word) => word === asked).length;
      const idf = Math.log(1 + (words.size - frequency + 0.5) / (frequency + 0.5));
      if (count > 0) score += (idf * count * (options.k1 + 1)) / (count + options.k1 * (1 - options.b + (options.b * list.length) / mean));
    }
    return { key, score };
  });
}
