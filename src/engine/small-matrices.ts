import { diagonalize } from './generated/jobs.ts';
import type { LocalEngine } from './local-engine.ts';
import type { Block } from './memory/block.ts';
import { type Blocks, f64, layout } from './memory/layout.ts';

/** What {@link SmallMatrices} take from the memory of their engine. */
export function smallMatricesLayout(f: number) {
  const ld = f + (f % 2);
  return layout({ a: f64(f * ld), b: f64(f * ld), out: f64(f * ld), values: f64(ld), work: f64(3 * ld) });
}

/** The memory of {@link SmallMatrices}. */
export type SmallMemory = Blocks<ReturnType<typeof smallMatricesLayout>['fields']>;

/**
 * f x f matrices of doubles, row-major, computed on this thread by the kernels of an engine. ALS needs some twice an iteration
 * while the other threads wait: 128 x 128 takes a fifth of the time that the same takes in JavaScript.
 */
export class SmallMatrices {
  readonly #engine: LocalEngine<'dense'>;
  readonly #f: number;
  /** Doubles from row to row in engine memory. */
  readonly #ld: number;
  readonly #memory: SmallMemory;

  /** @param memory placed for {@link smallMatricesLayout}; taken from the engine when missing */
  constructor(engine: LocalEngine<'dense'>, f: number, memory: SmallMemory = engine.place(smallMatricesLayout(f))) {
    this.#engine = engine;
    this.#f = f;
    this.#ld = f + (f % 2);
    this.#memory = memory;
  }

  /**
   * Eigenvalues (largest first, never below 0) and orthonormal eigenvectors, in columns, of a symmetric positive semidefinite
   * matrix. Nothing but + - * / and sqrt, so every machine gives the same bits.
   */
  eigen(symmetric: Float64Array): { values: Float64Array; vectors: Float64Array } {
    const f = this.#f;
    const { a, b: basis, values, work } = this.#memory;
    placeMatrix(symmetric, f, a);
    this.#engine.call(diagonalize, { a, f, values, basis, work });
    const found = values.array.slice(0, f);
    const order = Int32Array.from({ length: f }, (_, k) => k).sort((a, b) => found[b] - found[a] || a - b);
    const vectors = new Float64Array(f * f);
    for (let j = 0; j < f; j++) {
      const from = order[j] * this.#ld;
      for (let i = 0; i < f; i++) vectors[i * f + j] = basis.array[from + i];
    }
    return { values: Float64Array.from(order, (k) => Math.max(0, found[k])), vectors };
  }
}

/** Writes a matrix to engine memory. */
export function placeMatrix(matrix: Float64Array, f: number, { array }: Block<Float64Array>): void {
  const ld = f + (f % 2);
  array.fill(0);
  for (let i = 0; i < f; i++) array.set(matrix.subarray(i * f, (i + 1) * f), i * ld);
}
