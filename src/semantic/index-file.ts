import type { Embedder } from '../contracts/embedder.ts';
import type { VectorIndex } from '../contracts/vector-index.ts';
import { readingModelFile, tensorOf, viewOf, writeModelFile } from '../data/files/model-file.ts';
import { AttuneError } from '../errors.ts';
import { Catalogue, presentKeys } from './catalogue/catalogue.ts';
import type { FieldNames } from './catalogue/documents.ts';
import { TokenLists } from './catalogue/token-lists.ts';
import { ngramFromBytes, ngramName } from './embedders/ngram.ts';
import { staticFromBytes } from './embedders/static/static.ts';
import { indexKinds } from './indexes/kinds.ts';
import { type Bm25Options, LexicalIndex } from './lexical/bm25.ts';
import { languages } from './lexical/languages.ts';
import { isLightLanguage } from './lexical/stemmer.ts';
import type { Tokenizer } from './lexical/tokenizers.ts';

/** The parts of an index that a file holds. */
export interface IndexParts {
  catalogue: Catalogue;
  embedder: Embedder;
  /** undefined: queries go through `embedder`. */
  queryEmbedder: Embedder | undefined;
  vectors: VectorIndex;
  lexical: LexicalIndex;
  bm25: Bm25Options;
  fields: FieldNames;
  /** The tokens of the texts, where vectors can be made of them again. */
  tokens?: TokenLists | undefined;
}

/** What is given beside the bytes. */
export interface UnpackOptions {
  embedder?: Embedder | undefined;
  queryEmbedder?: Embedder | undefined;
  vectorIndex?: VectorIndex | undefined;
  tokenizer?: Tokenizer | undefined;
}

/** What stands in `settings` of the file. */
interface Settings {
  embedder: { name: string; dimensions: number; kind?: string };
  queryEmbedder?: { name: string; kind?: string };
  vectorIndex: { kind: string };
  bm25: Bm25Options;
  fields: FieldNames;
}

const kind = 'semantic-index';
/** 2: tokens may stand for vectors, and words have an order. */
const formatVersion = 2;

/** Embedders that a file can bring along. */
const embedderKinds: Record<string, (bytes: Uint8Array) => Embedder> = { ngram: ngramFromBytes, static: staticFromBytes };

/** Writes an index as one safetensors file. The parts with formats of their own stand in it as bytes. */
export function packIndex({
  catalogue,
  embedder,
  queryEmbedder,
  vectors,
  lexical,
  bm25,
  fields,
  tokens,
}: IndexParts): Uint8Array<ArrayBuffer> {
  const { ids, present, metadata } = catalogue.toColumns();
  const column = (data: Uint8Array) => ({ data, shape: [data.length] });
  const words = lexical.toFile();
  const own = embedder.kind && embedder.toBytes?.();
  const ownQueries = queryEmbedder?.kind && queryEmbedder.toBytes?.();
  const lists = own && vectors.kind === 'flat' ? tokens?.toFile(presentKeys(present)) : undefined;
  const settings: Settings = {
    embedder: {
      name: own && embedder.kind === 'ngram' ? ngramName(embedder.dimensions) : embedder.name,
      dimensions: embedder.dimensions,
      kind: own ? embedder.kind : undefined,
    },
    queryEmbedder: queryEmbedder && { name: queryEmbedder.name, kind: ownQueries ? queryEmbedder.kind : undefined },
    vectorIndex: { kind: vectors.kind },
    bm25,
    fields,
  };
  return writeModelFile({
    kind,
    formatVersion,
    settings: { ...settings },
    tensors: {
      present: column(present),
      metadata: column(metadata),
      ...(lists?.tensors ?? { vectors: column(vectors.toBytes()) }),
      ...(own ? { embedder: column(own) } : {}),
      ...(ownQueries ? { queryEmbedder: column(ownQueries) } : {}),
      ...words.tensors,
    },
    ids: { ids, ...words.ids, ...lists?.ids },
  });
}

/**
 * The inverse of {@link packIndex}, by steps between which others may work.
 * @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT; ERR_BAD_OPTION when an embedder or a vector index is missing or another one.
 */
export function* unpackIndex(bytes: Uint8Array, given: UnpackOptions): Generator<void, IndexParts> {
  const file = yield* readingModelFile(bytes, kind, formatVersion);
  yield;
  const settings = file.settings as unknown as Settings;
  const ids = file.ids.ids;
  if (!ids || !areSound(settings)) {
    throw new AttuneError(
      'ERR_BAD_FILE',
      'Expected the parts of a search index in this file, and some are missing. Build the index again.',
    );
  }
  const bytesOf = (name: string) => file.tensors[name]?.data as Uint8Array | undefined;
  const queryEmbedder = chooseQueryEmbedder(settings, given.queryEmbedder, bytesOf('queryEmbedder'));
  const embedder = chooseEmbedder(settings.embedder, given.embedder, bytesOf('embedder'), queryEmbedder !== undefined);
  const present = tensorOf(file, 'present', Uint8Array);
  const catalogue = yield* Catalogue.opening(ids, present, viewOf(file, 'metadata', Uint8Array));
  yield;
  const empty = chooseIndex(settings.vectorIndex.kind, given.vectorIndex);
  const keys = presentKeys(present);
  const tokens = embedder.tokens && file.tensors['tokens.lists'] ? TokenLists.fromFile(file, keys) : undefined;
  const vectors = tokens ? empty : yield* openVectors(empty, viewOf(file, 'vectors', Uint8Array));
  if (tokens && embedder.tokens) vectors.add(keys, tokens.vectorsOf(keys, embedder.tokens, embedder.dimensions));
  yield;
  const lexical = yield* LexicalIndex.opening(file, ids.size, settings.bm25, chooseTokenizer(settings.bm25, given.tokenizer));
  if (lexical.size !== catalogue.size || vectors.size !== catalogue.size) {
    throw new AttuneError(
      'ERR_BAD_FILE',
      `Expected vectors and words of ${catalogue.size} items, got ${vectors.size} and ${lexical.size}. Build the index again.`,
    );
  }
  const { bm25, fields } = settings;
  return { catalogue, embedder, queryEmbedder, vectors, lexical, bm25, fields, tokens };
}

