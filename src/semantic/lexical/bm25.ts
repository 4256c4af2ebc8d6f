import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { IdMap } from '../../data/id-map.ts';
import { AttuneError } from '../../errors.ts';
import { type Ranked, TopK } from '../../numeric/top-k.ts';
import type { TextRange } from './highlight.ts';
import { Postings } from './postings.ts';
import { type Term, TermReader, type WordOptions } from './query-terms.ts';
import { Texts } from './texts.ts';
import { type Words, wordsOf } from './words.ts';

/** How words are compared and counted. */
export interface Bm25Options {
  /** Term frequency saturation (k1): how much a repeated word still adds; 0 counts a word once. */
  k1: number;
  /** Length normalization (b), 0 to 1. */
  b: number;
  /** What a word in each field counts, one number per field of a text. Default one field of weight 1. */
  weights?: readonly number[] | undefined;
  /** How texts are cut into words. Default the first version, which older files have. */
  words?: number | undefined;
  /** Whether words of one stem are the same word. Default not. */
  stem?: 'english' | undefined;
}

/** Measured on the SciFact training queries: nDCG@10 .667, against .663 for the (.9, .4) of other libraries. */
export const bm25Defaults: Bm25Options = { k1: 1.2, b: 0.75 };

/** The scores of one query. Valid until the next query of the same index. */
export interface LexicalMatch {
  /** The best keys, best first, equal ones by ascending key; only texts that have a word of the query. */
  top(n: number, allowed?: Uint8Array): Ranked;
  /** The score of a key; 0 when it has no word of the query. */
  of(key: number): number;
  /** What a text of mean length earns that has each word of the query once. Words that no text has count as the rarest ones do. */
  par: number;
  /** How many times `par` a score can be. */
  most: number;
}

/**
 * Word search by BM25 (Robertson & Zaragoza 2009, with the idf of Lucene, which is never negative), in several fields BM25F:
 * score = Σ over the words of the query of ln(1 + (N − df + ½)/(df + ½)) · tf (k1 + 1) / (tf + k1), where
 * tf = Σ over the fields of weight · count / (1 − b + b · length/mean length).
 *
 * What stands for a word, as its other forms, completions and near words do, counts together with it: one df for all of them, and for a text
 * the best kind alone. Inside, texts are numbered as they come and never again; a removed or replaced one is skipped until the next merge
 * drops it. Scores are those of an index built from scratch from the current texts.
 */
export class LexicalIndex {
  readonly #options: Bm25Options;
  readonly #weights: readonly number[];
  readonly #cut: Words;
  #words = new IdMap();
  #fields: Postings[];
  #texts: Texts;
  readonly #terms: TermReader;
  #scores = new Float64Array(0);
  #touched = new Int32Array(0);
  #count = 0;
  #list = new Int32Array(0); // the texts of one word
  #listCounts = new Int32Array(0);
  #sums = new Float64Array(0); // tf of one term
  #levels = new Uint8Array(0); // which of its levels that is of, from 1
  #group = new Int32Array(0); // the texts that have it

  constructor(options: Bm25Options = bm25Defaults) {
    this.#options = options;
    this.#weights = options.weights ?? [1];
    this.#fields = this.#weights.map(() => new Postings());
    this.#texts = new Texts(this.#weights.length);
    this.#cut = wordsOf(options.words);
    this.#terms = new TermReader(this.#words, options.stem === 'english', this.#cut);
  }

  /** Number of texts. */
  get size(): number {
    return this.#texts.live;
  }

  /** Adds a text, given by its fields; a known key is replaced. */
  add(key: number, ...fields: readonly string[]): void {
    this.remove([key]);
    const words = this.#weights.map((_, field) => this.#cut.ofDocument(fields[field] ?? ''));
    const text = this.#texts.add(
      key,
      words.map((list) => list.words.length),
    );
    words.forEach((list, field) => {
      const counts = new Map<string, number>();
      for (const word of list.words) counts.set(word, (counts.get(word) ?? 0) + 1);
      for (const word of list.extras) if (!counts.has(word)) counts.set(word, 1);
      for (const [word, count] of counts) this.#fields[field].add(this.#words.add(word), text, count);
    });
    if (this.#fields.some((postings) => postings.wantsMerge)) this.merge();
  }

