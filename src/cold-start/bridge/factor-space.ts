import { Matrix, solve } from 'ml-matrix';

/**
 * Places users and words among item factors with nothing but what every factor model shows: its item factors, and scores that are dot
 * products with them.
 */
export class FactorSpace {
  readonly #factors: ArrayLike<number>;
  readonly #columns: number;
  readonly #rows: Int32Array;
  readonly #recover: Matrix;
  readonly #inverse: Matrix;

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
    this.#recover = inverseOf(probes, 1e-9);
    this.#inverse = inverseOf(this.#gramOf(order), 1e-9, regularization);
  }

  /** The rows whose scores tell a user's vector: four times as many as there are factors, the longest ones. */
  get probes(): Int32Array {
    return this.#rows;
  }

  /** The vector whose dot products with the probes are these scores, by least squares. NaN counts as unknown, as 0. */
  vectorFrom(scores: ArrayLike<number>): Float64Array {
    const sums = new Array<number>(this.#columns).fill(0);
    this.#rows.forEach((row, k) => {
      const score = Number.isFinite(scores[k]) ? scores[k] : 0;
      for (let q = 0; q < this.#columns; q++) sums[q] += score * this.#factors[row * this.#columns + q];
    });
    return Float64Array.from(this.#recover.mmul(Matrix.columnVector(sums)).to1DArray());
  }

  /**
   * The vector of a user who likes one item of these factors: (YtY + l I + alpha y yt)^-1 (1 + alpha) y, the fold-in of implicit ALS (Hu,
   * Koren & Volinsky 2008), by Sherman & Morrison.
   */
  likes(y: Float64Array, alpha: number): Float64Array {
    const direction = Float64Array.from(this.#inverse.mmul(Matrix.columnVector([...y])).to1DArray());
    const scale = (1 + alpha) / (1 + alpha * direction.reduce((sum, value, q) => sum + value * y[q], 0));
    return direction.map((value) => value * scale);
  }

  #gramOf(rows: Int32Array): Matrix {
    const f = this.#columns;
    const gram = new Float64Array(f * f);
    for (const row of rows) {
      for (let a = 0; a < f; a++) {
        const left = this.#factors[row * f + a];
        for (let b = 0; b <= a; b++) gram[a * f + b] += left * this.#factors[row * f + b];
      }
    }
    for (let a = 0; a < f; a++) for (let b = 0; b < a; b++) gram[b * f + a] = gram[a * f + b];
    return Matrix.from1DArray(f, f, gram);
  }
}

function norm(data: ArrayLike<number>, start: number, length: number): number {
  let sum = 0;
  for (let k = start; k < start + length; k++) sum += data[k] * data[k];
  return sum;
}

/** Inverse of a + (relative * mean of the diagonal + absolute) I. */
function inverseOf(a: Matrix, relative: number, absolute = 0): Matrix {
  const size = a.rows;
  const shift = relative * (a.trace() / size || 1) + absolute;
  return solve(Matrix.add(a, Matrix.eye(size, size, shift)), Matrix.eye(size, size));
}
