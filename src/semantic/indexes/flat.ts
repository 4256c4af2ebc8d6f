import { type Ranked, TopK } from '../../engine/top-k.ts';
import { AttuneError } from '../../errors.ts';
import { readModelFile, tensorOf, writeModelFile } from '../../storage/model-file.ts';
import { grown } from '../grown.ts';
import type { VectorIndex, VectorSearchOptions } from '../vector-index.ts';
import { dot } from './dot.ts';
import { Rows } from './rows.ts';

/**
 * The exact index: every vector is compared. No build time, no parameters, no wrong answers; right up to some hundred thousand
 * vectors.
 *
 * A kernel in 32 bits screens all rows; what its error bound lets through is scored again in 64 bits, in one fixed order, so scores
 * and order are the same in every runtime.
 */
export function flatIndex(): VectorIndex {
  return new FlatIndex();
}

/** A block of rows beyond this would come near what the kernels can address. */
const largestBlock = 2 ** 28;
const smallestBlock = 1024;

class FlatIndex implements VectorIndex {
  readonly kind = 'flat';
  #dimensions = 0;
  #blocks: Rows[] = [];
  #keyOfRow = new Int32Array(0);
  #rowOfKey = new Int32Array(0); // row + 1, 0 = none
  #size = 0;
  #longest = 0; // no vector is longer

  get size(): number {
    return this.#size;
  }

  get dimensions(): number {
    return this.#dimensions;
  }

  add(keys: Int32Array, vectors: Float32Array): void {
    if (keys.length === 0) return;
    const dimensions = vectors.length / keys.length;
    if (!(Number.isInteger(dimensions) && dimensions > 0) || (this.#size > 0 && dimensions !== this.#dimensions)) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `flatIndex.add: expected ${keys.length} vectors of ${this.#dimensions || 'equal'} dimensions, got ${vectors.length} numbers.`,
      );
    }
    if (this.#size === 0) this.#reset(dimensions);
    this.#reserve(this.#size + keys.filter((key) => this.#row(key) < 0).length);
    this.#rowOfKey = grown(this.#rowOfKey, keys.reduce((a, b) => Math.max(a, b), 0) + 1);
    for (let k = 0; k < keys.length; k++) {
      const vector = vectors.subarray(k * dimensions, (k + 1) * dimensions);
      const known = this.#row(keys[k]);
      this.#put(known < 0 ? this.#size++ : known, keys[k], vector);
      this.#longest = Math.max(this.#longest, lengthOf(vector));
    }
  }

  remove(keys: Int32Array): void {
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

  search(query: Float32Array, { n, allowed }: VectorSearchOptions): Ranked {
    if (this.#size > 0 && query.length !== this.#dimensions) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `flatIndex.search: expected a vector of ${this.#dimensions} dimensions, got ${query.length}.`,
      );
    }
    const best = new TopK(Math.min(n, this.#size));
    // Scoring a few rows one by one is cheaper than screening all of them.
    const few = allowed !== undefined && countOf(allowed) * 8 < this.#size;
    const slack = lengthOf(query) * this.#longest;
    let first = 0;
    for (const block of this.#blocks) {
      const count = Math.min(block.capacity, this.#size - first);
      const screen = few ? undefined : block.approximate(count, query);
      const margin = slack * block.error;
      for (let row = 0; row < count; row++) {
        if (screen && screen[row] + margin < best.threshold) continue;
        const key = this.#keyOfRow[first + row];
        if (allowed && !(allowed[key] > 0)) continue;
        best.offer(key, block.exact(row, query));
      }
      first += count;
    }
    return best.take();
  }

  vectorOf(key: number): Float32Array | undefined {
    const row = this.#row(key);
    return row < 0 ? undefined : this.#vector(row).slice();
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const dimensions = this.#dimensions;
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
    const file = readModelFile(bytes, 'flat-index', 1);
    const keys = tensorOf(file, 'keys', Int32Array);
    const vectors = tensorOf(file, 'vectors', Float32Array, keys.length * Number(file.settings.dimensions));
    if (keys.some((key) => key < 0)) throw new AttuneError('ERR_BAD_FILE', 'Expected keys from 0 in a flat index.');
    const index = new FlatIndex();
    index.add(keys, vectors);
    return index;
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
    const { block, at } = this.#place(row);
    return block.get(at);
  }

  #place(row: number): { block: Rows; at: number } {
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
    this.#longest = 0;
  }

  /** The first block is as large as the first vectors need; later ones grow by a quarter, so that nothing is ever copied. */
  #reserve(rows: number): void {
    let missing = rows - this.#blocks.reduce((sum, block) => sum + block.capacity, 0);
    const most = Math.floor(largestBlock / this.#dimensions);
    while (missing > 0) {
      const wanted = this.#blocks.length === 0 ? missing : Math.max(missing, smallestBlock, Math.ceil(this.#size / 4));
      const block = new Rows(Math.min(wanted, most), this.#dimensions);
      this.#blocks.push(block);
      missing -= block.capacity;
    }
    this.#keyOfRow = grown(this.#keyOfRow, rows);
  }
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(dot(vector, 0, vector));
}

function countOf(allowed: Uint8Array): number {
  let count = 0;
  for (let key = 0; key < allowed.length; key++) count += allowed[key] > 0 ? 1 : 0;
  return count;
}
