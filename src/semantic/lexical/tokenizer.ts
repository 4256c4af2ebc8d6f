import { pattern } from '../../work/pattern.ts';
/**
 * The words of a text, in order, folded so that spellings meet: lower case, compatibility forms (NFKD), no accents on Latin
 * and Greek letters, no vowel points in Hebrew and Arabic, one form of each Arabic letter and of each digit. A word is a run of letters,
 * digits and their marks; an emoji is one too. Of an English possessive the word before it is left, and "don't" is one word.
 *
 * Scripts without spaces (Chinese, Japanese, Thai, ...) give each character and each pair of neighbours. A dictionary
 * (Intl.Segmenter) would cut them into words, but differently from one runtime to the next, and an index must answer the same in all.
 */
export function tokenize(text: string): string[] {
  return isAscii.test(text) ? (contracted(text.toLowerCase()).match(asciiWord()) ?? []) : wordsOf(fold(text));
}

/**
 * What word search looks for: the words, and after them neighbours that only one of - . / _ divides as one word, if there are a letter
 * and a digit in it: `WF-45R6100AW` is `wf`, `45r6100aw` and `wf45r6100aw`, so it is found however it is spelled.
 */
export function searchTerms(text: string): string[] {
  const folded = isAscii.test(text) ? contracted(text.toLowerCase()) : fold(text);
  const words = isAscii.test(folded) ? (folded.match(asciiWord()) ?? []) : wordsOf(folded);
  for (const [compound] of folded.matchAll(compounds())) {
    const parts = compound.split(joiner);
    for (let from = 0; from < parts.length - 1; from++) {
      for (let to = from + 2; to <= parts.length; to++) {
        const joined = parts.slice(from, to).join('');
        if (joined.length <= longest && hasDigit().test(joined) && hasLetter().test(joined)) words.push(joined);
      }
    }
  }
  return words;
}

/** Longest part of a word that counts: beyond it a word is data, not language. In UTF-16 units. */
export const longestWord = 64;
const longest = longestWord;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
export const isAscii = /^[\x00-\x7f]*$/;
const asciiWord = pattern(`[a-z0-9]{1,${longest}}`, 'g');
const anyWord = pattern(`[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}]{0,${longest - 1}}|\\p{Emoji_Presentation}`, 'gu');
// From the beginning of a run and bounded: else a text of one endless word would take quadratic time.
const compounds = pattern(String.raw`(?<![\p{L}\p{N}])[\p{L}\p{N}]{1,64}(?:[-\u2010./_][\p{L}\p{N}]{1,64}){1,3}`, 'gu');
const joiner = /[-\u2010./_]/;
const hasDigit = pattern(String.raw`\p{N}`, 'u');
const hasLetter = pattern(String.raw`\p{L}`, 'u');
const unspacedClass = ['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar'].map((s) => `\\p{scx=${s}}`).join('');
/** A letter of a script without spaces. */
export const unspaced = pattern(`[${unspacedClass}]`, 'u');
const runs = pattern(`[${unspacedClass}]+|[^${unspacedClass}]+`, 'gu');
const mark = pattern(String.raw`\p{M}`, 'u');
const markedLetters = pattern(String.raw`.\p{M}*`, 'gu');
const accents = pattern(String.raw`([\p{Script=Latin}\p{Script=Greek}])[\u0300-\u036f]+`, 'gu');
const points = /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]/g;
const marks = /[©®™]/g; // NFKD would glue "TM" to the word before
const possessive = pattern(String.raw`(\p{L})'s(?![\p{L}\p{N}])`, 'gu');
const negation = pattern(String.raw`n't(?![\p{L}\p{N}])`, 'gu');
const digits = /[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g;
const arabicForms: Record<string, string> = { ى: 'ي', ی: 'ي', ک: 'ك', ة: 'ه' };

/** Takes lower case. */
function contracted(text: string): string {
  return text.includes("'") ? text.replace(possessive(), '$1').replace(negation(), 'nt') : text;
}

function wordsOf(folded: string): string[] {
  const words: string[] = folded.match(anyWord()) ?? [];
  if (!unspaced().test(folded)) return words;
  const pieces: string[] = [];
  for (const word of words) {
    if (!unspaced().test(word)) pieces.push(word);
    else for (const run of word.match(runs()) ?? []) cut(run, pieces);
  }
  return pieces;
}

/** Runs of a word that are of scripts without spaces, and what stands between them. */
export function splitScripts(word: string): string[] {
  return word.match(runs()) ?? [];
}

/** The characters of a run, each with its marks, and each pair of neighbours. */
export function pairsOf(run: string): { term: string; at: number; length: number }[] {
  const found: { term: string; at: number; length: number }[] = [];
  const signs = Array.from(run.matchAll(markedLetters()));
  signs.forEach(({ 0: sign, index: at }, k) => {
    found.push({ term: sign, at, length: sign.length });
    const next = signs[k + 1]?.[0];
    if (next !== undefined) found.push({ term: sign + next, at, length: sign.length + next.length });
  });
  return found;
}

/** Letters that Unicode does not decompose, and ё, as people type them who do not have them. */
const plainLetters: Record<string, string> = {
  œ: 'oe',
  æ: 'ae',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ŀ: 'l',
  ĸ: 'k',
  ё: 'е',
};

/**
 * A text as product words are compared: as {@link tokenize} folds it, with plain letters for those that do not decompose, 1½ as `1 1/2`, and
 * without soft hyphens. Apostrophes stay.
 */
export function foldProduct(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase();
  return plain(
    text
      .replace(/(?<=\d)(?=[¼-¾⅐-⅞])/g, ' ')
      .replace(/(?<=\d)º/g, '°')
      .replace(/[´‘ʻ]/g, "'"),
  )
    .replace(/\u00ad/g, '')
    .replace(/[œæøłđðþħŧıŀĸё]/g, (letter) => plainLetters[letter])
    .replaceAll('\u2044', '/');
}

/** Lower case without a locale; the final sigma depends on its neighbours, so it becomes the plain one. */
function fold(text: string): string {
  return contracted(plain(text));
}

function plain(text: string): string {
  return text
    .replace(marks, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(accents(), '$1')
    .replace(points, '')
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
    .replace(/[ىیکة]/g, (letter) => arabicForms[letter])
    .replace(digits, (digit) => String((digit.charCodeAt(0) - (digit < '\u0966' ? 0 : 6)) & 15))
    .replace(/[’ʼ]/g, "'")
    .normalize('NFC');
}

/** Single characters and pairs of a run without spaces; a mark stays with its letter. */
function cut(run: string, pieces: string[]): void {
  if (!unspaced().test(run)) {
    pieces.push(run);
    return;
  }
  const letters = mark().test(run) ? (run.match(markedLetters()) ?? []) : Array.from(run);
  for (let k = 0; k < letters.length; k++) {
    pieces.push(letters[k]);
    if (k + 1 < letters.length) pieces.push(letters[k] + letters[k + 1]);
  }
}
