import type { ModelFile } from '../../data/files/model-file.ts';
import { IdMap } from '../../data/id-map.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import type { Words } from './cut-words.ts';
import type { TextRange } from './highlight.ts';
import { packLexical, unpackLexical } from './lexical-file.ts';
import { MatchScores } from './match-scores.ts';
import { Orders, type Placed } from './orders.ts';
import { PartedWords, type TextsAsked } from './parted-words.ts';
import { hasPhrase, type PhrasePlaces, readQuoted } from './phrases.ts';
import { Postings } from './postings.ts';
import { type Term, TermReader, type WordOptions } from './query-terms.ts';
import { type Stem, stemmerOf } from './stemmer.ts';
import { readSynonyms, type Synonyms } from './synonyms.ts';
import { TermLists } from './term-lists.ts';
import { Texts } from './texts.ts';
import type { Tokenizer } from './tokenizers.ts';
import { WordCounts } from './word-counts.ts';
import { WordForms } from './word-forms.ts';
import { type WordSettings, wordsOf } from './words.ts';

/** How words are compared and counted. */
export interface Bm25Options extends WordSettings {
  /** Term frequency saturation (k1): how much a repeated word still adds; 0 counts a word once. */
  k1: number;
  /** Length normalization (b), 0 to 1. */
  b: number;
  /** What a word in each field counts, one number per field of a text. Default one field of weight 1. */
  weights?: readonly number[] | undefined;
  /** How words are stemmed. Default not at all. */
  stem?: Stem | undefined;
  /** What means the same. */
  synonyms?: Synonyms | undefined;
}

/** What a query may ask beside its words. */
export interface MatchOptions extends WordOptions {
  /** Whether a text must have all words, or any. Default any. */
  match?: 'all' | 'any' | undefined;
  /** The numbers of the fields that count. Default all. */
  fields?: readonly number[] | undefined;
}

/** Measured on the SciFact training queries: nDCG@10 .667, against .663 for the (.9, .4) of other libraries. */
export const bm25Defaults: Bm25Options = { k1: 1.2, b: 0.75 };

/** The scores of one query. Valid until the next query of the same index. */
export interface LexicalMatch {
  /** The best keys, best first, equal ones by ascending key; only texts that have a word of the query. */
  top(n: number, allowed?: Uint8Array): Ranked;
  /** The score of a key; 0 when it has no word of the query. */
  of(key: number): number;
  /** Whether a key is found. */
  has(key: number): boolean;
  /** How many texts are found. */
  count: number;
  /** Whether no other query has been asked since. */
  isCurrent(): boolean;
  /** Whether texts were left out that have a word of the query: for want of all words, or of a phrase, or of a field. */
  isStrict: boolean;
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
  /** The words of each field in order; none in files of versions that did not keep it. */
  #orders: Orders[] | undefined;
  #texts: Texts;
  #lists: TermLists;
  readonly #forms: WordForms;
  readonly #parted: PartedWords;
  readonly #terms: TermReader;
  readonly #scores = new MatchScores();
  #asked: readonly number[] = []; // the fields that count
  #queries = 0;
  readonly #counts = new WordCounts();

