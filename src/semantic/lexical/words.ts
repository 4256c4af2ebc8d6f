import { pattern } from '../../work/pattern.ts';
import type { DocumentWords, IsFound, Words } from './cut-words.ts';
import { type TextRange, union } from './highlight.ts';
import { wordRanges } from './highlight-words.ts';
import { hasCompounds, type Language, stopWordsOf } from './languages.ts';
import { lexemesOf, type TextTerm } from './lexemes.ts';
import type { Placed } from './orders.ts';
import { type ProductTermOptions, productTerms } from './product-terms.ts';
import { foldProduct, isAscii, searchTerms, tokenize } from './tokenizer.ts';
import { ownWords, type Tokenizer } from './tokenizers.ts';

/** How an index cuts texts, as its file says it. */
export interface WordSettings {
  /** The version; undefined is the first. */
  words?: number | undefined;
  language?: Language | undefined;
  /** Whether quantities of different units meet. */
  units?: boolean | undefined;
  /** Whether a function of the caller cuts texts. */
  ownTokenizer?: boolean | undefined;
}

/** The version that new indexes have. */
export const newestWords = 3;

const onlyLetters = pattern(String.raw`^\p{L}+$`, 'u');
const none: ReadonlySet<string> = new Set();
const never = () => false;

/** @param tokenizer the caller's, where the settings say so. */
export function wordsOf({ words, language = 'none', units = false }: WordSettings, tokenizer?: Tokenizer): Words {
  if (words !== 3) return words === 2 ? productWords({}) : plainWords;
  const known = { stopWords: stopWordsOf(language), hasCompounds: hasCompounds(language) };
  if (tokenizer) return { ...ownWords(tokenizer), ...known };
  const options = { units, joinsUmlauts: language === 'de', keepsOrder: true };
  return { ...productWords(options), placed: (text, isQuery) => placedTerms(text, isQuery, options), ...known };
}

const plainWords: Words = {
  ofDocument: (text) => ({ words: searchTerms(text), extras: [] }),
  ofQuery: (text) => ({ words: searchTerms(text), extras: [] }),
  last(text) {
    const bare = tokenize(text);
    const last = bare.at(-1);
    return last === undefined ? undefined : lastOf(last, searchTerms(text).slice(bare.length));
  },
  ranges: wordRanges,
  splits: false,
  stopWords: none,
  hasCompounds: never,
};

const productWords = (options: ProductTermOptions & { keepsOrder?: boolean }): Words => ({
  ofDocument(text) {
    const list: DocumentWords = { words: [], extras: [] };
    const folded = foldProduct(text);
    const lexemes = lexemesOf(folded);
    const terms = productTerms(folded, false, options, lexemes);
    for (const { term, isExtra } of terms) (isExtra ? list.extras : list.words).push(term);
    if (options.keepsOrder) list.placed = inPlaces(terms, lexemes);
    return list;
  },
  ofQuery(text) {
    const terms = productTerms(foldProduct(text), true, options);
    const words = terms.filter(({ isExtra }) => !isExtra);
    const extras = terms.filter(({ isExtra }) => isExtra).sort((a, b) => a.start - b.start);
    let from = 0; // both are in order of their beginnings, so a long query takes linear time
    return {
      words: words.map(({ term }) => term),
      extras: extras.map(({ term, start, end }) => {
        while (from < words.length && words[from].start < start) from++;
        const of: string[] = [];
        for (let k = from; k < words.length && words[k].start < end; k++) if (words[k].end <= end) of.push(words[k].term);
        // A part of a word, as a Korean noun without its particle is, stands for that word.
        if (of.length === 0) {
          const whole = [words[from], words[from - 1]].find((word) => word && word.start <= start && word.end >= end);
          if (whole) of.push(whole.term);
        }
        return { word: term, of };
      }),
    };
  },
  last(text) {
    const { words, extras } = this.ofQuery(text);
    const last = words.at(-1);
    if (last === undefined) return undefined;
    return lastOf(
      last,
      extras.map(({ word }) => word),
    );
  },
  ranges(text, isFound) {
    if (isAscii.test(text)) return union(foundTerms(foldProduct(text), options, isFound).map(rangeOf));
    const { folded, startOf, endOf } = foldedWithPlaces(text);
    const found = foundTerms(folded, options, isFound);
    return union(found.map(({ start, end }) => ({ start: startOf[start], end: endOf[end - 1] })));
  },
  splits: true,
  stopWords: none,
  hasCompounds: never,
});

