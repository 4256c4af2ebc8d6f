import { type Ranked, TopK } from '../../engine/top-k.ts';
import { AttuneError } from '../../errors.ts';
import { readModelFile, tensorOf, writeModelFile } from '../../storage/model-file.ts';
import { grown } from '../grown.ts';
import type { VectorIndex, VectorSearchOptions } from '../vector-index.ts';
import { dot } from './dot.ts';

/**
 * The exact index: every vector is compared. No build time, no parameters, no wrong answers; right up to some hundred thousand
 * vectors.
 *
 * Rows stand in chunks, so that growing never copies and never holds twice the memory; a removed row is filled with the last one.
 */
export function flatIndex(): VectorIndex {
  return new FlatIndex();
}

const chunkRows = 4096;

class FlatIndex implements VectorIndex {
  readonly kind = 'flat';
  #dimensions = 0;
  #chunks: Float32Array[] = [];
  #keyOfRow = new Int32Array(0);
  #rowOfKey = new Int32Array(0); // row + 1, 0 = none
  #size = 0;

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
    this.#reserve(this.#size + keys.length, keys.reduce((a, b) => Math.max(a, b), 0) + 1);
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k];
      const row = this.#rowOfKey[key] > 0 ? this.#rowOfKey[key] - 1 : this.#size++;
      this.#keyOfRow[row] = key;
      this.#rowOfKey[key] = row + 1;
      this.#chunkOf(row).set(vectors.subarray(k * dimensions, (k + 1) * dimensions), this.#place(row));
    }
  }

  remove(keys: Int32Array): void {
    for (const key of keys) {
      const row = this.#row(key);
      if (row < 0) continue;
      const last = --this.#size;
      if (row < last) {
        const from = this.#place(last);
        this.#chunkOf(row).set(this.#chunkOf(last).subarray(from, from + this.#dimensions), this.#place(row));
        this.#keyOfRow[row] = this.#keyOfRow[last];
        this.#rowOfKey[this.#keyOfRow[row]] = row + 1;
      }
      this.#rowOfKey[key] = 0;
    }
    this.#chunks.length = Math.ceil(this.#size / chunkRows);
  }

  search(query: Float32Array, { n, allowed }: VectorSearchOptions): Ranked {
    if (this.#size > 0 && query.length !== this.#dimensions) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `flatIndex.search: expected a vector of ${this.#dimensions} dimensions, got ${query.length}.`,
      );
    }
    const best = new TopK(Math.min(n, this.#size));
    for (let c = 0; c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c];
      const first = c * chunkRows;
      const end = Math.min(this.#size - first, chunkRows);
      for (let row = 0, at = 0; row < end; row++, at += this.#dimensions) {
        const key = this.#keyOfRow[first + row];
        if (allowed && !(allowed[key] > 0)) continue;
        best.offer(key, dot(chunk, at, query));
      }
    }
    return best.take();
  }

  vectorOf(key: number): Float32Array | undefined {
    const row = this.#row(key);
    if (row < 0) return undefined;
    return this.#chunkOf(row).slice(this.#place(row), this.#place(row) + this.#dimensions);
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const dimensions = this.#dimensions;
    const data = new Float32Array(this.#size * dimensions);
    this.#chunks.forEach((chunk, c) => {
      const start = c * chunkRows * dimensions;
      data.set(chunk.subarray(0, Math.min(chunk.length, data.length - start)), start);
    });
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

  #chunkOf(row: number): Float32Array {
    return this.#chunks[Math.floor(row / chunkRows)];
  }

  #place(row: number): number {
    return (row % chunkRows) * this.#dimensions;
  }

  #reset(dimensions: number): void {
    this.#dimensions = dimensions;
    this.#chunks = [];
    this.#rowOfKey.fill(0);
  }

  #reserve(rows: number, keys: number): void {
    while (this.#chunks.length * chunkRows < rows) this.#chunks.push(new Float32Array(chunkRows * this.#dimensions));
    this.#keyOfRow = grown(this.#keyOfRow, rows);
    this.#rowOfKey = grown(this.#rowOfKey, keys);
  }
}
