import { dot } from '../../../numeric/dot.ts';

const rowsOfChunk = 4096;

/** Vectors one after the other, in pieces, so that growing copies nothing. */
export class VectorRows {
  readonly dimensions: number;
  readonly #chunks: Float32Array[] = [];
  #count = 0;
  #longest = 0; // no row is longer

  constructor(dimensions: number) {
    this.dimensions = dimensions;
  }

  get count(): number {
    return this.#count;
  }

  /** Appends row-major vectors; they are copied. */
  push(vectors: Float32Array): void {
    for (let start = 0; start < vectors.length; start += this.dimensions) {
      const row = this.#count++;
      if (row >= this.#chunks.length * rowsOfChunk) this.#chunks.push(new Float32Array(rowsOfChunk * this.dimensions));
      const vector = vectors.subarray(start, start + this.dimensions);
      this.#chunks[Math.floor(row / rowsOfChunk)].set(vector, (row % rowsOfChunk) * this.dimensions);
      this.#longest = Math.max(this.#longest, lengthOf(vector));
    }
  }

  /** Forgets all rows from `count` on. */
  truncate(count: number): void {
    this.#count = count;
    this.#chunks.length = Math.ceil(count / rowsOfChunk);
  }

  /** A view of a row. */
  get(row: number): Float32Array {
    const at = (row % rowsOfChunk) * this.dimensions;
    return this.#chunks[Math.floor(row / rowsOfChunk)].subarray(at, at + this.dimensions);
  }

  /** The inner product of a row with a query, in 64 bits and always in the same order. */
  score(row: number, query: Float32Array): number {
    return dot(this.#chunks[Math.floor(row / rowsOfChunk)], (row % rowsOfChunk) * this.dimensions, query);
  }

  /** How far a sum of products in 32 bits, in any order, may be from {@link score} (Higham 2002, section 3.1), doubled. */
  error(query: Float32Array): number {
    return 2 * this.dimensions * 2 ** -24 * lengthOf(query) * this.#longest;
  }

  /** Rows as plain numbers. */
  numbers(start: number, end: number): number[] {
    const numbers = new Array<number>((end - start) * this.dimensions);
    let at = 0;
    for (let row = start; row < end; row++) for (const x of this.get(row)) numbers[at++] = x;
    return numbers;
  }

  /** All rows in one array. */
  flat(): Float32Array<ArrayBuffer> {
    const all = new Float32Array(this.#count * this.dimensions);
    for (let row = 0; row < this.#count; row++) all.set(this.get(row), row * this.dimensions);
    return all;
  }
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(dot(vector, 0, vector));
}
