import type { Orders } from './orders.ts';
import type { Halves, Row } from './parted-words.ts';
import { hasNeighbours } from './phrases.ts';
import type { Postings } from './postings.ts';
import type { Level } from './query-terms.ts';
import type { Texts } from './texts.ts';

/** The texts that have a term, each once, and what each earns by it before the weight of the term: its share times tf / (tf + k1). */
export interface TermList {
  texts: Int32Array;
  values: Float64Array;
  /** How many there are; the arrays may be longer. */
  size: number;
}

/** What tf is made of, as {@link LexicalIndex} explains it. */
interface TermListSettings {
  k1: number;
  b: number;
  weights: readonly number[];
}

/** Lists shorter than this are made faster than they are found again. */
const shortest = 16;
/** A list is kept while all kept ones together have no more entries than this share of those of the index. */
const keptShare = 1 / 2;
/** Two words side by side count as one in fields whose texts are no longer than this on average: in longer ones many stand so by chance. */
const longestWithRows = 64;
/** Rows that are kept at most, and words whose halves are. */
const mostRows = 8192;

/**
 * Makes the list of a term from postings. Lists of single words, in all their forms, are kept until the next change: frequent words
 * take nearly all of the time of a query, and come again and again. A kept list is the same bits as one made anew.
 */
export class TermLists {
  readonly #settings: TermListSettings;
  readonly #fields: readonly Postings[];
  readonly #texts: Texts;
  readonly #orders: readonly Orders[] | undefined;
  /** The texts that have two words side by side, by field, of the rows that were asked for since the last change. */
  readonly #rows = new Map<string, number[][]>();
  readonly #halves = new Map<string, Halves[]>();
  #read = new Int32Array(0); // the texts of one word
  #readCounts = new Int32Array(0);
  #sums = new Float64Array(0); // tf of one term, by text
  #levels = new Uint8Array(0); // which of its levels that is of, from 1
  #group = new Int32Array(0); // the texts that have it
  #values = new Float64Array(0);
  /** By the first form; lists of terms in all fields, then those of single words of each field. */
  #kept: Map<number, TermList & { words: readonly number[] }>[] = [];
  #room = 0; // entries that may still be kept

  constructor(settings: TermListSettings, fields: readonly Postings[], texts: Texts, orders?: readonly Orders[]) {
    this.#settings = settings;
    this.#orders = orders;
    this.#fields = fields;
    this.#texts = texts;
    this.forget();
  }

