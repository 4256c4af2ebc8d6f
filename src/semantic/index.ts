export type { DocumentFields, ItemField } from './documents.ts';
export type { Embedder, EmbedOptions } from './embedder.ts';
export { cachedEmbedder } from './embedders/cached.ts';
export { type DistilOptions, distil } from './embedders/distil.ts';
export { type HttpEmbedderOptions, httpEmbedder } from './embedders/http.ts';
export type { HttpFetch, HttpResponse } from './embedders/http-post.ts';
export { type NgramOptions, ngramEmbedder } from './embedders/ngram.ts';
export { type StaticEmbedder, type StaticOptions, staticEmbedder } from './embedders/static.ts';
export type { StaticFiles } from './embedders/static-file.ts';
export type { Fusion } from './fusion.ts';
export { type FlatIndex, type FlatIndexOptions, flatIndex } from './indexes/flat.ts';
export { type HnswIndex, type HnswOptions, type HnswSearchOptions, hnswIndex } from './indexes/hnsw.ts';
export { markHtml, type TextRange } from './lexical/highlight.ts';
export type { WordOptions } from './lexical/query-terms.ts';
export { SemanticIndex } from './semantic-index.ts';
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
export type { Answer } from './similar.ts';
export type { VectorIndex, VectorSearchOptions } from './vector-index.ts';
export { type Condition, compileWhere, type Metadata, type MetadataValue, type Where, type WhereValue } from './where.ts';
