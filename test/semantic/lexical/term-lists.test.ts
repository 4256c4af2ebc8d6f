import { describe, expect, it } from 'vitest';
import { generator } from '../../../bench/support/random.ts';
import { LexicalIndex } from '../../../src/semantic/lexical/bm25.ts';

const random = generator(3);
const word = () => `${'abcdefghij'[Math.floor(10 * random() ** 2)]}w${Math.floor(12 * random() ** 2)}s`;
const text = (length: number) => Array.from({ length }, word).join(' ');
const options = { k1: 1.2, b: 0.75, weights: [2, 1], stem: 'english', words: 3 } as const;

function answers(index: LexicalIndex, queries: readonly string[]) {
  return queries.map((query) => {
    const match = index.match(query);
    const { indices, scores } = match.top(50);
    return { keys: [...indices], scores: [...scores], count: match.count };
  });
}

describe('lists of terms that are kept between queries', () => {
  const texts = Array.from({ length: 600 }, () => [text(3), text(20)] as const);
  const queries = Array.from({ length: 40 }, () => text(3));
  const built = (some: readonly (readonly [number, readonly [string, string]])[]) => {
    const index = new LexicalIndex(options);
    for (const [key, fields] of some) index.add(key, ...fields);
    index.settle();
    return index;
  };

  it('a query asked again gets the same bits', () => {
    const index = built(texts.map((fields, key) => [key, fields]));
    const first = answers(index, queries);
    expect(answers(index, queries)).toEqual(first);
    expect(first.some(({ count }) => count > 100)).toBe(true);
  });

  it('texts that come or go change answers as if the index had been built without the queries before', () => {
    const index = built(texts.slice(0, 500).map((fields, key) => [key, fields]));
    answers(index, queries);
    index.remove([3, 40, 77]);
    for (const key of [500, 501, 502, 77]) index.add(key, ...texts[key]);
    const present = texts.slice(0, 503).flatMap((fields, key) => ([3, 40].includes(key) ? [] : [[key, fields] as const]));
    const anew = answers(built(present), queries);
    const changed = answers(index, queries);
    expect(changed).toEqual(anew);
    index.merge();
    expect(answers(index, queries)).toEqual(anew);
  });

  it('a question of one field does not get the lists of all', () => {
    const index = built(texts.map((fields, key) => [key, fields]));
    const alone = () => queries.map((query) => index.match(query, { fields: [0] }).count);
    const before = alone();
    answers(index, queries);
    expect(alone()).toEqual(before);
  });
});
