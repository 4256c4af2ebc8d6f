import { AttuneError, shown } from '../../../errors.ts';

/** What attune needs of the package `faiss-node`. */
export interface FaissModule {
  /** Its general index. */
  Index: {
    /** Makes an index by a description such as `'HNSW32,Flat'`. */
    fromFactory(dimensions: number, description: string, metric: number): FaissHandle;
    /** Reads what `toBuffer` wrote. */
    fromBuffer(bytes: never): FaissHandle;
  };
}

/** What attune needs of an index of `faiss-node`. */
export interface FaissHandle {
  /** Number of vectors. */
  ntotal(): number;
  /** Length of a vector. */
  getDimension(): number;
  /** Whether vectors can be added. */
  isTrained(): boolean;
  /** Learns the lists of IVF. */
  train(vectors: number[]): void;
  /** Appends vectors. */
  add(vectors: number[]): void;
  /** The best rows. */
  search(query: number[], k: number): FaissAnswer;
  /** The index as FAISS writes it. */
  toBuffer(): Uint8Array;
}

/** What a search of `faiss-node` gives. */
export interface FaissAnswer {
  /** Rows, -1 where there is none. */
  labels: number[];
  /** Their inner products. */
  distances: number[];
}

/** Which index, with all its numbers. */
export interface FaissSettings {
  kind: 'flat' | 'hnsw' | 'ivf';
  m: number;
  efConstruction: number;
  efSearch: number;
  lists: number;
  probes: number;
}

const innerProduct = 0; // faiss::METRIC_INNER_PRODUCT
const headerBytes = 37; // four letters, dimensions, number of vectors, two unused, is trained, metric
const letters = { flat: 'IxFI', hnsw: 'IHNf', ivf: 'IwFl' };
const pointsPerList = 39; // FAISS warns below

/** Below this an IVF index cannot be trained well. */
export const smallestIvf = ({ lists }: FaissSettings): number => pointsPerList * lists;

/** Loads the package, or takes the one given. @throws ERR_MISSING_PEER, ERR_NOT_SUPPORTED */
export async function loadFaiss(): Promise<FaissModule> {
  try {
    const loaded = (await import('faiss-node' as string)) as FaissModule & { default?: FaissModule };
    return loaded.Index ? loaded : (loaded.default as FaissModule);
  } catch (cause) {
    throw new AttuneError(
      'ERR_MISSING_PEER',
      'faissIndex needs the package faiss-node, which could not be loaded. Run: npm install faiss-node',
      { cause },
    );
  }
}

/** The package keeps its classes in variables of the process, so a second thread would use those of the first, and end both. */
export function refuseThreads(): void {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: string): { isMainThread?: boolean } | undefined } };
  if (process?.getBuiltinModule?.('node:worker_threads')?.isMainThread !== false) return;
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    'faissIndex works in the main thread only, got a worker thread. Use flatIndex() or hnswIndex() there.',
  );
}

/**
 * An index of FAISS behind checks. The package does not catch C++ exceptions of `add`, `train` and `search`, which terminates the process;
 * so whatever FAISS would refuse is refused here.
 */
export class GuardedFaiss {
  readonly #handle: FaissHandle;
  readonly #dimensions: number;

  private constructor(handle: FaissHandle, dimensions: number) {
    this.#handle = handle;
    this.#dimensions = dimensions;
  }

  /** @param sample row-major vectors from which IVF learns its lists; at least {@link smallestIvf} of them. */
  static create(faiss: FaissModule, dimensions: number, settings: FaissSettings, sample: () => number[]): GuardedFaiss {
    const description = { flat: 'Flat', hnsw: `HNSW${settings.m},Flat`, ivf: `IVF${settings.lists},Flat` }[settings.kind];
    return attempt(() => {
      const empty = faiss.Index.fromFactory(dimensions, description, innerProduct);
      if (settings.kind === 'flat') return new GuardedFaiss(empty, dimensions);
      if (settings.kind === 'ivf') {
        const vectors = sample();
        if (vectors.length < smallestIvf(settings) * dimensions) throw new RangeError('too few vectors to train on');
        empty.train(vectors);
      }
      // The package has no way to set how wide a search goes, but the file format has.
      return GuardedFaiss.fromBytes(faiss, empty.toBuffer().slice(), { dimensions, rows: 0, settings });
    });
  }

