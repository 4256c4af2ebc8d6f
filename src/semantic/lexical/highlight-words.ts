import { pattern } from '../../work/pattern.ts';
import { type TextRange, union } from './highlight.ts';
import { searchTerms, tokenize } from './tokenizer.ts';

const words = pattern(String.raw`[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’ʼ][\p{L}\p{N}\p{M}]+)*|\p{Emoji_Presentation}`, 'gu');
const compounds = pattern(
  String.raw`(?<![\p{L}\p{N}\p{M}])[\p{L}\p{N}\p{M}]{1,64}(?:[-\u2010\u2011./_][\p{L}\p{N}\p{M}]{1,64}){1,3}`,
  'gu',
);
const letters = pattern(String.raw`.\p{M}*`, 'gsu');

/** The parts of a text whose words, as the first version of the tokenizer cuts them, pass a test. */
export function wordRanges(text: string, isFound: (word: string) => boolean): TextRange[] {
  const ranges: TextRange[] = [];
  for (const { 0: word, index } of text.matchAll(words())) {
    const tokens = tokenize(word);
    if (tokens.length === 0) continue;
    if (tokens.length === 1) {
      if (isFound(tokens[0])) ranges.push({ start: index, end: index + word.length });
    } else ranges.push(...inside(word, index, isFound));
  }
  for (const { 0: compound, index } of text.matchAll(compounds())) {
    const whole = searchTerms(compound).slice(tokenize(compound).length);
    if (whole.some(isFound)) ranges.push({ start: index, end: index + compound.length });
  }
  return union(ranges);
}

/** A run of letters that is several words: pairs of a script without spaces, or words that an apostrophe divides. */
function inside(run: string, at: number, isFound: (word: string) => boolean): TextRange[] {
  const ranges: TextRange[] = [];
  const parts = Array.from(run.matchAll(/[^'’ʼ]+/g));
  for (const { 0: part, index } of parts) {
    const tokens = tokenize(part);
    if (tokens.length === 1) {
      if (isFound(tokens[0])) ranges.push({ start: at + index, end: at + index + part.length });
      continue;
    }
    for (const { 0: letter, index: place } of part.matchAll(letters())) {
      const found = tokenize(letter);
      if (found.length > 0 && found.every(isFound)) ranges.push({ start: at + index + place, end: at + index + place + letter.length });
    }
  }
  return ranges;
}
