import type { Embedder } from '../contracts/embedder.ts';
import type { UnknownOptions } from '../contracts/recommender.ts';
import type { VectorIndex } from '../contracts/vector-index.ts';
import type { Where } from '../contracts/where.ts';
import type { Id } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, callback, choice, flag, integer, number, optional, type Progress, text, threads, workOptions } from '../options.ts';
import type { DocumentFields, MetadataFields } from './catalogue/documents.ts';
import { type Language, languages } from './lexical/languages.ts';
import type { WordOptions } from './lexical/query-terms.ts';
import type { Synonyms } from './lexical/synonyms.ts';
import type { Tokenizer } from './lexical/tokenizers.ts';
import type { Fusion } from './search/fusion.ts';
import { type RerankOptions, rerankOption } from './search/rerank-options.ts';
import { sortOption } from './search/sorting.ts';

/** Options of `SemanticIndex.build`. */
export interface SemanticBuildOptions<Item, Vectors extends VectorIndex = VectorIndex, Fields = MetadataFields<Item>>
  extends DocumentFields<Item, Fields>,
    SemanticAddOptions {
  /** Makes the vectors. Default `ngramEmbedder()`, fitted on the texts. */
  embedder?: Embedder | undefined;
  /** Makes the vectors of queries, in the same space. Default: the embedder. */
  queryEmbedder?: Embedder | undefined;
  /** Keeps the vectors; it must be empty. Default `flatIndex()`. */
  vectorIndex?: Vectors | undefined;
  /**
   * Words of one stem find each other in word search: `filters` finds `filter`. Only words of the letters a to z are stemmed, after accents are
   * removed. `'light'` is for nouns and adjectives in German, Dutch, French, Spanish or Italian, where what was typed counts a little more than its other
   * forms. Default `'english'` where the `language` is English, which raises nDCG@10 on SciFact from .671 to .699; `'light'` where it is one of those
   * five; else `'none'`.
   */
  stem?: 'english' | 'light' | 'none' | undefined;
  /**
   * The language of the texts: which function words weigh little; stems; in German and Dutch, words inside compounds. Default `'en'`, or
   * `'none'` with `stem: 'none'`.
   */
  language?: Language | undefined;
  /** Cuts texts and queries into words: `productTokenizer({ units: true })`, or a function of your own, which loading needs again. */
  tokenizer?: Tokenizer | undefined;
  /** Words that mean the same: `[['fridge', 'refrigerator'], { hoover: ['vacuum cleaner'] }]`. Lists work both ways, objects one way. */
  synonyms?: Synonyms | undefined;
}

/** Options of `SemanticIndex.add`. */
export interface SemanticAddOptions {
  /** Called with the phases `'reading'`, `'fitting'`, `'embedding'`, `'indexing'`; `done` and `total` count items. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborts: the promise rejects with the signal's reason and the index stays as it was. */
  signal?: AbortSignal | undefined;
}

/**
 * Options of `SemanticIndex.load` and `fromBytes`. `id`, `text` and `metadata` are needed to add items when one of them was a function; keys
 * are in the file.
 */
// biome-ignore lint/suspicious/noExplicitAny: what the rows of a file were is only known to the caller.
export interface SemanticLoadOptions<Item = any, Vectors extends VectorIndex = VectorIndex, Fields = MetadataFields<Item>>
  extends DocumentFields<Item, Fields> {
  /** The embedder it was built with. Not needed for `ngramEmbedder`, which the file brings along. */
  embedder?: Embedder | undefined;
  /**
   * As in `build`. Not needed for a table of `distil` or `staticEmbedder`, which the file brings along; with such a table `embedder` is
   * only needed to add items.
   */
  queryEmbedder?: Embedder | undefined;
  /** As in `build`. Only needed when it was a function of your own. */
  tokenizer?: Tokenizer | undefined;
  /** An empty index of the kind it was built with. Not needed for `flatIndex` and `hnswIndex`. */
  vectorIndex?: Vectors | undefined;
}

/** Which items may be returned. `Kept` is the type of what the index keeps of an item. */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export interface SearchFilter<Kept = any> {
  /** Conditions on metadata; applied during the search, so that a filter never shortens the list while more items match. */
  where?: Where<Kept> | undefined;
  /** Ids never to return. Unknown ones are ignored. */
  exclude?: Iterable<Id> | undefined;
  /** Return these and no others. Unknown ones are ignored. */
  only?: Iterable<Id> | undefined;
}

