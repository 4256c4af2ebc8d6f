import type { Embedder } from '../contracts/embedder.ts';
import type { ModelInfo, ModelStore } from '../contracts/model-store.ts';
import type { History, Recommendation } from '../contracts/recommender.ts';
import type { VectorIndex } from '../contracts/vector-index.ts';
import type { Id } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { readOptions, workOptions } from '../options.ts';
import { readMetadata, readModelStore } from '../storage/shared/model-names.ts';
import { atOnce, inSlices } from '../work/steps.ts';
import { buildParts, takeDocuments } from './build.ts';
import type { DocumentReader, FieldNames, KeptFields, MetadataFields } from './catalogue/documents.ts';
import { readDocuments } from './catalogue/read-documents.ts';
import { type IndexParts, packIndex } from './index-file.ts';
import type { KeptMetadata } from './kept.ts';
import type { TextRange } from './lexical/highlight.ts';
import type { WordOptions } from './lexical/query-terms.ts';
import { loadParts } from './load.ts';
import { facetsOf } from './search/facets.ts';
import { checkNumbers, type Filter, readFilter, readIds } from './search/filter.ts';
import { find, named } from './search/find.ts';
import { type Facets, resultOf, type SearchResult } from './search/result.ts';
import { type Answer, similarToHistory, similarToItem } from './search/similar.ts';
import { type Suggestion, suggestions } from './search/suggest.ts';
import {
  type NearDuplicatesOptions,
  nearDuplicatesChecks,
  type SearchFilter,
  type SearchOptions,
  type SemanticAddOptions,
  type SemanticBuildOptions,
  type SemanticLoadOptions,
  type SimilarItemsOptions,
  type SimilarToOptions,
  type SuggestOptions,
  searchChecks,
  similarItemsChecks,
  similarToChecks,
  suggestChecks,
  wordChecks,
} from './semantic-options.ts';

export type * from './kept.ts';

/** A loaded index: what it keeps is as `metadata` says, else as the rows are. */
export type LoadedIndex<Item, Vectors extends VectorIndex, Fields> = SemanticIndex<KeptFields<Item, Fields, Item>, Item, Vectors>;

