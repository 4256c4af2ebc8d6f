/**
 * The words of a text, in order, folded so that spellings meet: lower case, compatibility forms (NFKD), no accents on Latin
 * and Greek letters, no vowel points in Hebrew and Arabic. A word is a run of letters, digits and their marks; an emoji is one too.
 *
 * Scripts without spaces (Chinese, Japanese, Thai, ...) give each character and each pair of neighbours. A dictionary
 * (Intl.Segmenter) would cut them into words, but differently from one runtime to the next, and an index must answer the same in all.
 */
export function tokenize(text: string): string[] {
  if (isAscii.test(text)) return text.toLowerCase().match(asciiWord) ?? [];
  const words = fold(text).match(anyWord) ?? [];
  return words.some((word) => unspaced.test(word)) ? words.flatMap(cut) : words;
}

/** Longest part of a word that counts: beyond it a word is data, not language. In UTF-16 units. */
const longest = 64;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const isAscii = /^[\x00-\x7f]*$/;
const asciiWord = new RegExp(`[a-z0-9]{1,${longest}}`, 'g');
const anyWord = new RegExp(`[\\p{L}\\p{N}][\\p{L}\\p{N}\\p{M}]{0,${longest - 1}}|\\p{Emoji_Presentation}`, 'gu');
const unspacedClass = ['Han', 'Hiragana', 'Katakana', 'Bopomofo', 'Thai', 'Lao', 'Khmer', 'Myanmar'].map((s) => `\\p{scx=${s}}`).join('');
const unspaced = new RegExp(`[${unspacedClass}]`, 'u');
const runs = new RegExp(`[${unspacedClass}]+|[^${unspacedClass}]+`, 'gu');
const accents = /([\p{Script=Latin}\p{Script=Greek}])[\u0300-\u036f]+/gu;
const points = /[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]/g;
const marks = /[©®™]/g; // NFKD would glue "TM" to the word before

/** Lower case without a locale; the final sigma depends on its neighbours, so it becomes the plain one. */
function fold(text: string): string {
  return text
    .replace(marks, ' ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(accents, '$1')
    .replace(points, '')
    .replaceAll('ß', 'ss')
    .replaceAll('ς', 'σ')
    .normalize('NFC');
}

/** Single characters and pairs of a run without spaces; a mark stays with its letter. */
function cut(word: string): string[] {
  return (word.match(runs) ?? []).flatMap((run) => {
    if (!unspaced.test(run)) return [run];
    const letters = run.match(/.\p{M}*/gu) ?? [];
    return letters.flatMap((letter, k) => (k + 1 < letters.length ? [letter, letter + letters[k + 1]] : [letter]));
  });
}
