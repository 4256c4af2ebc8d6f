/** Files and streams: what needs Node, Bun or Deno. */
export { type CsvOptions, readCsv } from '../data/readers/csv.ts';
export { type JsonLinesOptions, readJsonLines } from '../data/readers/json-lines.ts';
export { type ParquetDecompressor, type ParquetOptions, readParquet } from '../data/readers/parquet.ts';
export type { BadLineOptions, RowReader, SkippedLine } from '../data/readers/row-reader.ts';
export type { ReaderInput, ReadOptions } from '../data/readers/source.ts';
export { fileEmbeddingCache } from '../storage/file/embedding-cache.ts';
export { fileModelStore } from '../storage/file/model-store.ts';
export { fileTracker } from '../tracking/file-tracker.ts';