  /** To be called when texts have come or gone. */
  forget(): void {
    this.#rows.clear();
    this.#halves.clear();
    if (this.#kept.length > 0 && this.#kept.every(({ size }) => size === 0)) return;
    this.#kept = [new Map(), ...this.#fields.map(() => new Map())];
  }

  /** To be called before a query. */
  prepare(): void {
    const { length } = this.#texts.keyOf;
    if (this.#kept.every(({ size }) => size === 0)) {
      const entries = this.#fields.reduce((sum, postings) => sum + postings.columns().texts.length, 0);
      this.#room = Math.floor(keptShare * entries);
    }
    if (this.#sums.length >= length) return;
    this.#sums = new Float64Array(length);
    this.#levels = new Uint8Array(length);
    this.#group = new Int32Array(length);
    this.#values = new Float64Array(length);
    this.#read = new Int32Array(length);
    this.#readCounts = new Int32Array(length);
  }

  /** The list of a term in some fields; valid until the next call. For a text the best kind of word alone counts. */
  of(levels: readonly Level[], fields: readonly number[]): TermList {
    const [{ words, share, together } = { words: [], share: 0 }] = levels;
    const isPlain = levels.length === 1 && share === 1 && !together && words.length > 0 && fields.length === this.#fields.length;
    const known = isPlain ? this.#known(0, words) : undefined;
    if (known) return known;
    const size = this.#gather(levels, fields);
    const { k1 } = this.#settings;
    for (let g = 0; g < size; g++) {
      const text = this.#group[g];
      const tf = this.#sums[text];
      this.#values[g] = (levels[this.#levels[text] - 1].share * tf) / (tf + k1);
      this.#levels[text] = 0;
    }
    return isPlain ? this.#keep(0, words, size) : { texts: this.#group, values: this.#values, size };
  }

  /** The list of a single word in a single field, unless it has more than `most` texts; valid until the next call. */
  ofWord(field: number, word: number, most: number): TermList | undefined {
    const known = this.#kept[1 + field].get(word);
    if (known) return known;
    const { k1 } = this.#settings;
    const { texts, counts, from, to } = this.#entries(field, word);
    if (to - from > most) return undefined;
    const tf = this.#frequencies(field);
    for (let e = from; e < to; e++) {
      const frequency = tf(counts[e], texts[e]);
      this.#group[e - from] = texts[e];
      this.#values[e - from] = frequency / (frequency + k1);
    }
    return this.#keep(1 + field, [word], to - from);
  }

  /** The texts with a word, and its weighted counts there, with no regard to lengths. */
  countsOf(word: number): { texts: Int32Array; counts: Float64Array } {
    const size = this.#gather([{ share: 1, words: [word] }], Array.from(this.#fields.keys()), true);
    const texts = this.#group.slice(0, size);
    for (const text of texts) this.#levels[text] = 0;
    return { texts, counts: Float64Array.from(texts, (text) => this.#sums[text]) };
  }

  /** The texts with a word in a field, without those that have been removed; valid until the next call. */
  textsOf(field: number, word: number): Int32Array {
    const { texts, from, to } = this.#entries(field, word);
    return texts.subarray(from, to);
  }

  /** Whether a text has one of these words. */
  hasAny(words: readonly number[]): boolean {
    const { live, count } = this.#texts;
    return words.some((word) =>
      this.#fields.some((postings, field) => postings.has(word) && (live === count || this.textsOf(field, word).length > 0)),
    );
  }

  /** How many texts have one of these words, a text once for each word and field. */
  countOf(words: readonly number[]): number {
    return words.reduce((sum, word) => sum + this.#fields.reduce((all, _, field) => all + this.textsOf(field, word).length, 0), 0);
  }

  /** Whether a text has two words side by side. */
  hasRow(row: Row): boolean {
    return this.#textsOfRow(row).some(({ length }) => length > 0);
  }

  #textsOfRow([left, right]: Row): number[][] {
    if (!this.#orders || left.length === 0 || right.length === 0) return [];
    const name = `${left[0]} ${right[0]}`; // the first form stands for all
    let found = this.#rows.get(name);
    if (found) return found;
    if (this.#rows.size >= mostRows) this.#rows.clear();
    found = this.#orders.map((orders, field) => {
      if (!this.#isShort(field)) return [];
      const lists = [left, right].map((words) => words.map((word) => this.textsOf(field, word).slice()));
      const [fewer, more] = sizeOf(lists[0]) < sizeOf(lists[1]) ? lists : [lists[1], lists[0]];
      const both = [...new Set(fewer.flatMap((texts) => [...texts]))].filter((text) => more.some((texts) => isIn(texts, text)));
      return both.filter((text) => hasNeighbours(orders.read(text), left, right));
    });
    this.#rows.set(name, found);
    return found;
  }

  /** Whether its texts are, on average. */
  #isShort(field: number): boolean {
    const { words, live } = this.#texts;
    return words[field] <= longestWithRows * live;
  }

  get hasRows(): boolean {
    return this.#fields.some((_, field) => this.#isShort(field));
  }

  halvesOf(word: string, find: () => Halves[]): Halves[] {
    let found = this.#halves.get(word);
    if (found) return found;
    found = find();
    if (this.#halves.size >= mostRows) this.#halves.clear();
    this.#halves.set(word, found);
    return found;
  }

  #known(where: number, words: readonly number[]): TermList | undefined {
    const known = this.#kept[where].get(words[0]);
    return known && known.words.length === words.length && known.words.every((word, k) => word === words[k]) ? known : undefined;
  }

  /** What has just been made, as a copy that stays where there is room. */
  #keep(where: number, words: readonly number[], size: number): TermList {
    if (size < shortest || size > this.#room) return { texts: this.#group, values: this.#values, size };
    this.#room -= size;
    const list = { texts: this.#group.slice(0, size), values: this.#values.slice(0, size), size, words: words.slice() };
    this.#kept[where].set(words[0], list);
    return list;
  }

  /** Adds up the tf of each text that has a term, by the best level that it has. @returns how many there are. */
  #gather(levels: readonly Level[], fields: readonly number[], plain = false): number {
    let size = 0;
    levels.forEach((level, l) => {
      for (const field of fields) for (const word of level.words) size = this.#gatherWord(field, word, l + 1, size, plain, level.adds);
      for (const parts of level.together ?? []) size = this.#gatherTogether(parts, fields, l + 1, size);
      for (const row of level.rows ?? []) for (const field of fields) size = this.#gatherRow(row, field, l + 1, size);
    });
    return size;
  }

  #gatherWord(field: number, word: number, level: number, before: number, plain: boolean, adds = false): number {
    const levels = this.#levels;
    const sums = this.#sums;
    const group = this.#group;
    const { texts, counts, from, to } = this.#entries(field, word);
    const frequency = this.#frequencies(field, plain);
    let size = before;
    for (let e = from; e < to; e++) {
      const text = texts[e];
      const tf = frequency(counts[e], text);
      if (levels[text] === 0) {
        levels[text] = level;
        sums[text] = tf;
        group[size++] = text;
      } else if (adds || levels[text] === level) sums[text] += tf;
    }
    return size;
  }

  /** Texts that have all of several words, each in any of its forms, count once as if they had a word in their stead. */
  #gatherTogether(parts: readonly (readonly number[])[], fields: readonly number[], level: number, before: number): number {
    let common: Set<number> | undefined;
    for (const forms of parts) {
      const having = new Set<number>();
      for (const field of fields) {
        for (const word of forms) for (const text of this.textsOf(field, word)) if (!common || common.has(text)) having.add(text);
      }
      common = having;
    }
    let size = before;
    for (const text of common ?? []) {
      if (this.#levels[text] > 0) continue;
      this.#levels[text] = level;
      this.#sums[text] = 1;
      this.#group[size++] = text;
    }
    return size;
  }

  /** Texts that have two words side by side count as if they had one word in their stead, once. */
  #gatherRow(row: Row, field: number, level: number, before: number): number {
    const frequency = this.#frequencies(field);
    let size = before;
    for (const text of this.#textsOfRow(row)[field] ?? []) {
      if (this.#levels[text] > 0) {
        if (this.#levels[text] === level) this.#sums[text] += frequency(1, text);
        continue;
      }
      this.#levels[text] = level;
      this.#sums[text] = frequency(1, text);
      this.#group[size++] = text;
    }
    return size;
  }

  /** The tf of a count in a text. */
  #frequencies(field: number, plain = false): (count: number, text: number) => number {
    const b = plain ? 0 : this.#settings.b;
    const { live, words } = this.#texts;
    const weight = this.#settings.weights[field];
    const perWord = (b * live) / words[field];
    const lengths = this.#texts.lengths[field];
    return (count, text) => (weight * count) / (1 - b + perWord * lengths[text]);
  }

  /** The texts of a word and its counts there: those of the columns as they lie, or, where some have come or gone since, a copy. */
  #entries(field: number, word: number): { texts: Int32Array; counts: ArrayLike<number>; from: number; to: number } {
    const postings = this.#fields[field];
    const { live, count } = this.#texts;
    if (live !== count || postings.hasTail(word))
      return { texts: this.#read, counts: this.#readCounts, from: 0, to: this.#readLive(field, word) };
    const { texts, counts, offsets } = postings.columns();
    return word + 1 < offsets.length ? { texts, counts, from: offsets[word], to: offsets[word + 1] } : { texts, counts, from: 0, to: 0 };
  }

  /** Copies the texts with a word in a field, without those that have been removed. @returns how many. */
  #readLive(field: number, word: number): number {
    const size = this.#fields[field].read(word, this.#read, this.#readCounts);
    const { live, count, keyOf } = this.#texts;
    if (live === count) return size;
    let kept = 0;
    for (let e = 0; e < size; e++) {
      if (keyOf[this.#read[e]] < 0) continue;
      this.#read[kept] = this.#read[e];
      this.#readCounts[kept++] = this.#readCounts[e];
    }
    return kept;
  }
}

const sizeOf = (lists: readonly Int32Array[]) => lists.reduce((sum, { length }) => sum + length, 0);

/** Whether a list in ascending order has a number. */
function isIn(list: Int32Array, number: number): boolean {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < number) low = middle + 1;
    else high = middle;
  }
  return list[low] === number;
}
