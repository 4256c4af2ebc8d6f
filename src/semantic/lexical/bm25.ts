import { IdMap } from '../../data/id-map.ts';
import { type Ranked, TopK } from '../../engine/top-k.ts';
import { AttuneError } from '../../errors.ts';
import { type ModelFile, tensorOf } from '../../storage/model-file.ts';
import { grown } from '../grown.ts';
import { Postings } from './postings.ts';
import { tokenize } from './tokenizer.ts';

/** The two numbers of BM25. */
export interface Bm25Options {
  /** How much a repeated word still adds; 0 counts a word once. */
  k1: number;
  /** How much long texts are held back, 0 to 1. */
  b: number;
}

/** Measured on the SciFact training queries: nDCG@10 .667, against .663 for the (.9, .4) of other libraries. */
export const bm25Defaults: Bm25Options = { k1: 1.2, b: 0.75 };

/** The scores of one query. Valid until the next query of the same index. */
export interface LexicalMatch {
  /** The best keys, best first, equal ones by ascending key; only texts that have a word of the query. */
  top(n: number, allowed?: Uint8Array): Ranked;
  /** The score of a key; 0 when it has no word of the query. */
  of(key: number): number;
}

/**
 * Word search by BM25 (Robertson & Zaragoza 2009, with the idf of Lucene, which is never negative):
 * score = Σ over the words of the query of ln(1 + (N − df + ½)/(df + ½)) · tf (k1 + 1) / (tf + k1 (1 − b + b · length/mean length)).
 *
 * Inside, texts are numbered as they come and never again; a removed or replaced one is skipped until the next merge drops it.
 * Scores are those of an index built anew from the texts that are there now.
 */
export class LexicalIndex {
  readonly #options: Bm25Options;
  #words = new IdMap();
  #postings = new Postings();
  #keyOf = new Int32Array(0); // text -> key
  #lengths = new Int32Array(0); // text -> words in it
  #textOf = new Int32Array(0); // key -> text + 1, 0 = none
  #texts = 0;
  #live = 0;
  #liveWords = 0;
  #scores = new Float64Array(0);
  #touched = new Int32Array(0);
  #list = new Int32Array(0); // the texts of one word
  #listCounts = new Int32Array(0);
  #count = 0;

  constructor(options: Bm25Options = bm25Defaults) {
    this.#options = options;
  }

  /** Number of texts. */
  get size(): number {
    return this.#live;
  }

  /** Adds a text; a known key is replaced. */
  add(key: number, text: string): void {
    this.remove([key]);
    const number = this.#texts++;
    const words = tokenize(text);
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) this.#postings.add(this.#words.add(word), number, count);
    this.#keyOf = grown(this.#keyOf, this.#texts);
    this.#lengths = grown(this.#lengths, this.#texts);
    this.#textOf = grown(this.#textOf, key + 1);
    this.#keyOf[number] = key;
    this.#lengths[number] = words.length;
    this.#textOf[key] = number + 1;
    this.#live++;
    this.#liveWords += words.length;
    if (this.#postings.wantsMerge) this.merge();
  }

