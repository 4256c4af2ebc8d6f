import { solve } from '../../numeric/solve.ts';

/**
 * Places users and words among item factors with nothing but what every factor model shows: its item factors, and scores that are dot
 * products with them.
 */
export class FactorSpace {
  readonly #factors: ArrayLike<number>;
  readonly #columns: number;
  readonly #rows: Int32Array;
  /** Inverses of Gram matrices, columns x columns: of the probes, and of all items with the penalty. */
  readonly #recover: Float64Array;
  readonly #inverse: Float64Array;

  /**
   * @param factors rows x columns, row-major.
   * @param regularization l of the model.
   */
  constructor(factors: ArrayLike<number>, rows: number, columns: number, regularization: number) {
    this.#factors = factors;
    this.#columns = columns;
    const norms = Float64Array.from({ length: rows }, (_, i) => norm(factors, i * columns, columns));
    const order = Int32Array.from(norms.keys()).sort((a, b) => norms[b] - norms[a] || a - b);
    this.#rows = order.slice(0, 4 * columns);
    const probes = this.#gramOf(this.#rows);
    this.#recover = inverseOf(probes, columns, 1e-9);
    this.#inverse = inverseOf(this.#gramOf(order), columns, 1e-9, regularization);
  }

  /** The rows whose scores tell a user's vector: four times as many as there are factors, the longest ones. */
  get probes(): Int32Array {
    return this.#rows;
  }

  /** The vector whose dot products with the probes are these scores, by least squares. NaN counts as unknown, as 0. */
  vectorFrom(scores: ArrayLike<number>): Float64Array {
    const sums = new Float64Array(this.#columns);
    this.#rows.forEach((row, k) => {
      const score = Number.isFinite(scores[k]) ? scores[k] : 0;
      for (let q = 0; q < this.#columns; q++) sums[q] += score * this.#factors[row * this.#columns + q];
    });
    return times(this.#recover, sums);
  }

  /**
   * The vector of a user who likes one item of these factors: (YtY + l I + alpha y yt)^-1 (1 + alpha) y, the fold-in of implicit ALS (Hu,
   * Koren & Volinsky 2008), by Sherman & Morrison.
   */
  likes(y: Float64Array, alpha: number): Float64Array {
    const direction = times(this.#inverse, y);
    const scale = (1 + alpha) / (1 + alpha * direction.reduce((sum, value, q) => sum + value * y[q], 0));
    return direction.map((value) => value * scale);
  }

  #gramOf(rows: Int32Array): Float64Array {
    const f = this.#columns;
    const gram = new Float64Array(f * f);
    for (const row of rows) {
      for (let a = 0; a < f; a++) {
        const left = this.#factors[row * f + a];
        for (let b = 0; b <= a; b++) gram[a * f + b] += left * this.#factors[row * f + b];
      }
    }
    for (let a = 0; a < f; a++) for (let b = 0; b < a; b++) gram[b * f + a] = gram[a * f + b];
    return gram;
  }
}

function norm(data: ArrayLike<number>, start: number, length: number): number {
  let sum = 0;
  for (let k = start; k < start + length; k++) sum += data[k] * data[k];
  return sum;
}

/** Inverse of a + (relative * mean of the diagonal + absolute) I. */
function inverseOf(a: Float64Array, size: number, relative: number, absolute = 0): Float64Array {
  let trace = 0;
  for (let k = 0; k < size; k++) trace += a[k * size + k];
  const shift = relative * (trace / size || 1) + absolute;
  const identity = new Float64Array(size * size);
  for (let k = 0; k < size; k++) {
    a[k * size + k] += shift;
    identity[k * size + k] = 1;
  }
  return solve(a, size, identity, size);
}

/** A square matrix times a vector. */
function times(a: Float64Array, x: Float64Array): Float64Array {
  const size = x.length;
  return x.map((_, i) => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += a[i * size + k] * x[k];
    return sum;
  });
}