/** The words of a text that pass a test, and two neighbours that do as one word, where the first of them does not by itself. */
function foundTerms(folded: string, options: ProductTermOptions & { keepsOrder?: boolean }, isFound: IsFound): TextTerm[] {
  const lexemes = lexemesOf(folded);
  const found = productTerms(folded, false, options, lexemes).filter(({ term }) => isFound(term));
  if (!options.keepsOrder) return found;
  const starts = new Set(found.map(({ start }) => start));
  const joined = productTerms(folded, true, options, lexemes).filter(({ term, isExtra }) => isExtra && onlyLetters().test(term));
  return [...found, ...joined.filter(({ term, start }) => !starts.has(start) && isFound(term, true))];
}

function placedTerms(text: string, isQuery: boolean, options: ProductTermOptions): Placed<string>[] {
  const folded = foldProduct(text);
  const lexemes = lexemesOf(folded);
  return inPlaces(productTerms(folded, isQuery, options, lexemes), lexemes);
}

/** The places are the beginnings of lexemes; a term takes those that begin within it. In order. */
function inPlaces(terms: readonly TextTerm[], lexemes: readonly { start: number }[]): Placed<string>[] {
  const starts = placesOf(lexemes);
  const ends = new Int32Array(starts.length + 1); // of the terms of each place, to sort them by counting: most are in order, but for the extras
  const placed: Placed<string>[] = [];
  let at = 0;
  for (const { term, start, end, isExtra = false } of terms) {
    at = firstFrom(starts, start, at);
    ends[at]++;
    placed.push({ word: term, at, span: Math.max(1, firstFrom(starts, end, at) - at), isExtra });
  }
  let next = 0;
  for (let place = 0; place < ends.length; place++) next = ends[place] += next;
  const sorted: Placed<string>[] = new Array(placed.length);
  for (let k = placed.length - 1; k >= 0; k--) sorted[--ends[placed[k].at]] = placed[k];
  return sorted;
}

/** Where lexemes begin, ascending; the characters and pairs of a script without spaces begin at the same places. */
function placesOf(lexemes: readonly { start: number }[]): number[] {
  const starts: number[] = [];
  for (const { start } of lexemes) if (start !== starts.at(-1)) starts.push(start);
  return starts;
}

/** How many places lie before a position. @param near where to begin to count from; terms come in order but for a few times that they begin anew */
function firstFrom(starts: readonly number[], position: number, near: number): number {
  let k = near;
  while (k > 0 && starts[k - 1] >= position) k--;
  while (starts[k] < position) k++;
  return k;
}

function lastOf(last: string, others: readonly string[]): Set<string> {
  return new Set([last, ...others.filter((other) => other.endsWith(last))]);
}

const rangeOf = ({ start, end }: TextRange): TextRange => ({ start, end });

/** A letter with its marks, the voicing of half-width Katakana and the parts of a decomposed Hangul syllable included. */
const clusters = pattern(String.raw`[\s\S][\p{M}\uff9e\uff9f\u1160-\u11ff]*`, 'gu');

/** A text folded letter by letter, and where each unit of it stands in the text. */
function foldedWithPlaces(text: string): { folded: string; startOf: number[]; endOf: number[] } {
  let folded = '';
  let isDigitBefore = false;
  const startOf: number[] = [];
  const endOf: number[] = [];
  for (const { 0: cluster, index } of text.matchAll(clusters())) {
    // 1½ is 1 1/2, as where a text is folded at once.
    const isDigitAt = isDigitBefore;
    const space = isDigitAt && /^[¼-¾⅐-⅞]/.test(cluster) ? ' ' : '';
    isDigitBefore = /\d$/.test(cluster);
    const part = space + (isDigitAt && cluster === 'º' ? '°' : foldProduct(cluster));
    folded += part;
    for (let unit = 0; unit < part.length; unit++) {
      startOf.push(index);
      endOf.push(index + cluster.length);
    }
  }
  return { folded, startOf, endOf };
}