  /** Removes keys. Unknown ones do not matter. */
  remove(keys: Iterable<number>): void {
    for (const key of keys) {
      const number = (this.#textOf[key] ?? 0) - 1;
      if (number < 0) continue;
      this.#textOf[key] = 0;
      this.#keyOf[number] = -1;
      this.#live--;
      this.#liveWords -= this.#lengths[number];
    }
  }

  /** Scores all texts that have a word of the query. Work is proportional to how often its words occur. */
  match(query: string): LexicalMatch {
    for (let t = 0; t < this.#count; t++) this.#scores[this.#touched[t]] = 0;
    this.#count = 0;
    if (this.#scores.length < this.#texts) {
      this.#scores = new Float64Array(this.#keyOf.length);
      this.#touched = new Int32Array(this.#keyOf.length);
      this.#list = new Int32Array(this.#keyOf.length);
      this.#listCounts = new Int32Array(this.#keyOf.length);
    }
    const asked = new Map<number, number>();
    for (const word of tokenize(query)) {
      const index = this.#words.indexOf(word);
      if (index >= 0) asked.set(index, (asked.get(index) ?? 0) + 1);
    }
    for (const [word, times] of asked) this.#accumulate(word, times);
    return { top: (n, allowed) => this.#top(n, allowed), of: (key) => this.#scores[(this.#textOf[key] ?? 0) - 1] ?? 0 };
  }

  /** Sorts what was added into the postings and drops what was removed. */
  merge(): void {
    const renumber = new Int32Array(this.#texts).fill(-1);
    let next = 0;
    for (let number = 0; number < this.#texts; number++) {
      const key = this.#keyOf[number];
      if (key < 0) continue;
      renumber[number] = next;
      this.#keyOf[next] = key;
      this.#lengths[next] = this.#lengths[number];
      this.#textOf[key] = ++next;
    }
    this.#texts = next;
    const kept = this.#postings.merge(this.#words.size, renumber);
    this.#scores.fill(0);
    this.#count = 0;
    if (kept.length === this.#words.size) return;
    const words = new IdMap();
    for (const word of kept) words.add(this.#words.idAt(word));
    this.#words = words;
  }

  /** Its part of a model file. */
  toFile(): Pick<ModelFile, 'tensors' | 'ids'> {
    this.merge();
    const { offsets, texts, counts } = this.#postings.columns();
    const column = <T extends Int32Array | Uint16Array>(data: T) => ({ data, shape: [data.length] });
    return {
      tensors: {
        'lexical.offsets': column(offsets),
        'lexical.texts': column(texts),
        'lexical.counts': column(counts),
        'lexical.keys': column(this.#keyOf.slice(0, this.#texts)),
        'lexical.lengths': column(this.#lengths.slice(0, this.#texts)),
      },
      ids: { 'lexical.words': this.#words },
    };
  }

  /** The inverse of {@link toFile}. @throws ERR_BAD_FILE when its parts do not fit together. */
  static fromFile(file: ModelFile, keys: number, options: Bm25Options): LexicalIndex {
    const index = new LexicalIndex(options);
    index.#words = file.ids['lexical.words'] ?? new IdMap();
    index.#keyOf = tensorOf(file, 'lexical.keys', Int32Array);
    index.#texts = index.#live = index.#keyOf.length;
    index.#lengths = tensorOf(file, 'lexical.lengths', Int32Array, index.#texts);
    index.#liveWords = index.#lengths.reduce((a, b) => a + b, 0);
    index.#textOf = new Int32Array(keys);
    index.#keyOf.forEach((key, number) => {
      if (!(key >= 0 && key < keys) || index.#textOf[key] !== 0) throw damaged('a key is out of range or stands twice');
      index.#textOf[key] = number + 1;
    });
    const offsets = tensorOf(file, 'lexical.offsets', Int32Array, index.#words.size + 1);
    const texts = tensorOf(file, 'lexical.texts', Int32Array);
    const counts = tensorOf(file, 'lexical.counts', Uint16Array, texts.length);
    if (offsets[0] !== 0 || offsets.at(-1) !== texts.length || offsets.some((at, k) => k > 0 && at < offsets[k - 1]))
      throw damaged('its offsets do not increase');
    if (texts.some((text) => !(text >= 0 && text < index.#texts))) throw damaged('a text number is out of range');
    index.#postings = Postings.fromColumns({ offsets, texts, counts });
    return index;
  }

  /** Adds one word to the scores. Removed texts may still stand in its list, so the document frequency is counted, not stored. */
  #accumulate(word: number, times: number): void {
    const { k1, b } = this.#options;
    const texts = this.#list;
    const counts = this.#listCounts;
    let frequency = this.#postings.read(word, texts, counts);
    if (this.#live < this.#texts) frequency = this.#dropRemoved(frequency);
    if (frequency === 0) return;
    // Rounded, because the last bit of a logarithm may differ between runtimes.
    const idf = Math.fround(Math.log(1 + (this.#live - frequency + 0.5) / (frequency + 0.5)));
    const weight = times * idf * (k1 + 1);
    const perWord = (k1 * b * this.#live) / this.#liveWords;
    const base = k1 * (1 - b);
    const scores = this.#scores;
    const lengths = this.#lengths;
    for (let e = 0; e < frequency; e++) {
      const text = texts[e];
      if (scores[text] === 0) this.#touched[this.#count++] = text;
      scores[text] += (weight * counts[e]) / (counts[e] + base + perWord * lengths[text]);
    }
  }

  /** Closes the gaps that removed texts leave in the list just read. */
  #dropRemoved(size: number): number {
    let kept = 0;
    for (let e = 0; e < size; e++) {
      if (this.#keyOf[this.#list[e]] < 0) continue;
      this.#list[kept] = this.#list[e];
      this.#listCounts[kept++] = this.#listCounts[e];
    }
    return kept;
  }

  #top(n: number, allowed: Uint8Array | undefined): Ranked {
    const best = new TopK(Math.min(n, this.#count));
    for (let t = 0; t < this.#count; t++) {
      const text = this.#touched[t];
      const key = this.#keyOf[text];
      if (!allowed || allowed[key] > 0) best.offer(key, this.#scores[text]);
    }
    return best.take();
  }
}

function damaged(what: string): AttuneError {
  return new AttuneError(
    'ERR_BAD_FILE',
    `The word index of this file is damaged: ${what}. Restore the file from a copy, or build the index anew.`,
  );
}
