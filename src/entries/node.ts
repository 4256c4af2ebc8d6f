/** Files and streams: what needs Node, Bun or Deno. */
export { readCsv } from '../data/readers/csv.ts';
export type { CsvOptions } from '../data/readers/csv-options.ts';
export type { Encoding } from '../data/readers/encodings.ts';
export { type JsonLinesOptions, readJsonLines } from '../data/readers/json-lines.ts';
export { type ParquetDecompressor, type ParquetOptions, readParquet } from '../data/readers/parquet.ts';
export type { TablePreset } from '../data/readers/presets.ts';
export type { BadLineOptions, ResumeOptions, RowReader, SkippedLine } from '../data/readers/row-reader.ts';
export type { ReaderInput, ReadOptions, TextReadOptions } from '../data/readers/source.ts';
export { readTable, type TableOptions } from '../data/readers/table.ts';
export { type AlsOnDiskOptions, fitAlsOnDisk } from '../recommenders/als/disk/fit-on-disk.ts';
export { fileEmbeddingCache } from '../storage/file/embedding-cache.ts';
export { fileModelStore } from '../storage/file/model-store.ts';
export { fileTracker } from '../tracking/file-tracker.ts';
