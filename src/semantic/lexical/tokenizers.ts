import { AttuneError, shown } from '../../errors.ts';
import { flag, readOptions } from '../../options.ts';
import { pattern } from '../../work/pattern.ts';
import type { Words } from './cut-words.ts';
import { type TextRange, union } from './highlight.ts';
import type { Placed } from './orders.ts';
import { type ProductTermOptions, productTerms } from './product-terms.ts';
import { foldProduct } from './tokenizer.ts';

/** Cuts a text into the words that are compared, in order. The same for documents and queries. */
export type Tokenizer = (text: string) => string[];

/** Options of {@link productTokenizer}. */
export interface ProductTokenizerOptions {
  /** Whether quantities meet across units: 0.25 kg and 250 g, 1 in and 25.4 mm, to five digits. Default false. */
  units?: boolean | undefined;
}

const settingsOf = new WeakMap<Tokenizer, ProductTermOptions>();

/**
 * The tokenizer that an index has by default, as an option of `SemanticIndex.build` where it should differ, or as a function of a text. Unlike
 * one of your own, an index file remembers it.
 * @throws ERR_BAD_OPTION
 */
export function productTokenizer(options: ProductTokenizerOptions = {}): Tokenizer {
  const settings = readOptions('productTokenizer', options, { units: flag(false) });
  const tokenizer: Tokenizer = (text) => productTerms(foldProduct(text), false, settings).map(({ term }) => term);
  settingsOf.set(tokenizer, settings);
  return tokenizer;
}

/** The settings of a {@link productTokenizer}; undefined for any other function. */
export function productSettings(tokenizer: Tokenizer): ProductTermOptions | undefined {
  return settingsOf.get(tokenizer);
}

/** Words as a function of the caller cuts them. */
export function ownWords(tokenizer: Tokenizer): Omit<Words, 'stopWords' | 'hasCompounds'> {
  const cut = (text: string): string[] => {
    const words: unknown = tokenizer(text);
    if (Array.isArray(words) && words.every((word) => typeof word === 'string' && word.isWellFormed()))
      return words.filter((word) => word !== '');
    throw new AttuneError('ERR_BAD_OPTION', `The option 'tokenizer' must give a list of well-formed texts, got ${shown(words)}.`);
  };
  const placed = (words: string[]): Placed<string>[] => words.map((word, at) => ({ word, at, span: 1, isExtra: false }));
  return {
    ofDocument(text) {
      const words = cut(text);
      return { words, extras: [], placed: placed(words) };
    },
    ofQuery: (text) => ({ words: cut(text), extras: [] }),
    last(text) {
      const last = cut(text).at(-1);
      return last === undefined ? undefined : new Set([last]);
    },
    ranges: (text, isFound) => ownRanges(text, cut, isFound),
    placed: (text) => placed(cut(text)),
    splits: false,
  };
}

const runs = pattern(String.raw`[\p{L}\p{N}\p{M}]+(?:[-'’./_][\p{L}\p{N}\p{M}]+)*`, 'gu');

/** A function gives no places, so each run of letters and digits is cut by itself. */
function ownRanges(text: string, cut: Tokenizer, isFound: (word: string) => boolean): TextRange[] {
  const ranges: TextRange[] = [];
  for (const { 0: run, index } of text.matchAll(runs())) {
    if (cut(run).some(isFound)) ranges.push({ start: index, end: index + run.length });
  }
  return union(ranges);
}
