import type { VectorIndex, VectorSearchOptions } from '../../../contracts/vector-index.ts';
import { type ModelFile, readModelFile, tensorOf, writeModelFile } from '../../../data/files/model-file.ts';
import { AttuneError } from '../../../errors.ts';
import { dot } from '../../../numeric/dot.ts';
import { grown } from '../../../numeric/grown.ts';
import { type Ranked, TopK } from '../../../numeric/top-k.ts';
import { checkIterable, checkTyped } from '../../../options.ts';
import type { Batches } from '../shared/coded-batch.ts';
import { CodedRows } from '../shared/coded-rows.ts';
import { PlainRows } from '../shared/plain-rows.ts';
import type { Rows, UsedRows } from '../shared/rows.ts';
import { checkSearchOptions } from '../shared/search-options.ts';

/** How rows are kept other than as they are. */
export interface FlatCoding {
  /** Empty rows. */
  newBlock(capacity: number, dimensions: number): Rows;
  /** The n best for a query. */
  list(query: Float32Array, n: number, blocks: readonly UsedBlock[]): Ranked;
  /** Where vectors are read that are not kept in memory. */
  readonly read: ((key: number, dimensions: number) => Float32Array) | undefined;
  /** The rows as a file. */
  toBytes(dimensions: number, keys: Int32Array, place: (row: number) => RowPlace): Uint8Array<ArrayBuffer>;
}

/** Where a row is. */
export interface RowPlace {
  block: Rows;
  /** Its number in the block. */
  at: number;
}

/** A block and its rows that are in use. */
export interface UsedBlock {
  rows: Rows;
  used: UsedRows;
}

/** What is in a file of coded rows. */
export interface CodedContents {
  coding: FlatCoding;
  dimensions: number;
  keys: Int32Array;
  /** Writes a row. */
  restore(row: number, place: RowPlace): void;
}

/** Options with defaults. */
interface FlatSettings {
  threads: number;
  /** undefined: rows are kept as they are. */
  coding: FlatCoding | undefined;
  /** For searches of many queries; without them these go one by one, with the same answers. */
  batches: Batches | undefined;
  /** Reads a file of coded rows; pages without such files have no code for them. */
  readCoded(file: ModelFile, bytes: Uint8Array): VectorIndex;
}

/** Larger blocks of rows would approach the limit of what the kernels can address. */
const largestBlock = 2 ** 28;
const smallestBlock = 1024;
/** Below this many numbers a block has no codes, and no memory for kernels. */
const smallestCoded = 1 << 18;
/** Fewer products of queries and rows than this are not worth the threads. */
const smallestShared = 1 << 20;