  /** @param tokenizer the caller's, where the options say that there is one. */
  constructor(options: Bm25Options = bm25Defaults, tokenizer?: Tokenizer) {
    this.#options = options;
    this.#weights = options.weights ?? [1];
    this.#fields = this.#weights.map(() => new Postings());
    this.#texts = new Texts(this.#weights.length);
    this.#cut = wordsOf(options, tokenizer);
    this.#orders = this.#cut.placed && this.#fields.map(() => new Orders());
    this.#lists = this.#newLists();
    const synonyms = readSynonyms(options.synonyms, (text) => this.#cut.ofQuery(text).words, 'SemanticIndex.build');
    this.#forms = new WordForms(this.#words, stemmerOf(options.stem, options.language ?? 'none'));
    this.#parted = new PartedWords(this.#forms, this.#cut);
    this.#terms = new TermReader(this.#forms, this.#parted, this.#cut, synonyms);
  }

  /** Number of texts. */
  get size(): number {
    return this.#texts.live;
  }

  /** Adds a text, given by its fields; a known key is replaced. */
  add(key: number, ...fields: readonly string[]): void {
    this.remove([key]);
    this.#lists.forget();
    const words = this.#weights.map((_, field) => this.#cut.ofDocument(fields[field] ?? ''));
    const text = this.#texts.add(
      key,
      words.map((list) => list.words.length),
    );
    words.forEach((list, field) => {
      this.#counts.read(list, this.#words, (word, count) => this.#fields[field].add(word, text, count));
      this.#orders?.[field].add(
        (list.placed ?? []).map(({ word, at, span, isExtra }) => ({ word: this.#words.indexOf(word), at, span, isExtra })),
      );
    });
    if (this.#fields.some((postings) => postings.wantsMerge)) this.merge();
  }

  /** Removes keys. Unknown keys are ignored. */
  remove(keys: Iterable<number>): void {
    for (const key of keys) this.#texts.remove(key);
    this.#lists.forget();
  }

  /** Scores all texts that have a word of the query. Work is proportional to how often its words occur. */
  match(query: string, { match = 'any', fields, ...options }: MatchOptions = {}): LexicalMatch {
    this.#clear();
    if (fields) this.#asked = fields;
    const { text: bare, phrases } = this.#orders ? readQuoted(query) : { text: query, phrases: [] };
    const terms = this.#terms.read(bare, options, this.#lists);
    const inPhrases = new Set(phrases.flatMap((phrase) => this.#terms.read(phrase, { typos: false }, allTexts).map(({ name }) => name)));
    const content = terms.filter(({ isStopWord }) => !isStopWord);
    const counted = content.length > 0 ? content : terms;
    // The number of a quantity need not be there by itself: 0.25 kg meets 250 g.
    const ofQuantities = new Set(counted.map(({ name }) => quantity.exec(name)?.[1]));
    let required = 0;
    let par = 0;
    for (const term of counted) {
      const isOfQuantity = ofQuantities.has(term.name.trim());
      const isRequired = (match === 'all' || inPhrases.has(term.name)) && !isOfQuantity;
      if (isRequired) required++;
      par += term.times * this.#accumulate(term, isRequired, isOfQuantity ? numberShare : 1);
    }
    if (required > 0) this.#scores.keepHits(required);
    for (const phrase of phrases) {
      const places = this.#placesOf(phrase);
      this.#scores.keep((text) => this.#asked.some((field) => hasPhrase((this.#orders as Orders[])[field].read(text), places)));
    }
    if (counted === content) for (const term of terms) if (term.isStopWord) this.#addStopWord(term);
    const { keyOf } = this.#texts;
    const top = (n: number, allowed?: Uint8Array) => this.#scores.top(n, keyOf, allowed);
    const of = (key: number) => this.#scores.of(this.#texts.textOf(key));
    const isStrict = required > 0 || fields !== undefined;
    const asked = this.#queries;
    const isCurrent = () => asked === this.#queries;
    return { top, of, has: (key) => of(key) > 0, count: this.#scores.count, isCurrent, isStrict, par, most: this.#options.k1 + 1 };
  }

  /** The parts of a text that hold what a query finds. */
  ranges(query: string, text: string, options: WordOptions = {}): TextRange[] {
    this.#clear();
    return this.#cut.ranges(text, this.#terms.matcher(query, options, this.#lists));
  }

  /** The numbers of the words that begin so, or nearly so when none does. */
  wordsFrom(beginning: string): number[] {
    return this.#terms.completionsOf(beginning);
  }

  /** The numbers of the forms of a word. */
  formsOf(word: string): readonly number[] {
    return this.#forms.same(word);
  }

  /** Whether texts write a word as two. */
  isRow(word: string): boolean {
    return this.#parted.rowsOf(word, this.#lists).length > 0;
  }

  /** What words are compared by. */
  stemOf(word: string): string {
    return this.#forms.stemOf(word);
  }

  /** Whether a word hardly says what is wanted. */
  isStopWord(word: string): boolean {
    return this.#cut.stopWords.has(word);
  }

  /** Whether a query is a short sentence rather than a list of words: it has a function word, and no digits. */
  isSentence(query: string): boolean {
    const { words } = this.#cut.ofQuery(query);
    return (
      words.length >= 3 && words.length <= 8 && words.some((word) => this.isStopWord(word)) && !words.some((word) => /\p{N}/u.test(word))
    );
  }

  /** A word by its number. */
  wordAt(word: number): string {
    return this.#words.idAt(word);
  }

  /** The keys of the texts that have a word, by its number. */
  textsOf(word: number): number[] {
    const keys: number[] = [];
    for (let field = 0; field < this.#fields.length; field++) {
      for (const text of this.#lists.textsOf(field, word)) keys.push(this.#texts.keyOf[text]);
    }
    return this.#fields.length > 1 ? [...new Set(keys)] : keys;
  }

  /** The words of a key in order, field by field; nothing where the order was not kept. */
  orderOf(key: number): Placed[][] {
    const text = this.#texts.textOf(key);
    return text < 0 ? [] : (this.#orders ?? []).map((orders) => orders.read(text));
  }

  /** Visits every word: the keys of the texts that have it, and its weighted counts there. Both are valid during the visit. */
  visitWords(visit: (keys: Int32Array, counts: Float64Array) => void): void {
    this.merge();
    this.#clear();
    const { keyOf } = this.#texts;
    for (let word = 0; word < this.#words.size; word++) {
      const { texts, counts } = this.#lists.countsOf(word);
      visit(
        texts.map((text) => keyOf[text]),
        counts,
      );
    }
  }

  /** Merges when much was added since the last time: entries that have not been merged are slow to read. */
  settle(): void {
    if (this.#fields.some((postings) => postings.isUnsettled)) this.merge();
  }

  /** Sorts what was added into the postings and drops what was removed. */
  merge(): void {
    this.#lists.forget();
    const renumber = this.#texts.compact();
    const used = new Uint8Array(this.#words.size);
    for (const postings of this.#fields) postings.mark(used, renumber);
    const kept = Int32Array.from(used.keys()).filter((word) => used[word] === 1);
    for (const postings of this.#fields) postings.merge(kept, used.length, renumber);
    this.#scores.reset();
    this.#queries++;
    let numbers: Int32Array | undefined;
    if (kept.length < used.length) {
      numbers = new Int32Array(used.length).fill(-1);
      for (let k = 0; k < kept.length; k++) numbers[kept[k]] = k;
    }
    for (const orders of this.#orders ?? []) orders.merge(renumber, numbers);
    if (!numbers) return;
    const words = new IdMap();
    for (const word of kept) words.add(this.#words.idAt(word));
    this.#words = words;
    this.#forms.reset(words);
  }

  /** Its part of a model file. */
  toFile(): Pick<ModelFile, 'tensors' | 'ids'> {
    this.merge();
    return packLexical({ words: this.#words, fields: this.#fields, orders: this.#orders, texts: this.#texts });
  }

  /** The inverse of {@link toFile}. @throws ERR_BAD_FILE when its parts do not fit together. */
  static *opening(file: ModelFile, keys: number, options: Bm25Options, tokenizer?: Tokenizer): Generator<void, LexicalIndex> {
    const index = new LexicalIndex(options, tokenizer);
    const { words, fields, orders, texts } = yield* unpackLexical(file, keys, index.#fields.length, index.#orders !== undefined);
    index.#words = words;
    index.#forms.reset(words);
    index.#fields = fields;
    index.#orders = orders;
    index.#texts = texts;
    index.#lists = index.#newLists();
    return index;
  }

  /** Forgets the last query, and makes ready for the next. */
  #clear(): void {
    this.#queries++;
    this.#asked = Array.from(this.#fields.keys());
    this.#lists.prepare();
    this.#scores.clear(this.#texts.keyOf.length);
  }

  #newLists(): TermLists {
    return new TermLists({ ...this.#options, weights: this.#weights }, this.#fields, this.#texts, this.#orders);
  }

  /** Adds one term to the scores. @returns its idf. */
  #accumulate({ times, levels }: Term, isRequired: boolean, share: number): number {
    const list = this.#lists.of(levels, this.#asked);
    const idf = share * this.#idfOf(list.size);
    this.#scores.add(list, times * idf * (this.#options.k1 + 1));
    if (isRequired) this.#scores.hit(list);
    return idf;
  }

  /** Adds a little for a function word, to texts that have been found without it. Each of its forms counts by itself: they are few. */
  #addStopWord({ times, levels }: Term): void {
    for (const word of levels.flatMap(({ words }) => words)) {
      for (const field of this.#asked) {
        const list = this.#lists.ofWord(field, word, this.#texts.live / 4);
        if (!list) continue; // what many texts have decides nothing, and its list is long
        this.#scores.addToFound(list, stopWordShare * times * this.#idfOf(list.size) * (this.#options.k1 + 1));
      }
    }
  }

  /**
   * Removed texts may still stand in the lists, so the document frequency is counted, not stored. Rounded, because the last bit of a logarithm
   * may differ between runtimes.
   */
  #idfOf(size: number): number {
    return Math.fround(Math.log(1 + (this.#texts.live - size + 0.5) / (size + 0.5)));
  }

  /** What may stand at each place of a phrase: the forms of its words. */
  #placesOf(phrase: string): PhrasePlaces {
    const places: { row: Set<number>[]; span: number }[][] = [];
    for (const { word, at, span } of this.#cut.placed?.(phrase, true) ?? []) {
      while (places.length < at + span) places.push([]);
      places[at].push({ row: [new Set(this.#forms.same(word))], span });
      for (const row of this.#parted.rowsOf(word, this.#lists)) places[at].push({ row: row.map((forms) => new Set(forms)), span });
    }
    return places;
  }
}

/** Where only the names of terms are wanted. */
const allTexts: TextsAsked = { hasAny: () => true, countOf: () => 0, hasRows: false, hasRow: () => false, halvesOf: () => [] };

const quantity = /^ ?(\d[\d./]*)[a-z]+$/;

/** What the number of a quantity counts by itself: 5 mm is 0.5 cm rather than 5 cm. */
const numberShare = 0.95;

/** What a function word counts beside other words. A guess: no value was tuned. */
const stopWordShare = 0.15;
