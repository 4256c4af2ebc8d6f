import seedrandom from 'seedrandom';
import { expect, it } from 'vitest';
import { lexemesOf } from '../../../src/semantic/lexical/lexemes.ts';
import { hasDigit, hasLetter, isLetters, traitsOf } from '../../../src/semantic/lexical/traits.ts';

const random = seedrandom('lexemes');
const signs = [
  ..."  --..,/''+#_:é2½ß漢ガ등\u0301😀\ud83d",
  'abc',
  'kg',
  'x',
  "n't",
  "'s",
  '12',
  '1.5',
  '1,000',
  '3/4',
  'z'.repeat(70),
  'A',
];
const mixed = () => Array.from({ length: 1 + Math.floor(random() * 12) }, () => signs[Math.floor(random() * signs.length)]).join('');

it('finds the words and numbers wherever they stand in a text', () => {
  for (let k = 0; k < 3000; k++) {
    const text = mixed();
    const before = lexemesOf(text);
    // A space and a word in front of a text move what is in it, and change nothing else.
    const moved = lexemesOf(`word ${text}`).slice(1);
    expect(moved, text).toEqual(before.map((lexeme) => ({ ...lexeme, start: lexeme.start + 5, end: lexeme.end + 5 })));
    for (const { start, end } of before) expect(end).toBeGreaterThan(start);
  }
});

it('cuts plain words as the pattern of all words does', () => {
  const plain = /[a-z]+/g;
  for (let k = 0; k < 1000; k++) {
    const text = mixed().replace(/[^a-z :]/g, ' ');
    if (/z{65}/.test(text)) continue; // longer than a word
    expect(lexemesOf(text).map(({ term }) => term)).toEqual(text.match(plain) ?? []);
  }
});

it('cuts a run of letters that is longer than a word, and one that goes on with what is no ASCII', () => {
  expect(lexemesOf('z'.repeat(70)).map(({ term }) => term.length)).toEqual([64, 6]);
  expect(lexemesOf('cafe\u0301s bar').map(({ term }) => term)).toEqual(['cafe\u0301s', 'bar']);
  expect(lexemesOf("c++ c# don't dog's wf45r").map(({ term }) => term)).toEqual(['c++', 'c#', 'dont', 'dog', 'wf45r']);
});

it('tells what a word is made of as the patterns of Unicode do', () => {
  for (let k = 0; k < 3000; k++) {
    const word = mixed();
    const expected =
      (/\p{N}/u.test(word) ? hasDigit : 0) | (/\p{L}/u.test(word) ? hasLetter : 0) | (/^[\p{L}\p{M}]+$/u.test(word) ? isLetters : 0);
    expect(traitsOf(word), word).toBe(expected);
  }
});
