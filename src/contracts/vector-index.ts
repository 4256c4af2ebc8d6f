import type { Ranked } from '../numeric/top-k.ts';
import type { Progress } from '../options.ts';
import type { Metadata, Where } from './where.ts';

/** Options of {@link VectorIndex.search}. */
export interface VectorSearchOptions {
  /** Maximum number of results. */
  n: number;
  /** One flag per key: only keys whose flag is not 0 may be returned, and keys beyond its end may not. Default: all may. */
  allowed?: Uint8Array | undefined;
  /**
   * Conditions on the metadata given to `add`, for an index that keeps it. When `allowed` is given as well, it already reflects them,
   * so any other index may ignore them.
   */
  where?: Where | undefined;
}

/**
 * Finds the vectors with the largest inner product. Vectors are identified by keys: integers from 0 that the caller assigns densely.
 * Where a method may return a promise, an implementation that has the answer at once should return the value itself, so that an
 * index stays synchronous where it can.
 *
 * Changes are all or nothing: when `add` fails, the index is as it was.
 */
export interface VectorIndex {
  /** Name of the family, such as `'flat'`; written beside the bytes. */
  readonly kind: string;
  /** Number of vectors. */
  readonly size: number;
  /** Length of a vector; 0 until the first vector is added, unless it was configured. */
  readonly dimensions: number;
  /** Loads or connects what is needed, after which `size` is right; called by an index before the first use. May be called again. */
  prepare?(): void | Promise<void>;
  /**
   * Adds vectors; a known key is replaced. `vectors` is row-major, one row per key; it is copied, not kept. `metadata`, one object per key, is for
   * an index that filters by itself. With `work`, an index that takes long may return a promise and let others work meanwhile: it stays as it was
   * until all is in, calls `onProgress` with how many vectors are, and rejects with the signal's reason.
   */
  add(
    keys: Int32Array,
    vectors: Float32Array,
    metadata?: readonly Metadata[],
    work?: { signal?: AbortSignal | undefined; onProgress?: ((progress: Progress) => void) | undefined },
  ): void | Promise<void>;
  /** Removes keys. Unknown keys are ignored. */
  remove(keys: Int32Array): void | Promise<void>;
  /**
   * The keys with the largest inner product with `query`, best first, equal ones by ascending key. It returns `n` of them, or as
   * many as are allowed: a filter is applied during the search, never to its result.
   */
  search(query: Float32Array, options: VectorSearchOptions): Ranked | Promise<Ranked>;
  /** What {@link search} gives for each of several queries; faster than one by one. */
  searchMany?(queries: readonly Float32Array[], options: VectorSearchOptions): Ranked[] | Promise<Ranked[]>;
  /**
   * The inner product of a query with the vector of a key, as {@link search} scores it; undefined when the key is unknown. With it a few keys
   * are compared one by one, without a search.
   */
  scoreOf?(query: Float32Array, key: number): number | undefined;
  /** A copy of a vector, or undefined when the key is unknown. */
  vectorOf?(key: number): Float32Array | undefined;
  /**
   * True when every search returns a promise, as with a database. What a `SemanticIndex` asks about items it already has is then
   * answered by promises as well; their vectors come from {@link fetchVectors}.
   */
  readonly answersLater?: true | undefined;
  /** Copies of the vectors of keys, in their order, undefined for an unknown one; for an index without {@link vectorOf}. */
  fetchVectors?(keys: Int32Array): Promise<(Float32Array | undefined)[]>;
  /** Everything needed to restore it. An index whose vectors live elsewhere writes only how to find them. */
  toBytes(): Uint8Array<ArrayBuffer>;
  /** A new index with the options of this one, and the contents that {@link toBytes} wrote. Throws ERR_BAD_FILE. */
  fromBytes(bytes: Uint8Array): VectorIndex;
}