/**
 * Finds items by the meaning of their texts and by the words in them. Made by {@link SemanticIndex.build} or loaded; it can be searched
 * while items are added and removed, and every search sees the state before or after a change, never in between.
 *
 * `Kept` is the type of what it keeps of an item: a misspelt field in `where`, or a range of numbers on a text, does not compile. `Item` is the
 * type of the rows that `add` takes. `Vectors` is the type of its vector index: with an asynchronous one, such as `pgvectorIndex`,
 * `similarItems` and `similarTo` return promises. Plain `SemanticIndex` accepts all of them.
 */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export class SemanticIndex<Kept = any, Item = any, Vectors extends VectorIndex = VectorIndex> {
  readonly #parts: IndexParts;
  readonly #reader: DocumentReader<Item> | undefined;
  /** The queue of changes. */
  #changes: Promise<unknown> = Promise.resolve();

  private constructor(parts: IndexParts, reader: DocumentReader<Item> | undefined) {
    this.#parts = parts;
    this.#reader = reader;
  }

  /**
   * Reads, embeds and indexes items. Of several items with one id the last stays.
   *
   * @param items anything; `id`, `text` and `metadata` say how to read it.
   * @throws ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE naming the item by its number from 0; ERR_EMBEDDER; ERR_MISSING_PEER; ERR_BAD_OPTION.
   */
  static async build<Item, Vectors extends VectorIndex = VectorIndex, const Fields extends MetadataFields<Item> = MetadataFields<Item>>(
    items: Iterable<Item> | AsyncIterable<Item>,
    options: SemanticBuildOptions<Item, Vectors, Fields> = {},
  ): Promise<SemanticIndex<KeptFields<Item, Fields>, Item, Vectors>> {
    const { documents, parts, reader, work } = await buildParts<Item>(items, options);
    const index = new SemanticIndex<KeptFields<Item, Fields>, Item, Vectors>(parts, reader);
    await takeDocuments(parts, documents, work);
    return index;
  }

  /**
   * Reads an index that {@link toBytes} wrote. Types as for {@link load}.
   * @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT; ERR_BAD_OPTION when the embedder is missing or different.
   */
  // biome-ignore lint/suspicious/noExplicitAny: a file does not tell the type of its rows.
  static fromBytes<Item = any, Vectors extends VectorIndex = VectorIndex, const Fields extends MetadataFields<Item> = MetadataFields<Item>>(
    bytes: Uint8Array,
    options: SemanticLoadOptions<Item, Vectors, Fields> = {},
  ): LoadedIndex<Item, Vectors, Fields> {
    const { parts, reader } = atOnce(loadParts<Item>(bytes, options));
    return new SemanticIndex(parts, reader);
  }

  /**
   * Loads a version from a store: `name` (newest), `name@3` or `name@alias`. Lets others work meanwhile.
   *
   * A file does not tell the type of its rows. `load<Product>(...)` states it: `add` then takes products, and `where` knows their fields.
   * So do `id`, `text` or `metadata` as functions of a `Product`. Otherwise both take anything.
   *
   * @throws ERR_NOT_FOUND, and what {@link fromBytes} throws.
   */
  static async load<
    // biome-ignore lint/suspicious/noExplicitAny: a file does not tell the type of its rows.
    Item = any,
    Vectors extends VectorIndex = VectorIndex,
    const Fields extends MetadataFields<Item> = MetadataFields<Item>,
  >(
    store: ModelStore,
    reference: string,
    options: SemanticLoadOptions<Item, Vectors, Fields> = {},
  ): Promise<LoadedIndex<Item, Vectors, Fields>> {
    const { bytes } = await readModelStore(store).get(reference);
    const { parts, reader } = await inSlices(loadParts<Item>(bytes, options));
    await parts.vectors.prepare?.();
    return new SemanticIndex(parts, reader);
  }

  /** Number of items. */
  get size(): number {
    return this.#parts.catalogue.size;
  }

  /** Length of a vector. */
  get dimensions(): number {
    return this.#parts.embedder.dimensions || this.#parts.vectors.dimensions;
  }

  /** The ids of its items. */
  get items(): IterableIterator<string> {
    return this.#parts.catalogue.ids();
  }

  /** The embedder of its items, as fitted. */
  get embedder(): Embedder {
    return this.#parts.embedder;
  }

  /** Whether an item is there. */
  has(id: Id): boolean {
    return this.#parts.catalogue.keyOf(id) >= 0;
  }

  /** What was kept of an item, or undefined when it is not there. Do not write to it. */
  metadataOf(id: Id): KeptMetadata<Kept> | undefined {
    return this.#parts.catalogue.rowOf(this.#parts.catalogue.keyOf(id)) as KeptMetadata<Kept> | undefined;
  }

  /** A copy of an item's vector, of length 1 (zeros for an item without text), or undefined when it is not there. */
  vectorOf(id: Id): Float32Array | undefined {
    const key = this.#parts.catalogue.keyOf(id);
    return key < 0 ? undefined : this.#parts.vectors.vectorOf?.(key);
  }

  /**
   * The items that answer a query best, best first. A blank query has no answer. Scores compare within one answer: cosine
   * (semantic), BM25 (lexical), or 0 to 1 (hybrid; with the default fusion those of different queries compare too). An item whose id is the
   * query comes first. The list with a smaller `n` is a prefix of that with a larger one, and `offset` leaves out its beginning.
   *
   * @returns a list that also has `facets`, `total`, and `fallback`, which says when it is not quite what was asked for.
   * @throws ERR_BAD_ARGUMENT when the query is not text; ERR_BAD_OPTION; ERR_EMBEDDER.
   */
  async search(query: string, options: SearchOptions<Kept, Item> = {}): Promise<SearchResult<Kept>> {
    const owner = 'SemanticIndex.search';
    const o = readOptions(owner, options, searchChecks);
    const { facets = [], sort = [], popularity } = o;
    checkQuery(owner, query);
    const filter = this.#filter(owner, o);
    this.#checkKept(owner, 'facets', facets);
    for (const { field } of sort) this.#checkKept(owner, 'sort', [field]);
    if (popularity !== undefined) {
      this.#checkKept(owner, 'popularity', [popularity]);
      checkNumbers(owner, 'popularity', popularity, this.#parts.catalogue);
    }
    const fields = o.fields && textFields(owner, o.fields, this.#parts.fields.text);
    if (o.rerank && sort.length > 0) {
      throw new AttuneError('ERR_BAD_OPTION', `${owner}: options 'rerank' and 'sort' each give an order. Pass one of them.`);
    }
    o.signal?.throwIfAborted();
    if (query.trim() === '' || this.size === 0) {
      return resultOf([], { facets: facetsOf(this.#parts.catalogue, [], facets) as Facets<Kept>, total: 0, fallback: undefined });
    }
    const found = await find(this.#parts, query, { ...o, facets, fields, filter });
    return resultOf(named(this.#parts.catalogue, found.ranked), { ...found, facets: found.facets as Facets<Kept> });
  }

  /**
   * What a query may become while it is typed: its last word completed, or, behind a space, words that often follow, by how many items have
   * them; each with its best items by words. Words are shown as they are compared: in lower case, without accents.
   *
   * @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION
   */
  suggest(query: string, options: SuggestOptions<Kept> = {}): Suggestion[] {
    const o = readOptions('SemanticIndex.suggest', options, suggestChecks);
    checkQuery('SemanticIndex.suggest', query);
    return suggestions(this.#parts, query, { ...o, filter: this.#filter('SemanticIndex.suggest', o) });
  }

  /**
   * Items whose vectors are closest to this one's (cosine), never itself. A list; with an asynchronous vector index, a promise of one.
   * @throws ERR_UNKNOWN_ITEM unless `onUnknown` is 'empty'; ERR_STORE; ERR_NOT_SUPPORTED when the vector index gives no vectors.
   */
  similarItems(item: Id, options: SimilarItemsOptions<Kept> = {}): Answer<Vectors, Recommendation[]> {
    return this.#answer(() => {
      const o = readOptions('SemanticIndex.similarItems', options, similarItemsChecks);
      const filter = this.#filter('SemanticIndex.similarItems', o);
      return similarToItem(this.#parts, item, { ...o, filter });
    });
  }

  /**
   * Items closest to a history: to the mean of its items' vectors, weighted by their values. Unknown items are ignored.
   *
   * @param history items (value 1), or `{ item, value }`; a negative value pushes away.
   * @returns a list, or a promise of one, as {@link similarItems}.
   * @throws ERR_UNKNOWN_HISTORY when no item is known, unless `onUnknown` is 'empty'; ERR_STORE, ERR_NOT_SUPPORTED as `similarItems`.
   */
  similarTo(history: History, options: SimilarToOptions<Kept> = {}): Answer<Vectors, Recommendation[]> {
    return this.#answer(() => {
      const o = readOptions('SemanticIndex.similarTo', options, similarToChecks);
      const filter = this.#filter('SemanticIndex.similarTo', o);
      return similarToHistory(this.#parts, history, { ...o, filter });
    });
  }

  /**
   * Where a text has what a query finds by words, for showing it: other forms, completions and corrected spellings too. The index keeps no
   * texts, so it takes any. `markHtml` makes HTML of the answer.
   *
   * @returns ranges in UTF-16 units, in order and apart.
   * @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION
   */
  highlight(query: string, text: string, options: WordOptions = {}): TextRange[] {
    const o = readOptions('SemanticIndex.highlight', options, wordChecks);
    if (typeof query !== 'string' || typeof text !== 'string') {
      throw new AttuneError('ERR_BAD_ARGUMENT', `SemanticIndex.highlight: expected two texts, got ${shown(query)} and ${shown(text)}.`);
    }
    return this.#parts.lexical.ranges(query, text, o);
  }

  /**
   * Groups of items that are nearly the same: from each member to some other a cosine is at least `threshold`. By `'words'` it is that of their
   * words, weighted by rarity, in any order, and the same for every embedder; by `'vectors'` that of their vectors. Both are exact, whatever the
   * vector index.
   *
   * @returns groups of two items or more, in the order of their first items. Items without words, or with a vector of zeros, are in none.
   * @throws ERR_BAD_OPTION, ERR_BAD_ARGUMENT; by vectors ERR_STORE, and ERR_NOT_SUPPORTED when the vector index gives no vectors.
   */
  async nearDuplicates(options: NearDuplicatesOptions<Kept> = {}): Promise<string[][]> {
    const o = readOptions('SemanticIndex.nearDuplicates', options, nearDuplicatesChecks);
    const filter = this.#filter('SemanticIndex.nearDuplicates', o);
    o.signal?.throwIfAborted();
    const { findNearDuplicates } = await import('./search/near-duplicates.ts');
    return findNearDuplicates(this.#parts, filter, o);
  }

  /**
   * Adds items; an item with a known id replaces it. All or nothing: when one cannot be read or embedded, the index stays as it was.
   * @throws as {@link build}; ERR_BAD_OPTION when a loaded index does not know how to read items, because they were read with functions.
   */
  async add(items: Iterable<Item> | AsyncIterable<Item>, options: SemanticAddOptions = {}): Promise<void> {
    const o = readOptions('SemanticIndex.add', options, workOptions);
    if (!this.#reader) {
      throw new AttuneError(
        'ERR_BAD_OPTION',
        "This index was built with functions as 'id', 'text' or 'metadata', which a file cannot hold. Pass them to load to add items.",
      );
    }
    const documents = await readDocuments(items, this.#reader, o);
    const change = this.#changes.catch(() => {}).then(() => takeDocuments(this.#parts, documents, o));
    this.#changes = change.catch(() => {});
    return change;
  }

  /**
   * Removes items. Unknown ids are ignored.
   * @returns how many were there.
   * @throws ERR_BAD_ARGUMENT, ERR_BAD_ID
   */
  remove(ids: Iterable<Id>): number {
    const { catalogue, lexical, vectors, tokens } = this.#parts;
    const keys = new Set<number>();
    for (const id of readIds('SemanticIndex.remove', 'ids', ids)) if (catalogue.keyOf(id) >= 0) keys.add(catalogue.keyOf(id));
    catalogue.delete(keys);
    lexical.remove(keys);
    tokens?.delete(keys);
    const removal = vectors.remove(Int32Array.from(keys));
    if (removal) {
      this.#changes = Promise.all([this.#changes.catch(() => {}), removal]);
      this.#changes.catch(() => {}); // known to the next save
    }
    return keys.size;
  }

  /** The whole index as one safetensors file. Functions that read items, and embedders other than the built-in ones, are not in it. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return packIndex(this.#parts);
  }

  /** Writes the index as a new version under a name, after the changes under way. */
  async save(store: ModelStore, name: string, metadata: Record<string, unknown> = {}): Promise<ModelInfo> {
    await this.#changes;
    const facts = { kind: 'semantic-index', items: this.size, embedder: this.#parts.embedder.name };
    return readModelStore(store).put(name, this.toBytes(), { ...facts, ...readMetadata(metadata) });
  }

  /** @throws ERR_BAD_OPTION for a field that was not kept. */
  #checkKept(owner: string, option: string, fields: readonly string[]): void {
    const kept = this.#parts.fields.metadata;
    const missing = kept && fields.find((field) => !kept.includes(field));
    if (missing === undefined) return;
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option '${option}' names ${shown(missing)}, which this index does not keep. It keeps ${kept?.map(shown).join(', ') || 'nothing'}; name it in the option 'metadata' of build.`,
    );
  }

  #filter(owner: string, options: SearchFilter): Filter {
    return readFilter(owner, options, this.#parts.catalogue, this.#parts.fields.metadata);
  }

  /** With an asynchronous index every outcome is a promise, errors included. */
  #answer<T>(work: () => T | Promise<T>): Answer<Vectors, T> {
    return (this.#parts.vectors.answersLater ? (async () => work())() : work()) as Answer<Vectors, T>;
  }
}

function checkQuery(owner: string, query: unknown): void {
  if (typeof query === 'string') return;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected a query text, got ${shown(query)}.`);
}

/** The numbers of fields of the text. @throws ERR_BAD_OPTION */
function textFields(owner: string, names: readonly string[], text: FieldNames['text']): number[] {
  const known =
    text !== null && typeof text === 'object' && !Array.isArray(text) ? Object.keys(text) : typeof text === 'string' ? [text] : [];
  return names.map((name) => {
    if (known.includes(name)) return known.indexOf(name);
    const has = known.length > 0 ? `has the fields ${known.map(shown).join(', ')}` : 'has one text without fields';
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'fields' names ${shown(name)}, but this index ${has}. Build it with fields, such as text: { title: 2, features: 1 }.`,
    );
  });
}
