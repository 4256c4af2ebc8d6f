export type { Embedder, EmbedOptions } from '../contracts/embedder.ts';
export type { VectorIndex, VectorSearchOptions } from '../contracts/vector-index.ts';
export {
  type Condition,
  type ConditionOn,
  type Contains,
  compileWhere,
  type Metadata,
  type MetadataValue,
  type Range,
  type Where,
  type WhereValue,
} from '../contracts/where.ts';
export type { DocumentFields, ItemField, KeptFields, MetadataFields } from './catalogue/documents.ts';
export { cachedEmbedder } from './embedders/cached.ts';
export { type DistilOptions, distil } from './embedders/distil/distil.ts';
export { type HttpEmbedderOptions, httpEmbedder } from './embedders/http/http.ts';
export type { HttpFetch, HttpResponse } from './embedders/http/http-post.ts';
export { type NgramOptions, ngramEmbedder } from './embedders/ngram.ts';
export { type StaticEmbedder, type StaticOptions, staticEmbedder } from './embedders/static/static.ts';
export type { StaticFiles } from './embedders/static/static-file.ts';
export { type FlatIndex, type FlatIndexOptions, flatIndex } from './indexes/flat/flat.ts';
export { type HnswIndex, type HnswOptions, type HnswSearchOptions, hnswIndex } from './indexes/hnsw/hnsw.ts';
export { markHtml, type TextRange } from './lexical/highlight.ts';
export type { WordOptions } from './lexical/query-terms.ts';
export type { Fusion } from './search/fusion.ts';
export type { Answer } from './search/similar.ts';
export { type KeptMetadata, type LoadedIndex, SemanticIndex } from './semantic-index.ts';
export type {
  NearDuplicatesOptions,
  SearchFilter,
  SearchMode,
  SearchOptions,
  SemanticAddOptions,
  SemanticBuildOptions,
  SemanticLoadOptions,
  SimilarItemsOptions,
  SimilarToOptions,
} from './semantic-options.ts';
