import { type Block, Engine } from '../../engine/engine.ts';
import { dot } from './dot.ts';

/** Below this many numbers a memory of its own is not worth making for the kernels. */
const smallestEngine = 1 << 18;

/**
 * A block of rows of fixed capacity. Large ones live in the memory of an engine, whose kernel multiplies eight numbers at a time
 * in 32 bits; small ones in a plain array.
 */
export class Rows {
  /** How many rows fit. */
  readonly capacity: number;
  readonly #dimensions: number;
  readonly #width: number; // kernels want a multiple of 8; the rest is zeros
  readonly #data: Float32Array;
  readonly #kernel: { engine: Engine; rows: Block<Float32Array>; query: Block<Float32Array>; scores: Block<Float32Array> } | undefined;

  constructor(capacity: number, dimensions: number) {
    this.capacity = capacity;
    this.#dimensions = dimensions;
    this.#width = Math.ceil(dimensions / 8) * 8;
    const numbers = capacity * this.#width;
    if (numbers >= smallestEngine) {
      const engine = new Engine(4 * (numbers + this.#width + capacity) + 192, { threads: 1, scratchBytes: 0 });
      this.#kernel = { engine, rows: engine.f32(numbers), query: engine.f32(this.#width), scores: engine.f32(capacity) };
    }
    this.#data = this.#kernel ? this.#kernel.rows.array : new Float32Array(numbers);
  }

  set(row: number, vector: Float32Array): void {
    this.#data.set(vector, row * this.#width);
  }

  /** A view of a row; valid until the row is set again. */
  get(row: number): Float32Array {
    const at = row * this.#width;
    return this.#data.subarray(at, at + this.#dimensions);
  }

  /** The inner product of a row with a query, in 64 bits and always in the same order: the score that is returned. */
  exact(row: number, query: Float32Array): number {
    return dot(this.#data, row * this.#width, query);
  }

  /** Inner products of the first `count` rows in the kernel's arithmetic; undefined when `exact` is as good. Valid until the next call. */
  approximate(count: number, query: Float32Array): Float32Array | undefined {
    if (!this.#kernel) return undefined;
    const { engine, rows, query: x, scores } = this.#kernel;
    x.array.set(query);
    engine.kernels.scoreRows(0, count, x.at, rows.at, this.#width, scores.at);
    return scores.array;
  }

  /**
   * How far `approximate` may be from `exact`, for rows and query of length 1. A sum of d products in 32 bits, in any order, errs by at
   * most d u / (1 − d u) with u = 2^-24 (Higham 2002, section 3.1); twice that covers the rounding of the result as well.
   */
  get error(): number {
    return 2 * this.#width * 2 ** -24;
  }
}
