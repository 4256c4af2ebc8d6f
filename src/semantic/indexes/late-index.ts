import type { VectorIndex, VectorSearchOptions } from '../../contracts/vector-index.ts';
import { type ModelFile, readModelFile, tensorOf } from '../../data/files/model-file.ts';
import { AttuneError } from '../../errors.ts';
import type { Ranked } from '../../numeric/top-k.ts';

/** The newest format of a file of vectors. */
const newestFormat = 3;

/**
 * An index whose code is loaded when it is first needed, for pages: {@link prepare}, a search or a change loads it. Until then it knows what its
 * file says, and questions that are answered at once have no answer. Afterwards it is the index itself.
 */
export class LateIndex implements VectorIndex {
  readonly kind: string;
  readonly #open: (bytes: Uint8Array) => Promise<VectorIndex>;
  readonly #file: { bytes: Uint8Array; size: number; dimensions: number } | undefined;
  #index: VectorIndex | undefined;
  #loading: Promise<VectorIndex> | undefined;
  /** Whether a change waits for the code. */
  #isChanging = false;

  /** @param open what reads the file @param file,bytes what it reads; nothing for an index that is yet to get a file */
  constructor(kind: string, open: (bytes: Uint8Array) => Promise<VectorIndex>, file?: ModelFile, bytes?: Uint8Array) {
    this.kind = kind;
    this.#open = open;
    if (!file || !bytes) return;
    this.#file = { bytes, size: tensorOf(file, 'keys', Int32Array).length, dimensions: Number(file.settings.dimensions) };
  }

  get size(): number {
    return (this.#index ?? this.#file)?.size ?? 0;
  }

  get dimensions(): number {
    return (this.#index ?? this.#file)?.dimensions ?? 0;
  }

  async prepare(): Promise<void> {
    await this.#load();
  }

  async add(...all: Parameters<VectorIndex['add']>): Promise<void> {
    this.#isChanging = true;
    await (await this.#load()).add(...all);
  }

  remove(keys: Int32Array): void | Promise<void> {
    if (this.#index) return this.#index.remove(keys);
    this.#isChanging = true;
    return this.#load().then((index) => index.remove(keys));
  }

  search(query: Float32Array, options: VectorSearchOptions): Ranked | Promise<Ranked> {
    return this.#index ? this.#index.search(query, options) : this.#load().then((index) => index.search(query, options));
  }

  /** Until it is loaded undefined, so that the question becomes a search. */
  scoreOf(query: Float32Array, key: number): number | undefined {
    return this.#index?.scoreOf?.(query, key);
  }

  vectorOf(key: number): Float32Array | undefined {
    if (this.#index) return this.#index.vectorOf?.(key);
    throw this.#notYet();
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    if (this.#index) return this.#index.toBytes();
    if (this.#isChanging) throw this.#notYet();
    return (this.#file?.bytes ?? new Uint8Array(0)).slice();
  }

  fromBytes(bytes: Uint8Array): VectorIndex {
    return new LateIndex(this.kind, this.#open, readModelFile(bytes, `${this.kind}-index`, newestFormat), bytes);
  }

  async #load(): Promise<VectorIndex> {
    this.#loading ??= this.#open(this.#file?.bytes ?? new Uint8Array(0)).catch((error) => {
      this.#loading = undefined; // so that the next call may succeed
      throw error;
    });
    this.#index = await this.#loading;
    return this.#index;
  }

  #notYet(): AttuneError {
    return new AttuneError(
      'ERR_NOT_SUPPORTED',
      `The code for the '${this.kind}' index of this file is loaded by the first search, and it was asked for something before. Load the file with SemanticIndex.load, or give fromBytes the option vectorIndex: ${this.kind}Index().`,
    );
  }
}
