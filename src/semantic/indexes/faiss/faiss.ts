import type { VectorIndex, VectorSearchOptions } from '../../../contracts/vector-index.ts';
import { readModelFile, tensorOf, writeModelFile } from '../../../data/files/model-file.ts';
import { AttuneError } from '../../../errors.ts';
import { grown } from '../../../numeric/grown.ts';
import { type Ranked, TopK } from '../../../numeric/top-k.ts';
import { checkSearchOptions } from '../shared/search-options.ts';
import { VectorRows } from '../shared/vector-rows.ts';
import { type FaissModule, type FaissSettings, GuardedFaiss, loadFaiss, refuseThreads, smallestIvf } from './faiss-module.ts';
import { type FaissOptions, readFaissOptions } from './faiss-options.ts';

/**
 * An index of FAISS, through the optional package `faiss-node`. It runs in the main thread of Node alone, and building blocks.
 *
 * The vectors are kept here as well, twice the memory, for what the package cannot do: FAISS proposes, then scores are computed anew in
 * 64 bits, so they and their order are those of `flatIndex`; when a filter leaves less than an eighth, or FAISS finds too few, all that
 * is allowed is compared. Removed vectors stay in FAISS, unseen, until they outnumber the others. Graphs made with several threads
 * differ a little from run to run (`OMP_NUM_THREADS=1` avoids that).
 *
 * FAISS trusts its files: load only what you saved.
 *
 * @throws ERR_BAD_OPTION, ERR_NOT_SUPPORTED in a worker thread; when used ERR_MISSING_PEER without the package; ERR_STORE when FAISS
 * refuses.
 */
export function faissIndex(options: FaissOptions = {}): VectorIndex {
  const { faiss, ...settings } = readFaissOptions(options);
  refuseThreads();
  return new FaissIndex(settings, faiss);
}

export type { FaissOptions };

/** Beyond this, sums of products could leave the range of 32 bits, and FAISS compares NaN. */
const largestNumber = 1e15;
const largestDimensions = 65_536;
/** FAISS takes plain arrays, eight bytes or more per number; this many rows at a time. */
const rowsAtOnce = 2048;

class FaissIndex implements VectorIndex {
  readonly kind = 'faiss';
  readonly #settings: FaissSettings;
  #module: FaissModule | undefined;
  #loading: Promise<FaissModule> | undefined;
  /** Its rows are the first ones of `#rows`; undefined while everything is compared. */
  #faiss: GuardedFaiss | undefined;
  /** What a file said of it. */
  #saved: Uint8Array | undefined;
  /** It came from a file and has not been looked at since. */
  #unread = false;
  #rows = new VectorRows(0);
  #keyOfRow = new Int32Array(0); // -1: removed
  #rowOfKey = new Int32Array(0); // row + 1, 0 = none
  #size = 0;

  constructor(settings: FaissSettings, module: FaissModule | undefined) {
    this.#settings = settings;
    this.#module = module;
  }

  get size(): number {
    return this.#size;
  }

  get dimensions(): number {
    return this.#rows.dimensions;
  }

  prepare(): void | Promise<void> {
    return this.#withModule(() => this.#index());
  }