  /** @throws ERR_BAD_FILE when the bytes are of another index. */
  static fromBytes(
    faiss: FaissModule,
    bytes: Uint8Array,
    { dimensions, rows, settings }: { dimensions: number; rows: number; settings: FaissSettings },
  ): GuardedFaiss {
    const ready = withParameters(bytes, dimensions, rows, settings);
    const handle = attempt(() => faiss.Index.fromBuffer(ready as never));
    if (handle.ntotal() !== rows || handle.getDimension() !== dimensions || !handle.isTrained()) throw damaged('other contents');
    return new GuardedFaiss(handle, dimensions);
  }

  get rows(): number {
    return this.#handle.ntotal();
  }

  /** Appends row-major vectors of finite numbers. */
  add(vectors: number[]): void {
    if (vectors.length % this.#dimensions !== 0 || !this.#handle.isTrained()) throw new RangeError('vectors of another length');
    if (vectors.length > 0) attempt(() => this.#handle.add(vectors));
  }

  /** Rows of the best, best first by FAISS's own arithmetic, and its score of the last one. Fewer than `k` when it finds no more. */
  search(query: Float32Array, k: number): { rows: number[]; last: number } {
    const most = Math.min(k, this.rows);
    if (most < 1) return { rows: [], last: Number.NEGATIVE_INFINITY };
    const { labels, distances } = attempt(() => this.#handle.search(Array.from(query), most));
    const rows = labels.filter((row) => row >= 0);
    return { rows, last: distances[rows.length - 1] };
  }

  toBytes(): Uint8Array {
    return this.#handle.toBuffer();
  }
}

/** A copy of an index file with these parameters of the search; refuses what does not begin like an index of this kind. */
function withParameters(bytes: Uint8Array, dimensions: number, rows: number, settings: FaissSettings): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer, copy.byteOffset, copy.byteLength);
  if (copy.length < headerBytes + 64) throw damaged('too few bytes');
  const kind = String.fromCharCode(...copy.subarray(0, 4));
  if (kind !== letters[settings.kind]) throw damaged(`an index ${shown(kind)}`);
  const header = [view.getInt32(4, true), Number(view.getBigInt64(8, true)), view.getUint8(32), view.getInt32(33, true)];
  if (String(header) !== String([dimensions, rows, 1, innerProduct])) throw damaged(`a header of ${header}`);
  if (settings.kind === 'ivf') {
    if (Number(view.getBigUint64(headerBytes, true)) !== settings.lists) throw damaged('another number of lists');
    view.setBigUint64(headerBytes + 8, BigInt(settings.probes), true);
  }
  if (settings.kind === 'hnsw') {
    let at = headerBytes;
    for (const width of [8, 4, 4, 8, 4]) {
      const count = at + 8 <= copy.length ? Number(view.getBigUint64(at, true)) : Number.NaN;
      at += 8 + count * width;
      if (!(at + 20 <= copy.length)) throw damaged('too few bytes');
    }
    view.setInt32(at + 8, settings.efConstruction, true); // behind the entry point and the highest level
    view.setInt32(at + 12, settings.efSearch, true);
  }
  return copy;
}

function damaged(got: string): AttuneError {
  return new AttuneError('ERR_BAD_FILE', `Expected an index as FAISS writes it, got ${got}. Build it anew.`);
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof AttuneError) throw cause;
    throw new AttuneError('ERR_STORE', `faissIndex: FAISS refused: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}
