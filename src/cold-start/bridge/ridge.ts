import { diagonalize } from '../../numeric/eigen.ts';

/** Rows with targets and weights, all row-major. */
export interface RidgeProblem {
  /** Number of rows. */
  rows: number;
  /** rows x inputs. */
  x: Float64Array;
  inputs: number;
  /** rows x outputs. */
  y: Float64Array;
  outputs: number;
  /** One weight per row, above 0. */
  weights: Float64Array;
}

/** y = intercept + x coefficients. */
export interface RidgeFit {
  /** inputs x outputs, row-major. */
  coefficients: Float64Array;
  /** `outputs` numbers. */
  intercept: Float64Array;
  /** The penalty it was solved with, in units of the mean eigenvalue. */
  penalty: number;
  /** Share of the weighted variance of y that predictions of left-out rows explain; at most 1, below 0 when the mean is better. */
  explained: number;
}

/**
 * Weighted ridge regression: minimizes sum of w |y - a - x B|^2 + penalty |B|^2, the intercept a not penalized. Of several penalties the one
 * whose predictions of left-out rows are best is taken: leave-one-out errors are e / (1 - h) with h the row's leverage (PRESS, Allen 1974), so
 * that one eigendecomposition serves all rows and penalties.
 *
 * @param penalties in units of the mean eigenvalue of the inputs' weighted covariance, so that they suit any data.
 */
export function ridge(problem: RidgeProblem, penalties: readonly number[]): RidgeFit {
  const { rows, inputs, outputs, weights } = problem;
  const total = weights.reduce((sum, w) => sum + w, 0);
  const x = centred(problem.x, rows, inputs, weights, total);
  const y = centred(problem.y, rows, outputs, weights, total);
  const { values, vectors } = eigen(gram(x.data, rows, inputs, weights), inputs);
  const z = product(x.data, vectors, rows, inputs, inputs);
  const right = product(transposed(z, rows, inputs, weights), y.data, inputs, rows, outputs); // of the rotated problem

  const unit = values.reduce((sum, value) => sum + value, 0) / inputs || 1;
  const errorOf = (relative: number): number => {
    const penalty = relative * unit;
    const rotated = right.map((value, at) => value / (values[Math.floor(at / outputs)] + penalty));
    const fitted = product(z, rotated, rows, inputs, outputs);
    let error = 0;
    for (let i = 0; i < rows; i++) {
      let leverage = 1 / total;
      for (let k = 0; k < inputs; k++) leverage += z[i * inputs + k] ** 2 / (values[k] + penalty);
      const left = Math.max(1e-9, 1 - weights[i] * leverage);
      for (let o = i * outputs; o < (i + 1) * outputs; o++) error += weights[i] * ((y.data[o] - fitted[o]) / left) ** 2;
    }
    return error;
  };
  let best = { penalty: penalties[0], error: Number.POSITIVE_INFINITY };
  for (const penalty of penalties) {
    const error = errorOf(penalty);
    if (error < best.error) best = { penalty, error };
  }
  const rotated = right.map((value, at) => value / (values[Math.floor(at / outputs)] + best.penalty * unit));
  const coefficients = product(vectors, rotated, inputs, inputs, outputs);
  const shift = product(x.means, coefficients, 1, inputs, outputs);
  let variance = 0;
  for (let at = 0; at < y.data.length; at++) variance += weights[Math.floor(at / outputs)] * y.data[at] ** 2;
  return {
    coefficients,
    intercept: y.means.map((mean, o) => mean - shift[o]),
    penalty: best.penalty,
    explained: variance > 0 ? 1 - best.error / variance : 0,
  };
}

/** Column means by weight, and the data less them. */
function centred(data: Float64Array, rows: number, columns: number, weights: Float64Array, total: number) {
  const means = new Float64Array(columns);
  for (let i = 0; i < rows; i++) for (let k = 0; k < columns; k++) means[k] += (weights[i] / total) * data[i * columns + k];
  return { means, data: data.map((value, at) => value - means[at % columns]) };
}

/** The sum of w x xt. */
function gram(x: Float64Array, rows: number, columns: number, weights: Float64Array): Float64Array {
  return product(transposed(x, rows, columns, weights), x, columns, rows, columns);
}

/** Eigenvalues, never below 0, and the eigenvectors in columns. */
function eigen(symmetric: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const { values, basis } = diagonalize(symmetric.slice(), size);
  const vectors = new Float64Array(size * size);
  for (let k = 0; k < size; k++) for (let i = 0; i < size; i++) vectors[i * size + k] = basis[k * size + i];
  return { values: values.map((value) => Math.max(0, value)), vectors };
}

/** The weighted transpose of a matrix of `rows` rows. */
function transposed(data: Float64Array, rows: number, columns: number, weights: Float64Array): Float64Array {
  const result = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let k = 0; k < columns; k++) result[k * rows + i] = weights[i] * data[i * columns + k];
  return result;
}

/** a (rows x inner) times b (inner x columns), four rows of b at a time, which reads and writes the result a quarter as often. */
function product(a: Float64Array, b: Float64Array, rows: number, inner: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const to = i * columns;
    let k = 0;
    for (; k + 4 <= inner; k += 4) {
      const at = i * inner + k;
      const [p, q, r, s] = [a[at], a[at + 1], a[at + 2], a[at + 3]];
      const from = k * columns;
      for (let c = 0; c < columns; c++) {
        const e = from + c;
        result[to + c] += p * b[e] + q * b[e + columns] + r * b[e + 2 * columns] + s * b[e + 3 * columns];
      }
    }
    for (; k < inner; k++) for (let c = 0; c < columns; c++) result[to + c] += a[i * inner + k] * b[k * columns + c];
  }
  return result;
}