/** By meaning, by words, or by both. */
export type SearchMode = 'semantic' | 'lexical' | 'hybrid';

/** Options of `SemanticIndex.search`. */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export interface SearchOptions<Kept = any, Item = any> extends SearchFilter<Kept>, WordOptions {
  /** Maximum number of items. Default 10. */
  n?: number | undefined;
  /** How many of the best to leave out, for a further page. Default 0. */
  offset?: number | undefined;
  /** Default `'hybrid'`. */
  mode?: SearchMode | undefined;
  /** `'all'`: only items that have all words of the query, function words apart. Default `'any'`. Words in "quotation marks" must always be there, side by side. */
  match?: 'all' | 'any' | undefined;
  /** Only items with at least this score. Scores of hybrid search are 0 to 1, whatever the query; those of words have no upper bound. */
  minScore?: number | undefined;
  /** Only items with a word of the query in these fields, which alone count: keys with weights of the option `text` of `build`. */
  fields?: readonly (keyof Item & string)[] | undefined;
  /**
   * Sorts the whole result by what is kept: `'price'`, `{ price: 'desc' }`, or a list of such. Items without the field come last. The result
   * ends where items neither have a word of the query nor are half as close to it as the closest.
   */
  sort?: SortBy<Kept> | readonly SortBy<Kept>[] | undefined;
  /** Fields whose values are counted, over the whole result, which ends as with `sort`. */
  facets?: readonly (keyof Kept & string)[] | undefined;
  /** A field with numbers, such as how often an item was bought: of items with equal scores the one with more comes first. */
  popularity?: (keyof Kept & string) | undefined;
  /**
   * When nothing is found: items with some of the words instead of all, or else, with `popularity`, the most popular. The result's `fallback`
   * says so. Default false.
   */
  fallback?: boolean | undefined;
  /** Hybrid only: how much each side counts, 0 or more. Default: the embedder's `hybridWeight` (0.5 without one), and the rest for words. */
  weights?:
    | {
        /** Weight of the words. Default 1 less the embedder's `hybridWeight`. */
        lexical?: number | undefined;
        /** Weight of the vectors. Default the embedder's `hybridWeight`, 0.5 without one. */
        semantic?: number | undefined;
      }
    | undefined;
  /**
   * Hybrid only. `'calibrated'` (default): scores on fixed scales, so that those of different queries compare. `'weighted'`: scores scaled
   * so that the best candidate of each side is 1 and the worst 0. `'reciprocal-rank'`: ranks alone.
   */
  fusion?: Fusion | undefined;
  /**
   * A second look at the first items (50 by default) by a model that reads the query and the text of an item together. `minScore` and `popularity` come before it; it
   * cannot be combined with `sort`.
   */
  rerank?: RerankOptions | undefined;
  /** Aborts while the query is embedded, or items are scored. */
  signal?: AbortSignal | undefined;
}

/** A field by its name, from small to large, or fields with their directions. */
export type SortBy<Kept> = (keyof Kept & string) | { readonly [Field in keyof Kept]?: 'asc' | 'desc' | undefined };

/** Options of `SemanticIndex.suggest`. */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export interface SuggestOptions<Kept = any> extends SearchFilter<Kept> {
  /** Maximum number of suggestions. Default 5. */
  n?: number | undefined;
  /** Maximum number of items behind each. Default 3. */
  items?: number | undefined;
}

/** Options of `SemanticIndex.similarItems`. */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export interface SimilarItemsOptions<Kept = any> extends SearchFilter<Kept>, UnknownOptions {
  /** Maximum number of items. Default 10. */
  n?: number | undefined;
}

/** Options of `SemanticIndex.similarTo`. */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export interface SimilarToOptions<Kept = any> extends SimilarItemsOptions<Kept> {
  /** Whether items of the history itself may be returned. Default false. */
  includeSeen?: boolean | undefined;
}