  /** Removes keys. Unknown keys are ignored. */
  remove(keys: Iterable<number>): void {
    for (const key of keys) this.#texts.remove(key);
  }

  /** Scores all texts that have a word of the query. Work is proportional to how often its words occur. */
  match(query: string, options: WordOptions = {}): LexicalMatch {
    this.#clear();
    let par = 0;
    for (const term of this.#terms.read(query, options, (words) => this.#isLive(words))) {
      par += term.times * this.#accumulate(term);
    }
    const { keyOf } = this.#texts;
    const top = (n: number, allowed?: Uint8Array) => {
      const best = new TopK(Math.min(n, this.#count));
      for (let t = 0; t < this.#count; t++) {
        const text = this.#touched[t];
        if (!allowed || allowed[keyOf[text]] > 0) best.offer(keyOf[text], this.#scores[text]);
      }
      return best.take();
    };
    return { top, of: (key) => this.#scores[this.#texts.textOf(key)] ?? 0, par, most: this.#options.k1 + 1 };
  }

  /** The parts of a text that hold what a query finds. */
  ranges(query: string, text: string, options: WordOptions = {}): TextRange[] {
    this.#clear();
    return this.#cut.ranges(
      text,
      this.#terms.matcher(query, options, (words) => this.#isLive(words)),
    );
  }

  /** Visits every word: the keys of the texts that have it, and its weighted counts there. Both are valid during the visit. */
  visitWords(visit: (keys: Int32Array, counts: Float64Array) => void): void {
    this.merge();
    this.#clear();
    const { keyOf } = this.#texts;
    for (let word = 0; word < this.#words.size; word++) {
      const size = this.#gather([{ words: [word] }], true);
      const texts = this.#group.subarray(0, size);
      visit(
        texts.map((text) => keyOf[text]),
        Float64Array.from(texts, (text) => this.#sums[text]),
      );
      for (const text of texts) this.#levels[text] = 0;
    }
  }

  /** Sorts what was added into the postings and drops what was removed. */
  merge(): void {
    const renumber = this.#texts.compact();
    const used = new Uint8Array(this.#words.size);
    for (const postings of this.#fields) postings.mark(used, renumber);
    const kept = Int32Array.from(used.keys()).filter((word) => used[word] === 1);
    for (const postings of this.#fields) postings.merge(kept, used.length, renumber);
    this.#scores.fill(0);
    this.#count = 0;
    if (kept.length === used.length) return;
    const words = new IdMap();
    for (const word of kept) words.add(this.#words.idAt(word));
    this.#words = words;
    this.#terms.reset(words);
  }

  /** Its part of a model file. */
  toFile(): Pick<ModelFile, 'tensors' | 'ids'> {
    this.merge();
    const column = <T extends Int32Array | Uint16Array>(data: T) => ({ data, shape: [data.length] });
    const { keyOf, lengths, count } = this.#texts;
    const tensors: ModelFile['tensors'] = { 'lexical.keys': column(keyOf.slice(0, count)) };
    this.#fields.forEach((postings, field) => {
      const columns = postings.columns();
      tensors[`lexical.${field}.offsets`] = column(columns.offsets);
      tensors[`lexical.${field}.texts`] = column(columns.texts);
      tensors[`lexical.${field}.counts`] = column(columns.counts);
      tensors[`lexical.${field}.lengths`] = column(lengths[field].slice(0, count));
    });
    return { tensors, ids: { 'lexical.words': this.#words } };
  }

  /** The inverse of {@link toFile}. @throws ERR_BAD_FILE when its parts do not fit together. */
  static fromFile(file: ModelFile, keys: number, options: Bm25Options): LexicalIndex {
    const index = new LexicalIndex(options);
    index.#words = file.ids['lexical.words'] ?? new IdMap();
    index.#terms.reset(index.#words);
    const keyOf = tensorOf(file, 'lexical.keys', Int32Array);
    const lengths = index.#fields.map((_, field) => tensorOf(file, `lexical.${field}.lengths`, Int32Array, keyOf.length));
    for (let text = 0; text < keyOf.length; text++) {
      const key = keyOf[text];
      if (!(key >= 0 && key < keys) || index.#texts.textOf(key) >= 0) throw damaged('a key is out of range or occurs twice');
      index.#texts.add(
        key,
        lengths.map((list) => list[text]),
      );
    }
    index.#fields = index.#fields.map((_, field) => {
      const offsets = tensorOf(file, `lexical.${field}.offsets`, Int32Array, index.#words.size + 1);
      const texts = tensorOf(file, `lexical.${field}.texts`, Int32Array);
      const counts = tensorOf(file, `lexical.${field}.counts`, Uint16Array, texts.length);
      if (offsets[0] !== 0 || offsets.at(-1) !== texts.length || offsets.some((at, k) => k > 0 && at < offsets[k - 1]))
        throw damaged('its offsets do not increase');
      if (texts.some((text) => !(text >= 0 && text < keyOf.length))) throw damaged('a text number is out of range');
      return Postings.fromColumns({ offsets, texts, counts });
    });
    return index;
  }

  /** Forgets the last query, and makes room for the next. */
  #clear(): void {
    for (let t = 0; t < this.#count; t++) this.#scores[this.#touched[t]] = 0;
    this.#count = 0;
    const { length } = this.#texts.keyOf;
    if (this.#scores.length >= length) return;
    this.#scores = new Float64Array(length);
    this.#sums = new Float64Array(length);
    this.#levels = new Uint8Array(length);
    this.#touched = new Int32Array(length);
    this.#group = new Int32Array(length);
    this.#list = new Int32Array(length);
    this.#listCounts = new Int32Array(length);
  }

  /** Adds one term to the scores. @returns its idf. */
  #accumulate({ times, levels }: Term): number {
    const { k1 } = this.#options;
    const scores = this.#scores;
    const size = this.#gather(levels);
    // Removed texts may still stand in the lists, so the document frequency is counted, not stored. Rounded, because the last bit of a
    // logarithm may differ between runtimes.
    const idf = Math.fround(Math.log(1 + (this.#texts.live - size + 0.5) / (size + 0.5)));
    const weight = times * idf * (k1 + 1);
    for (let g = 0; g < size; g++) {
      const text = this.#group[g];
      const tf = this.#sums[text];
      const share = levels[this.#levels[text] - 1].share;
      if (scores[text] === 0) this.#touched[this.#count++] = text;
      scores[text] += (share * weight * tf) / (tf + k1);
      this.#levels[text] = 0;
    }
    return idf;
  }

  /** Adds up the tf of each text that has a term, by the best level that it has. @returns how many there are. */
  #gather(levels: readonly { words: readonly number[] }[], plain = false): number {
    const b = plain ? 0 : this.#options.b;
    const { live, words, lengths } = this.#texts;
    let size = 0;
    levels.forEach((level, l) => {
      for (let field = 0; field < this.#fields.length; field++) {
        const weight = this.#weights[field];
        const perWord = (b * live) / words[field];
        const length = lengths[field];
        for (const word of level.words) {
          const found = this.#read(field, word);
          for (let e = 0; e < found; e++) {
            const text = this.#list[e];
            const tf = (weight * this.#listCounts[e]) / (1 - b + perWord * length[text]);
            if (this.#levels[text] === 0) {
              this.#levels[text] = l + 1;
              this.#sums[text] = tf;
              this.#group[size++] = text;
            } else if (this.#levels[text] === l + 1) this.#sums[text] += tf;
          }
        }
      }
    });
    return size;
  }

  #isLive(words: readonly number[]): boolean {
    const { live, count } = this.#texts;
    return words.some((word) =>
      this.#fields.some((postings, field) => postings.has(word) && (live === count || this.#read(field, word) > 0)),
    );
  }

  /** The texts with a word in a field, without those that have been removed. @returns how many. */
  #read(field: number, word: number): number {
    const size = this.#fields[field].read(word, this.#list, this.#listCounts);
    const { live, count, keyOf } = this.#texts;
    if (live === count) return size;
    let kept = 0;
    for (let e = 0; e < size; e++) {
      if (keyOf[this.#list[e]] < 0) continue;
      this.#list[kept] = this.#list[e];
      this.#listCounts[kept++] = this.#listCounts[e];
    }
    return kept;
  }
}

function damaged(what: string): AttuneError {
  return new AttuneError(
    'ERR_BAD_FILE',
    `The word index of this file is damaged: ${what}. Restore the file from a copy, or build the index again.`,
  );
}
