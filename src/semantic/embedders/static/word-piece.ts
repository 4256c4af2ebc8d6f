import { pattern } from '../../../work/pattern.ts';
/**
 * The tokens of uncased BERT models: basic tokenization (control characters dropped, lower case, no accents, Chinese characters and
 * punctuation apart), then the longest piece of the vocabulary first (WordPiece, Wu et al. 2016; Devlin et al. 2019). The same
 * ids as `@huggingface/transformers` gives, without the tokens around a text; names of special tokens inside a text are ordinary text.
 */
export class WordPiece {
  /** The pieces; one that continues a word begins with `##`. Its place is its id. */
  readonly vocabulary: readonly string[];
  readonly #ids = new Map<string, number>();
  readonly #unknown: Int32Array;
  /** No piece is longer, in characters, so no longer one need be looked up. */
  readonly #longest: number;
  readonly #words = new Map<string, Int32Array>();

  constructor(vocabulary: readonly string[]) {
    this.vocabulary = vocabulary;
    vocabulary.forEach((piece, id) => {
      this.#ids.set(piece, id);
    });
    this.#longest = vocabulary.reduce((longest, piece) => Math.max(longest, piece.length), 1);
    this.#unknown = Int32Array.from(this.#ids.has(unknownPiece) ? [this.#ids.get(unknownPiece) as number] : []);
  }

  /** The ids of a text, in order. A word that cannot be composed of pieces is `[UNK]`, or nothing when the vocabulary has no such piece. */
  ids(text: string): number[] {
    const ids: number[] = [];
    for (const word of basicWords(text)) {
      let pieces = this.#words.get(word);
      if (pieces === undefined) {
        if (this.#words.size >= 50_000) this.#words.clear(); // common words are soon cached again
        pieces = this.#cut(word);
        this.#words.set(word, pieces);
      }
      for (let k = 0; k < pieces.length; k++) ids.push(pieces[k]);
    }
    return ids;
  }

  #cut(word: string): Int32Array {
    const letters = [...word];
    if (letters.length > longestWord) return this.#unknown;
    const ids: number[] = [];
    for (let start = 0; start < letters.length; ) {
      const prefix = start === 0 ? '' : '##';
      let end = Math.min(letters.length, start + this.#longest);
      let id: number | undefined;
      for (; end > start; end--) {
        id = this.#ids.get(prefix + letters.slice(start, end).join(''));
        if (id !== undefined) break;
      }
      if (id === undefined) return this.#unknown;
      ids.push(id);
      start = end;
    }
    return Int32Array.from(ids);
  }
}

/** The words and punctuation marks of a text as BERT's basic tokenizer cuts them, lower case and without accents. */
export function basicWords(text: string): string[] {
  if (isAscii.test(text)) return text.replace(asciiControl, '').toLowerCase().match(asciiWord) ?? [];
  return (
    text
      .replace(control(), (character) => (character === '\t' || character === '\n' || character === '\r' ? ' ' : ''))
      .replace(chinese, ' $& ')
      .toLowerCase()
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '')
      .match(anyWord()) ?? []
  );
}

const unknownPiece = '[UNK]';
/** In characters. Beyond it a word is unknown, as in BERT. */
export const longestWord = 100;

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant.
const isAscii = /^[\x00-\x7f]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is dropped.
const asciiControl = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
const asciiWord = /[a-z0-9]+|[!-/:-@[-`{-~]/g;
const control = pattern(String.raw`[\p{Cc}\p{Cf}\p{Co}\p{Cs}\ufffd]`, 'gu');
/** Of the basic plane: those beyond it the reference leaves in their words as well. */
const chinese = /[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff]/g;
const anyWord = pattern(String.raw`[^\s\p{P}!-/:-@[-\x60{-~]+|[\p{P}!-/:-@[-\x60{-~]`, 'gu');