/** An index of our own that takes long is opened by steps. Any other may keep the bytes, so that it gets a copy. */
function* openVectors(empty: VectorIndex, bytes: Uint8Array): Generator<void, VectorIndex> {
  const { opening } = empty as { opening?: (bytes: Uint8Array, isVerified: boolean) => Generator<void, VectorIndex> };
  if (!opening) return empty.fromBytes(bytes.slice());
  // Numbers that lie across words would be copied one by one.
  return yield* opening.call(empty, bytes.byteOffset % 8 === 0 ? bytes : yield* copying(bytes), true);
}

/** Bytes that are copied between two steps: a millisecond of work. */
const copiedAtOnce = 2 ** 22;

function* copying(bytes: Uint8Array): Generator<void, Uint8Array> {
  const copy = new Uint8Array(bytes.length);
  for (let from = 0; from < bytes.length; from += copiedAtOnce) {
    copy.set(bytes.subarray(from, from + copiedAtOnce), from);
    yield;
  }
  return copy;
}

/** Whether they are settings that some version wrote: a file whose checksum is right may still have been made by somebody else. */
function areSound({
  embedder,
  queryEmbedder,
  vectorIndex,
  bm25,
  fields,
}: { [K in keyof Settings]?: Partial<Settings[K]> | null }): boolean {
  if (!embedder || !vectorIndex || !bm25 || typeof fields !== 'object' || fields === null) return false;
  const { k1, b, weights = [1], language = 'none', words = 1, stem } = bm25;
  return (
    typeof embedder.name === 'string' &&
    Number.isInteger(embedder.dimensions) &&
    (queryEmbedder === undefined || typeof queryEmbedder?.name === 'string') &&
    typeof vectorIndex.kind === 'string' &&
    Number.isFinite(k1) &&
    Number.isFinite(b) &&
    Array.isArray(weights) &&
    weights.length > 0 &&
    weights.every(Number.isFinite) &&
    languages.includes(language) &&
    Number.isInteger(words) &&
    (stem === undefined || stem === 'english' || (stem === 'light' && isLightLanguage(language)))
  );
}

/** @param canAsk whether queries have an embedder of their own: then the other is only needed to add items. */
function chooseEmbedder(
  wanted: Settings['embedder'],
  given: Embedder | undefined,
  bytes: Uint8Array | undefined,
  canAsk: boolean,
): Embedder {
  const different = (what: string) =>
    new AttuneError(
      'ERR_BAD_OPTION',
      `This index was built with embedder '${wanted.name}' of ${wanted.dimensions} dimensions, got ${what}. Pass the same one as option 'embedder', or build the index again.`,
    );
  const own = wanted.kind && bytes && Object.hasOwn(embedderKinds, wanted.kind) ? embedderKinds[wanted.kind](bytes) : undefined;
  const isSame = ({ name }: Embedder) => name === wanted.name || name === own?.name;
  // Dimensions of 0 are not known yet; they are checked with the first vectors.
  if (given && (!isSame(given) || (given.dimensions !== 0 && given.dimensions !== wanted.dimensions))) {
    throw different(`'${given.name}' of ${given.dimensions}`);
  }
  if (own) return own;
  if (given) return given;
  if (!canAsk) throw different('none');
  return {
    name: wanted.name,
    dimensions: wanted.dimensions,
    async embed() {
      throw different('none');
    },
  };
}

function chooseQueryEmbedder(
  { queryEmbedder: wanted }: Settings,
  given: Embedder | undefined,
  bytes: Uint8Array | undefined,
): Embedder | undefined {
  if (given && wanted && given.name !== wanted.name) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `This index was built with '${wanted.name}' for queries, got '${given.name}'. Pass the same one as option 'queryEmbedder'.`,
    );
  }
  if (given === undefined && wanted?.kind && bytes && Object.hasOwn(embedderKinds, wanted.kind)) return embedderKinds[wanted.kind](bytes);
  return given;
}

function chooseTokenizer({ ownTokenizer }: Bm25Options, given: Tokenizer | undefined): Tokenizer | undefined {
  if (!ownTokenizer || given) return ownTokenizer ? given : undefined;
  throw new AttuneError(
    'ERR_BAD_OPTION',
    "This index was built with a tokenizer of its user's own. Pass the same function as option 'tokenizer'.",
  );
}

function chooseIndex(wanted: string, given: VectorIndex | undefined): VectorIndex {
  if (given && given.kind !== wanted) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `This index keeps its vectors in a '${wanted}' index, got '${given.kind}'. Pass one of that kind as option 'vectorIndex'.`,
    );
  }
  if (given) return given;
  if (Object.hasOwn(indexKinds, wanted)) return indexKinds[wanted]();
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `This index keeps its vectors in a '${wanted}' index. Pass one of that kind as option 'vectorIndex'.`,
  );
}
