import { type EmbedOptions, embedDocuments } from '../contracts/embedder.ts';
import { AttuneError } from '../errors.ts';
import { readOptions } from '../options.ts';
import { untilAborted } from '../work/until-aborted.ts';
import { Catalogue } from './catalogue/catalogue.ts';
import { type Document, type DocumentFields, DocumentReader } from './catalogue/documents.ts';
import { readDocuments } from './catalogue/read-documents.ts';
import { TokenLists } from './catalogue/token-lists.ts';
import { ngramEmbedder } from './embedders/ngram.ts';
import type { IndexParts } from './index-file.ts';
import { indexKinds } from './indexes/kinds.ts';
import { type Bm25Options, bm25Defaults, LexicalIndex } from './lexical/bm25.ts';
import { isLightLanguage } from './lexical/stemmer.ts';
import { productSettings } from './lexical/tokenizers.ts';
import { newestWords } from './lexical/words.ts';
import { buildChecks, type SemanticBuildOptions } from './semantic-options.ts';

/** Reads items and fits the embedder to them: an empty index, and the documents to put into it. */
export async function buildParts<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  options: object,
): Promise<{ documents: Document[]; parts: IndexParts; reader: DocumentReader<Item>; work: EmbedOptions }> {
  const { id, text, metadata, ...o } = readOptions('SemanticIndex.build', options, buildChecks);
  const reader = new DocumentReader({ id, text, metadata } as DocumentFields<Item>, 'SemanticIndex.build');
  const vectors = o.vectorIndex ?? indexKinds.flat();
  await vectors.prepare?.();
  if (vectors.size > 0) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `SemanticIndex.build: option 'vectorIndex' must be an empty index, got one with ${vectors.size} vectors. Make a new one.`,
    );
  }
  const given = o.embedder ?? ngramEmbedder();
  await untilAborted(Promise.all([given.prepare?.(), o.queryEmbedder?.prepare?.()]), o.signal); // fail early if something is missing
  const documents = await readDocuments(items, reader, o);
  const texts = documents.map((document) => document.text);
  const embedder = (await given.fit?.(texts, o)) ?? given;
  if (o.queryEmbedder && o.queryEmbedder.dimensions !== embedder.dimensions) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `SemanticIndex.build: expected a queryEmbedder of ${embedder.dimensions} dimensions, as the embedder has, got ${o.queryEmbedder.dimensions}.`,
    );
  }
  const bm25 = lexicalOptions(o, reader.weights);
  const lexical = new LexicalIndex(bm25, bm25.ownTokenizer ? o.tokenizer : undefined);
  const { queryEmbedder } = o;
  const tokens = embedder.tokens && embedder.kind && vectors.kind === 'flat' ? new TokenLists() : undefined;
  const parts = { catalogue: new Catalogue(), embedder, queryEmbedder, vectors, lexical, bm25, fields: reader.names, tokens };
  return { documents, parts, reader, work: o };
}

/** Embeds documents, then makes them present in one step. */
export async function takeDocuments(
  { catalogue, embedder, vectors, lexical, tokens }: IndexParts,
  documents: readonly Document[],
  { signal, onProgress }: EmbedOptions,
): Promise<void> {
  const rows = await embedDocuments(
    embedder,
    documents.map((document) => document.text),
    { signal, onProgress },
  );
  onProgress?.({ phase: 'indexing', done: 0, total: documents.length });
  const keys = catalogue.reserve(documents.map(({ id }) => id));
  const metadata = documents.map((document) => document.metadata);
  const change = vectors.add(keys, rows, metadata, { signal, onProgress });
  if (change) await change;
  documents.forEach((document, k) => {
    lexical.add(keys[k], ...document.fields);
    tokens?.set(keys[k], embedder.tokens?.of(document.text) ?? []);
  });
  lexical.settle();
  catalogue.put(keys, metadata);
  onProgress?.({ phase: 'indexing', done: documents.length, total: documents.length });
}

/** How words are compared in an index that is built with these options. */
function lexicalOptions(
  { stem, language: given, tokenizer, synonyms }: Pick<SemanticBuildOptions<never>, 'stem' | 'language' | 'tokenizer' | 'synonyms'>,
  weights: readonly number[],
): Bm25Options {
  const language = given ?? (stem === 'none' ? 'none' : 'en');
  const product = tokenizer && productSettings(tokenizer);
  const stemming = stem ?? (language === 'en' ? 'english' : isLightLanguage(language) ? 'light' : 'none');
  if (stemming === 'light' && !isLightLanguage(language)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `SemanticIndex.build: stem 'light' needs a language that has one: 'de', 'nl', 'fr', 'es' or 'it', got '${language}'.`,
    );
  }
  return {
    ...bm25Defaults,
    words: newestWords,
    weights,
    ...(stemming !== 'none' && { stem: stemming }),
    ...(language !== 'none' && { language }),
    ...(product?.units && { units: true }),
    ...(tokenizer && !product && { ownTokenizer: true }),
    ...(synonyms && { synonyms }),
  };
}