  add(keys: Int32Array, vectors: Float32Array): void | Promise<void> {
    if (keys.length === 0) return;
    this.#check(keys, vectors);
    if (this.#module) return this.#append(keys, vectors);
    const [ownKeys, ownVectors] = [keys.slice(), vectors.slice()];
    return this.#withModule(() => {
      this.#check(ownKeys, ownVectors); // another add may have settled the dimensions meanwhile
      this.#append(ownKeys, ownVectors);
    });
  }

  remove(keys: Int32Array): void | Promise<void> {
    const own = this.#module ? keys : keys.slice();
    return this.#withModule(() => {
      for (const key of own) this.#drop(key);
      if (this.#size === 0) this.#clear(this.dimensions);
    });
  }

  search(query: Float32Array, options: VectorSearchOptions): Ranked | Promise<Ranked> {
    checkSearchOptions('faissIndex.search', options);
    if (this.#size === 0) return new TopK(0).take();
    if (query.length !== this.dimensions || !isTame(query)) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `faissIndex.search: expected a vector of ${this.dimensions} finite numbers up to ${largestNumber}, got ${query.length}${isTame(query) ? '' : ' with another in it'}.`,
      );
    }
    if (this.#module && !this.#unread) return this.#search(query, options);
    const own = query.slice();
    return this.#withModule(() => {
      if (this.#unread) this.#index();
      return this.#search(own, options);
    });
  }

  vectorOf(key: number): Float32Array | undefined {
    const row = this.#row(key);
    return row < 0 ? undefined : this.#rows.get(row).slice();
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const { dimensions } = this;
    const count = this.#rows.count;
    // A flat one is made again as fast as it is read.
    const faiss = this.#settings.kind === 'flat' ? undefined : (this.#faiss?.toBytes() ?? this.#saved);
    return writeModelFile({
      kind: 'faiss-index',
      formatVersion: 1,
      settings: { ...this.#settings, dimensions },
      tensors: {
        keys: { data: this.#keyOfRow.slice(0, count), shape: [count] },
        vectors: { data: this.#rows.flat(), shape: [count, dimensions] },
        ...(faiss && { faiss: { data: faiss, shape: [faiss.length] } }),
      },
      ids: {},
    });
  }

  fromBytes(bytes: Uint8Array): VectorIndex {
    const file = readModelFile(bytes, 'faiss-index', 1);
    const dimensions = Number(file.settings.dimensions);
    const keys = tensorOf(file, 'keys', Int32Array);
    const vectors = tensorOf(file, 'vectors', Float32Array, keys.length * dimensions);
    const known = keys.filter((key) => key >= 0);
    if (
      !(dimensions >= 0 && dimensions <= largestDimensions) ||
      new Set(known).size < known.length ||
      keys.some((key) => key < -1) ||
      !isTame(vectors)
    )
      throw new AttuneError('ERR_BAD_FILE', 'Expected distinct keys from 0 and finite vectors in a faiss index. Build the index anew.');
    const index = new FaissIndex(this.#settings, this.#module);
    index.#clear(dimensions);
    index.#rows.push(vectors);
    index.#assign(0, keys);
    // What another kind of index wrote is of no use to this one, which is then built from the vectors.
    const same = (['kind', 'm', 'lists'] as const).every((name) => file.settings[name] === this.#settings[name]);
    if (same && file.tensors.faiss) index.#saved = tensorOf(file, 'faiss', Uint8Array);
    index.#unread = true;
    if (this.#module) index.#index();
    return index;
  }

  /** Runs it now, or as soon as the package is there. */
  #withModule<T>(work: () => T): T | Promise<T> {
    refuseThreads();
    if (this.#module) return work();
    this.#loading ??= loadFaiss();
    return this.#loading.then(
      (module) => {
        this.#module = module;
        return work();
      },
      (error) => {
        this.#loading = undefined; // so that the next call may succeed
        throw error;
      },
    );
  }

  #check(keys: Int32Array, vectors: Float32Array): void {
    const dimensions = vectors.length / keys.length;
    const fits = Number.isInteger(dimensions) && dimensions > 0 && dimensions <= largestDimensions;
    if (!fits || (this.#size > 0 && dimensions !== this.dimensions)) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `faissIndex.add: expected ${keys.length} vectors of ${this.dimensions || 'equal'} dimensions, got ${vectors.length} numbers.`,
      );
    }
    if (!isTame(vectors)) {
      throw new AttuneError(
        'ERR_BAD_VALUE',
        `faissIndex.add: expected finite numbers up to ${largestNumber}, got another. Repair the embedder.`,
      );
    }
    const wrong = keys.find((key) => key < 0);
    if (wrong !== undefined) throw new AttuneError('ERR_BAD_ARGUMENT', `faissIndex.add: expected keys from 0, got ${wrong}.`);
  }

  #append(keys: Int32Array, vectors: Float32Array): void {
    if (this.#unread) this.#index();
    if (this.#size === 0) this.#clear(vectors.length / keys.length);
    else if (this.#rows.count > 2 * this.#size + rowsAtOnce) this.#compact();
    const before = this.#rows.count;
    this.#rows.push(vectors);
    try {
      this.#index();
    } catch (error) {
      this.#rows.truncate(before);
      this.#faiss = undefined; // made again by the next add
      throw error;
    }
    this.#assign(before, keys);
  }

  /** Gives rows from `before` on their keys; rows that these had before are dropped. */
  #assign(before: number, keys: Int32Array): void {
    this.#keyOfRow = grown(this.#keyOfRow, before + keys.length);
    this.#rowOfKey = grown(this.#rowOfKey, keys.reduce((a, b) => Math.max(a, b), 0) + 1);
    keys.forEach((key, k) => {
      this.#drop(key);
      this.#keyOfRow[before + k] = key;
      if (key < 0) return;
      this.#rowOfKey[key] = before + k + 1;
      this.#size++;
    });
  }

  #drop(key: number): void {
    const row = this.#row(key);
    if (row < 0) return;
    this.#keyOfRow[row] = -1;
    this.#rowOfKey[key] = 0;
    this.#size--;
  }

  #clear(dimensions: number): void {
    this.#rows = new VectorRows(dimensions);
    this.#rowOfKey.fill(0);
    this.#faiss = undefined;
    this.#saved = undefined;
    this.#unread = false;
    this.#size = 0;
  }

  /** Leaves out the rows of removed vectors; FAISS is built anew. */
  #compact(): void {
    const alive = this.#keyOfRow.subarray(0, this.#rows.count).filter((key) => key >= 0);
    const vectors = new Float32Array(alive.length * this.dimensions);
    alive.forEach((key, k) => {
      vectors.set(this.#rows.get(this.#row(key)), k * this.dimensions);
    });
    this.#clear(this.dimensions);
    this.#rows.push(vectors);
    this.#assign(0, alive);
  }

  /** Brings FAISS up to the rows that are here. */
  #index(): void {
    const module = this.#module as FaissModule;
    const { dimensions } = this;
    const { count } = this.#rows;
    this.#unread = false;
    if (count === 0 || (this.#settings.kind === 'ivf' && !this.#faiss && !this.#saved && count < smallestIvf(this.#settings))) return;
    if (this.#saved) this.#faiss = GuardedFaiss.fromBytes(module, this.#saved, { dimensions, rows: count, settings: this.#settings });
    this.#saved = undefined;
    this.#faiss ??= GuardedFaiss.create(module, dimensions, this.#settings, () => this.#sample());
    for (let start = this.#faiss.rows; start < count; start += rowsAtOnce)
      this.#faiss.add(this.#rows.numbers(start, Math.min(start + rowsAtOnce, count)));
  }

  /** Rows from all over, as many as training looks at. */
  #sample(): number[] {
    const { count } = this.#rows;
    const wanted = Math.min(count, 2 * smallestIvf(this.#settings));
    const numbers: number[] = [];
    for (let k = 0; k < wanted; k++) for (const x of this.#rows.get(Math.floor((k * count) / wanted))) numbers.push(x);
    return numbers;
  }

  #search(query: Float32Array, { n, allowed }: VectorSearchOptions): Ranked {
    const rows = this.#rows.count;
    const candidates = allowed ? this.#countOf(allowed) : this.#size;
    const wanted = Math.min(n, candidates);
    const flat = this.#settings.kind === 'flat';
    // A share of the rows passes, so that share of what FAISS finds will; some more, since its arithmetic may swap neighbours. A graph
    // or lists are asked once: what they find further away has gaps, and when most of it does not pass, the gaps are the answer.
    let k = Math.ceil(((flat ? 1 : 2) * wanted * rows) / candidates) + 8;
    while (this.#faiss && wanted > 0 && candidates * 8 >= rows) {
      const { rows: found, last } = this.#faiss.search(query, k);
      const best = new TopK(wanted);
      let passed = 0;
      for (const row of found) {
        const key = this.#keyOfRow[row];
        if (key < 0 || (allowed && !(allowed[key] > 0))) continue;
        best.offer(key, this.#rows.score(row, query));
        passed++;
      }
      const complete = !flat || found.length === rows || last + this.#rows.error(query) < best.threshold;
      if (passed >= wanted && complete) return best.take();
      if (!flat || k * 4 > rows) break;
      k *= 4;
    }
    const best = new TopK(wanted);
    for (let row = 0; row < rows && wanted > 0; row++) {
      const key = this.#keyOfRow[row];
      if (key >= 0 && (!allowed || allowed[key] > 0)) best.offer(key, this.#rows.score(row, query));
    }
    return best.take();
  }

  #countOf(allowed: Uint8Array): number {
    let count = 0;
    const end = Math.min(allowed.length, this.#rowOfKey.length);
    for (let key = 0; key < end; key++) if (allowed[key] > 0 && this.#rowOfKey[key] > 0) count++;
    return count;
  }

  #row(key: number): number {
    return (this.#rowOfKey[key] ?? 0) - 1;
  }
}

function isTame(vector: Float32Array): boolean {
  return vector.every((x) => Math.abs(x) <= largestNumber);
}
