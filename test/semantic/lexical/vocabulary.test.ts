import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Vocabulary } from '../../../src/semantic/lexical/vocabulary.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), minLength: 1, maxLength: 9 });
const vocabulary = fc.uniqueArray(letters, { maxLength: 60 });

describe('a vocabulary', () => {
  it('completes a beginning as looking at every word would', () => {
    fc.assert(
      fc.property(vocabulary, letters, (words, prefix) => {
        const expected = words.filter((word) => word.startsWith(prefix)).sort();
        expect(new Vocabulary(words, 7).completions(prefix).map((number) => words[number - 7])).toEqual(expected);
      }),
    );
  });

  it('finds near words as comparing with every word would', () => {
    fc.assert(
      fc.property(vocabulary, letters, fc.integer({ min: 0, max: 2 }), (words, word, most) => {
        const expected = words
          .map((other, number) => ({ word: number, distance: distance(other, word) }))
          .filter((n) => n.distance <= most);
        const found = new Vocabulary(words).near(word, most);
        expect(found.sort((a, b) => a.word - b.word)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds words that begin with something near', () => {
    fc.assert(
      fc.property(vocabulary, letters, fc.integer({ min: 0, max: 2 }), (words, word, most) => {
        const nearest = (other: string) =>
          Math.min(...Array.from({ length: other.length + 1 }, (_, k) => distance(other.slice(0, k), word)));
        const expected = words.map((other, number) => ({ word: number, distance: nearest(other) })).filter((n) => n.distance <= most);
        const found = new Vocabulary(words).near(word, most, true);
        expect(found.sort((a, b) => a.word - b.word)).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('counts a swap of neighbours as one', () => {
    expect(new Vocabulary(['dishwasher', 'washer']).near('dishwahser', 1)).toEqual([{ word: 0, distance: 1 }]);
    expect(new Vocabulary([]).near('dishwasher', 2)).toEqual([]);
  });
});

/** Optimal string alignment, read off its definition. */
function distance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : i)));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      table[i][j] = Math.min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
    }
  }
  return table[a.length][b.length];
}