/** Every vector is compared; see `flatIndex`. */
export class FlatVectors implements VectorIndex {
  readonly kind = 'flat';
  readonly #o: FlatSettings;
  #dimensions = 0;
  #blocks: Rows[] = [];
  #keyOfRow = new Int32Array(0);
  #rowOfKey = new Int32Array(0); // row + 1, 0 = none
  #size = 0;
  /** Counts changes. */
  #version = 0;
  /** The queue of multi-threaded searches. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(settings: FlatSettings) {
    this.#o = settings;
  }

  /** The index of a file of coded rows. */
  static restored({ coding, dimensions, keys, restore, ...settings }: CodedContents & Omit<FlatSettings, 'coding'>): FlatVectors {
    const index = new FlatVectors({ ...settings, coding });
    if (keys.length === 0) return index;
    index.#reset(dimensions);
    index.#reserve(keys.length);
    index.#rowOfKey = grown(index.#rowOfKey, keys.reduce((a, b) => Math.max(a, b), 0) + 1);
    for (let row = 0; row < keys.length; row++) {
      restore(row, index.#place(row));
      index.#keyOfRow[row] = keys[row];
      index.#rowOfKey[keys[row]] = row + 1;
    }
    index.#size = keys.length;
    return index;
  }

  get size(): number {
    return this.#size;
  }

  get dimensions(): number {
    return this.#dimensions;
  }

  add(keys: Int32Array, vectors: Float32Array): void {
    checkTyped('flatIndex.add', Int32Array, keys);
    if (keys.some((key) => key < 0)) throw new AttuneError('ERR_BAD_ARGUMENT', 'flatIndex.add: expected keys from 0, got a negative one.');
    checkFinite('add', vectors);
    this.#add(keys, vectors);
  }

  #add(keys: Int32Array, vectors: Float32Array): void {
    if (keys.length === 0) return;
    const dimensions = vectors.length / keys.length;
    if (!(Number.isInteger(dimensions) && dimensions > 0) || (this.#size > 0 && dimensions !== this.#dimensions)) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `flatIndex.add: expected ${keys.length} vectors of ${this.#dimensions || 'equal'} dimensions, got ${vectors.length} numbers.`,
      );
    }
    this.#version++;
    if (this.#size === 0) this.#reset(dimensions);
    this.#reserve(this.#size + keys.filter((key) => this.#row(key) < 0).length);
    this.#rowOfKey = grown(this.#rowOfKey, keys.reduce((a, b) => Math.max(a, b), 0) + 1);
    for (let k = 0; k < keys.length; k++) {
      const known = this.#row(keys[k]);
      this.#put(known < 0 ? this.#size++ : known, keys[k], vectors.subarray(k * dimensions, (k + 1) * dimensions));
    }
  }

  remove(keys: Int32Array): void {
    checkTyped('flatIndex.remove', Int32Array, keys);
    this.#version++;
    for (const key of keys) {
      const row = this.#row(key);
      if (row < 0) continue;
      this.#rowOfKey[key] = 0;
      const last = --this.#size;
      if (row < last) this.#put(row, this.#keyOfRow[last], this.#vector(last));
    }
    let capacity = this.#blocks.reduce((sum, block) => sum + block.capacity, 0);
    for (let block = this.#blocks.at(-1); block && capacity - block.capacity >= this.#size; block = this.#blocks.at(-1)) {
      capacity -= block.capacity;
      this.#blocks.pop();
    }
  }

  search(query: Float32Array, options: VectorSearchOptions): Ranked {
    checkSearchOptions('flatIndex.search', options);
    const { n, allowed } = options;
    this.#check('search', query);
    const { coding } = this.#o;
    if (coding) return coding.list(query, Math.min(n, this.#size), this.#used(n, allowed));
    const best = new TopK(Math.min(n, this.#size));
    for (const { rows, used } of this.#used(n, allowed)) rows.search(query, used, best);
    return best.take();
  }

  async searchMany(queries: readonly Float32Array[], options: VectorSearchOptions): Promise<Ranked[]> {
    checkSearchOptions('flatIndex.searchMany', options);
    const { n, allowed } = options;
    for (const query of checkIterable('flatIndex.searchMany', 'vectors', queries)) this.#check('searchMany', query);
    if (this.#o.threads === 1) return this.#answer(queries, n, allowed, false);
    const answer = this.#queue.then(async () => {
      const version = this.#version;
      const found = await this.#answer(queries, n, allowed, queries.length * this.#size >= smallestShared);
      // If the rows changed while threads read them, they are read again on this thread, where nothing can intervene.
      return this.#version === version ? found : this.#answer(queries, n, allowed, false);
    });
    this.#queue = answer.catch(() => {});
    return answer;
  }

  scoreOf(query: Float32Array, key: number): number | undefined {
    const row = this.#row(key);
    if (row < 0) return undefined;
    this.#check('scoreOf', query);
    const { read } = this.#o.coding ?? {};
    if (read) return dot(read(key, this.#dimensions), 0, query);
    const { block, at } = this.#place(row);
    return block.score(at, query);
  }

  vectorOf(key: number): Float32Array | undefined {
    const row = this.#row(key);
    return row < 0 ? undefined : this.#vector(row).slice();
  }

  get memoryBytes(): number {
    return this.#blocks.reduce((sum, block) => sum + block.bytes, 0) + this.#keyOfRow.byteLength + this.#rowOfKey.byteLength;
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const dimensions = this.#dimensions;
    const { coding } = this.#o;
    if (coding) return coding.toBytes(dimensions, this.#keyOfRow.slice(0, this.#size), (row) => this.#place(row));
    const data = new Float32Array(this.#size * dimensions);
    for (let row = 0; row < this.#size; row++) data.set(this.#vector(row), row * dimensions);
    return writeModelFile({
      kind: 'flat-index',
      formatVersion: 1,
      settings: { dimensions },
      tensors: {
        keys: { data: this.#keyOfRow.slice(0, this.#size), shape: [this.#size] },
        vectors: { data, shape: [this.#size, dimensions] },
      },
      ids: {},
    });
  }

  fromBytes(bytes: Uint8Array): VectorIndex {
    const file = readModelFile(bytes, 'flat-index', 2);
    if (file.formatVersion === 2) return this.#o.readCoded(file, bytes);
    const keys = tensorOf(file, 'keys', Int32Array);
    const vectors = tensorOf(file, 'vectors', Float32Array, keys.length * Number(file.settings.dimensions));
    if (keys.some((key) => key < 0)) throw new AttuneError('ERR_BAD_FILE', 'Expected keys from 0 in a flat index.');
    const index = new FlatVectors({ ...this.#o, coding: undefined });
    index.#add(keys, vectors);
    return index;
  }

  /** Without threads it is done when it returns. */
  async #answer(queries: readonly Float32Array[], n: number, allowed: Uint8Array | undefined, threads: boolean): Promise<Ranked[]> {
    const { coding } = this.#o;
    if (coding) return queries.map((query) => coding.list(query, Math.min(n, this.#size), this.#used(n, allowed)));
    const best = queries.map(() => new TopK(Math.min(n, this.#size)));
    for (const { rows, used } of this.#used(n, allowed)) {
      const work = rows.searchMany(queries, used, best, threads);
      if (work) await work;
    }
    return best.map((each) => each.take());
  }

  #check(method: string, query: Float32Array): void {
    checkFinite(method, query);
    if (this.#size === 0 || query.length === this.#dimensions) return;
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `flatIndex.${method}: expected a vector of ${this.#dimensions} dimensions, got ${query.length}.`,
    );
  }

  /** The blocks with the rows of each that are in use. */
  #used(n: number, allowed: Uint8Array | undefined): UsedBlock[] {
    let first = 0;
    return this.#blocks.map((rows) => {
      const keys = this.#keyOfRow.subarray(Math.min(first, this.#size), Math.min(first + rows.capacity, this.#size));
      first += rows.capacity;
      return { rows, used: { keys, allowed, n: Math.min(n, keys.length) } };
    });
  }

  #row(key: number): number {
    return (this.#rowOfKey[key] ?? 0) - 1;
  }

  #put(row: number, key: number, vector: Float32Array): void {
    const { block, at } = this.#place(row);
    block.set(at, vector);
    this.#keyOfRow[row] = key;
    this.#rowOfKey[key] = row + 1;
  }

  #vector(row: number): Float32Array {
    const { read } = this.#o.coding ?? {};
    if (read) return read(this.#keyOfRow[row], this.#dimensions);
    const { block, at } = this.#place(row);
    return block.get(at);
  }

  #place(row: number): RowPlace {
    let at = row;
    for (const block of this.#blocks) {
      if (at < block.capacity) return { block, at };
      at -= block.capacity;
    }
    throw new RangeError(`no row ${row}`);
  }

  #reset(dimensions: number): void {
    this.#dimensions = dimensions;
    this.#blocks = [];
    this.#rowOfKey.fill(0);
  }

  /** The first block is as large as the first vectors need; later ones grow by a quarter, so that nothing is ever copied. */
  #reserve(rows: number): void {
    let missing = rows - this.#blocks.reduce((sum, block) => sum + block.capacity, 0);
    const most = Math.floor(largestBlock / Math.max(this.#dimensions, 64));
    while (missing > 0) {
      const wanted = this.#blocks.length === 0 ? missing : Math.max(missing, smallestBlock, Math.ceil(this.#size / 4));
      const block = this.#newBlock(Math.min(wanted, most));
      this.#blocks.push(block);
      missing -= block.capacity;
    }
    this.#keyOfRow = grown(this.#keyOfRow, rows);
  }

  #newBlock(capacity: number): Rows {
    const dimensions = this.#dimensions;
    const { threads, coding, batches } = this.#o;
    if (coding) return coding.newBlock(capacity, dimensions);
    if (capacity * dimensions < smallestCoded) return new PlainRows(capacity, dimensions);
    return new CodedRows(capacity, dimensions, threads, batches);
  }
}

function checkFinite(method: string, numbers: Float32Array): void {
  checkTyped(`flatIndex.${method}`, Float32Array, numbers);
  let sum = 0; // of products with 0, which are 0 only where all numbers are finite
  for (let k = 0; k < numbers.length; k++) sum += 0 * numbers[k];
  if (sum !== 0) throw new AttuneError('ERR_BAD_VALUE', `flatIndex.${method}: expected finite numbers, got another.`);
}
