import { AttuneError, type VectorIndex } from 'attune';
import { checkSearchOptions, readModelFile, TopK, tensorOf, writeModelFile } from 'attune/authoring';

/** Compares the query with every vector. */
export class PlainIndex implements VectorIndex {
  readonly kind = 'plain';
  readonly #rows = new Map<number, Float32Array>();
  readonly dimensions: number;

  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  get size(): number {
    return this.#rows.size;
  }

  add(keys: Int32Array, vectors: Float32Array): void {
    this.#check(vectors.length, keys.length * this.dimensions);
    keys.forEach((key, row) => {
      this.#rows.set(key, vectors.slice(row * this.dimensions, (row + 1) * this.dimensions));
    });
  }

  remove(keys: Int32Array): void {
    for (const key of keys) this.#rows.delete(key);
  }

  search(query: Float32Array, options: { n: number; allowed?: Uint8Array }) {
    checkSearchOptions('PlainIndex.search', options);
    this.#check(query.length, this.dimensions);
    const best = new TopK(Math.min(options.n, this.size));
    for (const key of [...this.#rows.keys()].sort((a, b) => a - b)) {
      if (options.allowed && !options.allowed[key]) continue;
      const row = this.#rows.get(key) as Float32Array;
      best.offer(
        key,
        row.reduce((sum, value, k) => sum + value * query[k], 0),
      );
    }
    return best.take();
  }

  vectorOf(key: number): Float32Array | undefined {
    return this.#rows.get(key)?.slice();
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const keys = Int32Array.from(this.#rows.keys());
    const vectors = new Float32Array(keys.length * this.dimensions);
    keys.forEach((key, row) => {
      vectors.set(this.#rows.get(key) as Float32Array, row * this.dimensions);
    });
    const tensors = { keys: { data: keys, shape: [keys.length] }, vectors: { data: vectors, shape: [keys.length, this.dimensions] } };
    return writeModelFile({ kind: this.kind, formatVersion: 1, settings: { dimensions: this.dimensions }, tensors, ids: {} });
  }

  fromBytes(bytes: Uint8Array): PlainIndex {
    const file = readModelFile(bytes, this.kind, 1);
    const index = new PlainIndex(Number(file.settings.dimensions));
    index.add(tensorOf(file, 'keys', Int32Array), tensorOf(file, 'vectors', Float32Array));
    return index;
  }

  #check(got: number, expected: number): void {
    if (got !== expected) throw new AttuneError('ERR_BAD_ARGUMENT', `PlainIndex: expected ${expected} numbers, got ${got}.`);
  }
}
