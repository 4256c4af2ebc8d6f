import type { IdMap } from '../../data/id-map.ts';
import { pattern } from '../../work/pattern.ts';
import { Compounds } from './compounds.ts';
import type { Stemmer } from './stemmer.ts';
import { type NearWord, Vocabulary } from './vocabulary.ts';

/** After this many new words, the order of all words is rebuilt. */
const tailSize = 4096;
/** Stems, and words with those near them, that are kept at most. */
const mostStems = 20_000;
const mostNearby = 64;
const stemmable = /^[a-z']+$/;
const digit = pattern(String.raw`\p{N}`, 'u');

/** The words of an index, by their numbers: the forms of one, longer ones, near ones. */
export class WordForms {
  readonly #stem: Stemmer | undefined;
  #words: IdMap;
  #ordered: Vocabulary[] = [];
  #sizes: number[] = [];
  #forms = new Map<string, number[]>(); // stem -> words, where one has another form or was asked for: most words of a catalogue are their own stems
  #stemmed = 0;
  readonly #stems = new Map<string, string>();
  readonly #nearby = new Map<string, NearWord[]>();
  #compounds: Compounds | undefined;

  constructor(words: IdMap, stem: Stemmer | undefined) {
    this.#words = words;
    this.#stem = stem;
  }

  /** Goes on with another map of words. */
  reset(words: IdMap): void {
    this.#words = words;
    this.#ordered = [];
    this.#sizes = [];
    this.#forms = new Map();
    this.#stemmed = 0;
    this.#nearby.clear();
    this.#compounds = undefined;
  }

  /** Whether words are compared by stems, and whether these may be shared by two words. */
  get isStemmed(): boolean {
    return this.#stem !== undefined;
  }
  get isLightlyStemmed(): boolean {
    return this.#stem?.isLight ?? false;
  }

  get compounds(): Compounds {
    this.#compounds ??= new Compounds(this.#words);
    return this.#compounds;
  }

  wordAt(number: number): string {
    return this.#words.idAt(number);
  }

  has(word: string): boolean {
    return this.#words.indexOf(word) >= 0;
  }

  /** The number of a word itself, if there is one. */
  exactly(word: string): number[] {
    const number = this.#words.indexOf(word);
    return number < 0 ? [] : [number];
  }

  /** The numbers of the forms of a word, ascending. */
  same(word: string): readonly number[] {
    if (!this.#stem) return this.exactly(word);
    for (; this.#stemmed < this.#words.size; this.#stemmed++) {
      const form = this.#words.idAt(this.#stemmed);
      const stem = this.#stemFrom(form);
      const forms = this.#forms.get(stem);
      if (forms) forms.push(this.#stemmed);
      else if (stem !== form) this.#forms.set(stem, [...this.#itself(stem).filter((number) => number < this.#stemmed), this.#stemmed]);
    }
    const stem = this.stemOf(word);
    const known = this.#forms.get(stem);
    if (known) return known;
    const itself = this.#itself(stem);
    if (itself.length > 0) this.#forms.set(stem, itself);
    return itself;
  }

  /** What words are compared by. */
  stemOf(word: string): string {
    if (!this.#stem) return word;
    let stem = this.#stems.get(word);
    if (stem === undefined) {
      if (this.#stems.size >= mostStems) this.#stems.clear(); // common words are soon there again
      stem = this.#stemFrom(word);
      this.#stems.set(word, stem);
    }
    return stem;
  }

  /** The numbers of the words that begin so. */
  completions(beginning: string): number[] {
    return this.#vocabularies().flatMap((words) => words.completions(beginning));
  }

  /** Words up to `most` edits away. @param open whether it is enough that a word begins with something that near */
  near(word: string, most: number, open = false): NearWord[] {
    const vocabularies = this.#vocabularies();
    const name = `${word} ${most} ${open}`;
    let found = this.#nearby.get(name);
    if (!found) {
      found = vocabularies.flatMap((words) => words.near(word, most, open));
      if (this.#nearby.size >= mostNearby) this.#nearby.clear();
      this.#nearby.set(name, found);
    }
    return found;
  }

  /** The number of a stem that is also a word. */
  #itself(stem: string): number[] {
    const number = this.exactly(stem);
    return number.length > 0 && this.#stemFrom(stem) === stem ? number : [];
  }

  #stemFrom(word: string): string {
    return this.#stem && stemmable.test(word) ? this.#stem.of(word) : word;
  }

  /** All words in alphabetical order: those of the last time, and those that have come since. */
  #vocabularies(): readonly Vocabulary[] {
    const { size } = this.#words;
    const [whole = 0, tail = 0] = this.#sizes;
    if (size !== whole + tail) {
      const keep = whole > 0 && size - whole <= Math.max(tailSize, whole / 8);
      const from = keep ? whole : 0;
      const words = Array.from({ length: size - from }, (_, k) => this.#words.idAt(from + k));
      const made = new Vocabulary(words, from);
      this.#ordered = keep ? [this.#ordered[0], made] : [made];
      this.#sizes = keep ? [whole, size - whole] : [size];
      this.#nearby.clear();
    }
    return this.#ordered;
  }
}

/** How many edits a word of this length may be away. A number that is nearly right is another number. */
export function editsOf(word: string): number {
  return word.length < 4 || digit().test(word) ? 0 : word.length < 8 ? 1 : 2;
}
