import type { Block, Engine } from './engine.ts';

/** Doubles that {@link SmallMatrices} take from the memory of their engine. */
export const smallMatricesDoubles = (f: number) => (3 * f + 4) * (f + 1);

/**
 * f x f matrices of doubles, row-major, computed on this thread by the kernels of an engine. ALS needs some twice an iteration
 * while the other threads wait: 128 x 128 takes a fifth of the time that the same takes in JavaScript.
 */
export class SmallMatrices {
  readonly #engine: Engine;
  readonly #f: number;
  /** Doubles from row to row in engine memory. */
  readonly #ld: number;
  readonly #room: [Block<Float64Array>, Block<Float64Array>, Block<Float64Array>];
  readonly #work: Block<Float64Array>;

  constructor(engine: Engine, f: number) {
    this.#engine = engine;
    this.#f = f;
    this.#ld = f + (f % 2);
    const matrix = () => engine.f64(f * this.#ld);
    this.#room = [matrix(), matrix(), matrix()];
    this.#work = engine.f64(4 * this.#ld);
  }

  /**
   * Eigenvalues (largest first, never below 0) and orthonormal eigenvectors, in columns, of a symmetric positive semidefinite
   * matrix. Nothing but + - * / and sqrt, so every machine gives the same bits.
   */
  eigen(symmetric: Float64Array): { values: Float64Array; vectors: Float64Array } {
    const f = this.#f;
    const [a, basis] = this.#room;
    this.#place(symmetric, a);
    this.#engine.kernels.diagonalize(a.at, f, this.#work.at, basis.at, this.#work.at + 8 * this.#ld);
    const found = this.#work.array.slice(0, f);
    const order = Int32Array.from({ length: f }, (_, k) => k).sort((a, b) => found[b] - found[a] || a - b);
    const vectors = new Float64Array(f * f);
    for (let j = 0; j < f; j++) {
      const from = order[j] * this.#ld;
      for (let i = 0; i < f; i++) vectors[i * f + j] = basis.array[from + i];
    }
    return { values: Float64Array.from(order, (k) => Math.max(0, found[k])), vectors };
  }

  /** a b */
  product(left: Float64Array, right: Float64Array): Float64Array {
    const f = this.#f;
    const [a, b, out] = this.#room;
    this.#place(left, a);
    this.#place(right, b);
    this.#engine.kernels.product(a.at, b.at, out.at, f);
    const result = new Float64Array(f * f);
    for (let i = 0; i < f; i++) result.set(out.array.subarray(i * this.#ld, i * this.#ld + f), i * f);
    return result;
  }

  #place(matrix: Float64Array, { array }: Block<Float64Array>): void {
    const f = this.#f;
    array.fill(0);
    for (let i = 0; i < f; i++) array.set(matrix.subarray(i * f, (i + 1) * f), i * this.#ld);
  }
}
