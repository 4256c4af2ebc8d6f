import { pattern } from '../../work/pattern.ts';

/** What a word is made of, as bits. */
export const hasDigit = 1;
export const hasLetter = 2;
/** Nothing but letters and their marks. */
export const isLetters = 4;

const letters = pattern(String.raw`^[\p{L}\p{M}]+$`, 'u');
const letter = pattern(String.raw`\p{L}`, 'u');
const digit = pattern(String.raw`\p{N}`, 'u');

/** The traits of a word that is not empty. Three patterns in one pass, because every word of a catalogue is asked. */
export function traitsOf(word: string): number {
  let traits = isLetters;
  for (let k = 0; k < word.length; k++) {
    const code = word.charCodeAt(k);
    if (code > 127) return byPatterns(word);
    if ((code | 32) >= 97 && (code | 32) <= 122) traits |= hasLetter;
    else traits = (traits & ~isLetters) | (code >= 48 && code <= 57 ? hasDigit : 0);
  }
  return traits;
}

function byPatterns(word: string): number {
  return (digit().test(word) ? hasDigit : 0) | (letter().test(word) ? hasLetter : 0) | (letters().test(word) ? isLetters : 0);
}
