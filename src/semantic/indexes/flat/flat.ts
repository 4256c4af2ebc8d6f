import type { VectorIndex, VectorSearchOptions } from '../../../contracts/vector-index.ts';
import type { ModelFile } from '../../../data/files/model-file.ts';
import { availableThreads } from '../../../engine/threads/runtime.ts';
import type { Ranked } from '../../../numeric/top-k.ts';
import { choice, integer, readOptions, threads as threadsOption } from '../../../options.ts';
import { fourBitCoding, fourBitCodingOf } from '../four-bit/four-bit-coding.ts';
import { keptVectors } from '../four-bit/kept-vectors.ts';
import { batchesOf } from '../shared/coded-batch.ts';
import { FlatVectors } from './flat-vectors.ts';

/** Options of {@link flatIndex}. */
export interface FlatIndexOptions {
  /** Threads of a search; a few thousand vectors are read by one. Answers are the same for any number. Default 'auto': all the runtime has. */
  threads?: number | 'auto' | undefined;
  /**
   * `'float32'` (default) is exact. `'4bit'` keeps four bits per dimension after a random rotation: an eighth of the memory, and it misses a few of the
   * nearest.
   */
  storage?: 'float32' | '4bit' | undefined;
  /**
   * With `'4bit'`: where the vectors are that the best candidates are scored from. `'memory'` (default), `'none'` (scores are estimates, and
   * more are missed), or a function that reads the vector of a key, such as from a file.
   */
  vectors?: 'memory' | 'none' | ((key: number) => Float32Array) | undefined;
  /** With `'4bit'`: the seed of the rotation. Default 0. */
  seed?: number | undefined;
}

/** An exact index. It answers at once, and several queries together. */
export interface FlatIndex extends VectorIndex {
  add(keys: Int32Array, vectors: Float32Array): void;
  remove(keys: Int32Array): void;
  search(query: Float32Array, options: VectorSearchOptions): Ranked;
  searchMany(queries: readonly Float32Array[], options: VectorSearchOptions): Promise<Ranked[]>;
  vectorOf(key: number): Float32Array | undefined;
  fromBytes(bytes: Uint8Array): FlatIndex;
  /** Bytes of codes and of the vectors that are kept in memory. */
  readonly memoryBytes: number;
}

/**
 * The exact index: every vector is compared. No build time, no parameters, no approximation error; suitable for up to a few hundred thousand
 * vectors.
 *
 * A kernel prefilters all rows by codes of one byte per dimension; what their error bound lets through is scored in 64 bits, in one fixed
 * order, so scores and order are the same in every runtime. At 384 dimensions it takes 1.28 times the bytes of its vectors.
 *
 * @throws ERR_BAD_OPTION
 */
export function flatIndex(options: FlatIndexOptions = {}): FlatIndex {
  const { threads, storage, ...coding } = readOptions('flatIndex', options, {
    threads: threadsOption,
    storage: choice(['float32', '4bit'] as const, 'float32'),
    vectors: keptVectors,
    seed: integer({ default: 0 }),
  });
  const own = { ...coding, threads: threads === 'auto' ? availableThreads() : threads };
  const settings = {
    threads: own.threads,
    coding: storage === '4bit' ? fourBitCoding(own) : undefined,
    batches: batchesOf(),
    readCoded: (file: ModelFile): FlatVectors => FlatVectors.restored({ ...settings, ...fourBitCodingOf(file, own) }),
  };
  return new FlatVectors(settings) as unknown as FlatIndex; // whatever file it reads, it makes one like itself
}