/** Options of `SemanticIndex.nearDuplicates`. */
// biome-ignore lint/suspicious/noExplicitAny: what was not said is not checked.
export interface NearDuplicatesOptions<Kept = any> extends SearchFilter<Kept> {
  /** What is compared: `'words'` (default), weighted by rarity, or the `'vectors'` of the index. */
  by?: 'words' | 'vectors' | undefined;
  /** How similar two items must be, a cosine above 0 and up to 1. Default 0.9. Lower values take longer. */
  threshold?: number | undefined;
  /** Threads that compare vectors; words have one. The answer is the same for any number. Default 'auto': all the runtime has. */
  threads?: number | 'auto' | undefined;
  /** Called with phase `'comparing'`; `done` and `total` count items. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborts: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

const filterChecks = {
  n: integer({ default: 10, min: 0 }),
  where: anything<Where | undefined>(),
  exclude: anything<Iterable<Id> | undefined>(),
  only: anything<Iterable<Id> | undefined>(),
};

export const wordChecks = { prefix: flag(false), typos: choice([true, false, 'unknown'] as const, 'unknown') };

export const searchChecks = {
  ...filterChecks,
  mode: choice(['semantic', 'lexical', 'hybrid'] as const, 'hybrid'),
  weights: weightsOption,
  fusion: choice(['calibrated', 'weighted', 'reciprocal-rank'] as const, 'calibrated'),
  ...wordChecks,
  offset: integer({ default: 0, min: 0 }),
  match: choice(['any', 'all'] as const, 'any'),
  minScore: optional(number({})),
  fields: fieldsOption,
  sort: sortOption,
  facets: namesOption,
  popularity: optional(text()),
  fallback: flag(false),
  rerank: rerankOption,
  signal: workOptions.signal,
};

export const suggestChecks = { ...filterChecks, n: integer({ default: 5, min: 0 }), items: integer({ default: 3, min: 0 }) };

export const similarItemsChecks = { ...filterChecks, onUnknown: choice(['throw', 'empty'] as const, 'throw') };
export const similarToChecks = { ...similarItemsChecks, includeSeen: flag(false) };

export const nearDuplicatesChecks = {
  where: filterChecks.where,
  only: filterChecks.only,
  exclude: filterChecks.exclude,
  by: choice(['words', 'vectors'] as const, 'words'),
  threshold: number({ default: 0.9, above: 0, max: 1 }),
  threads,
  ...workOptions,
};

const fieldChecks = { id: anything(), text: anything(), metadata: anything() };

export const loadChecks = {
  ...fieldChecks,
  embedder: embedderOption,
  queryEmbedder: embedderOption,
  vectorIndex: vectorIndexOption,
  tokenizer: callback<Tokenizer>(),
};

export const buildChecks = {
  ...loadChecks,
  ...workOptions,
  stem: optional(choice(['english', 'light', 'none'] as const)),
  language: optional(choice(languages)),
  synonyms: anything<Synonyms | undefined>(),
};

/** A list of names of fields; a single name is taken as a list of one. */
function namesOption(value: unknown, name: string): string[] | undefined {
  if (value === undefined) return undefined;
  const names = typeof value === 'string' ? [value] : value;
  if (Array.isArray(names) && names.every((each) => typeof each === 'string')) return [...new Set(names)];
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a list of names of fields, got ${shown(value)}.`);
}

/** Fields to search in: with none nothing could be found, which is a list that was meant to have some. */
function fieldsOption(value: unknown, name: string): string[] | undefined {
  const names = namesOption(value, name);
  if (names?.length !== 0) return names;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must name at least one field, got an empty list. Leave it out to search in all.`);
}

function weightsOption(value: unknown, name: string): { lexical?: number; semantic?: number } {
  const given = (value ?? {}) as { lexical?: number; semantic?: number };
  const parts = typeof given === 'object' ? Object.entries(given) : [['', '']];
  const ok = parts.every(
    ([key, part]) => (key === 'lexical' || key === 'semantic') && (part === undefined || (Number.isFinite(part) && (part as number) >= 0)),
  );
  if (ok && !(given.lexical === 0 && given.semantic === 0)) return given;
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be { lexical, semantic } with numbers from 0, one of them above, got ${shown(value)}.`,
  );
}

function embedderOption(value: unknown, name: string): Embedder | undefined {
  const given = value as Embedder | undefined;
  if (given === undefined) return undefined;
  if (typeof given?.embed === 'function' && typeof given.name === 'string' && Number.isInteger(given.dimensions) && given.dimensions >= 0)
    return given;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an embedder { name, dimensions, embed }, got ${shown(value)}.`);
}

function vectorIndexOption(value: unknown, name: string): VectorIndex | undefined {
  const given = value as VectorIndex | undefined;
  if (given === undefined || ['add', 'remove', 'search', 'toBytes'].every((method) => typeof given?.[method as 'add'] === 'function'))
    return given;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a vector index such as flatIndex(), got ${shown(value)}.`);
}
