import { dot } from '../../../numeric/dot.ts';

/** Rows per chunk; rows are kept in chunks so that growing never copies. */
const chunkRows = 256;

/** The vectors of a graph by slot, in plain memory: the kernels need their codes alone. */
export class HnswRows {
  readonly #dimensions: number;
  readonly #chunks: Float32Array[] = [];

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
  }

  /** Bytes of all chunks. */
  get bytes(): number {
    return this.#chunks.length * chunkRows * this.#dimensions * 4;
  }

  set(slot: number, vector: Float32Array): void {
    while (slot >= this.#chunks.length * chunkRows) this.#chunks.push(new Float32Array(chunkRows * this.#dimensions));
    this.#chunks[Math.floor(slot / chunkRows)].set(vector, (slot % chunkRows) * this.#dimensions);
  }

  /** A view; valid until the slot is set again. */
  get(slot: number): Float32Array {
    const at = (slot % chunkRows) * this.#dimensions;
    return this.#chunks[Math.floor(slot / chunkRows)].subarray(at, at + this.#dimensions);
  }

  /** The inner product of a vector with a query, in 64 bits. */
  dot(slot: number, query: Float32Array): number {
    return dot(this.#chunks[(slot / chunkRows) | 0], (slot % chunkRows) * this.#dimensions, query);
  }
}
