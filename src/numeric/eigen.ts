/** Below it, squares underflow and 2 / |v|^2 overflows. What rounding leaves of a matrix of low rank gets there. */
const negligible = 1e-152;

/**
 * Eigenvalues and orthonormal eigenvectors of a symmetric matrix: Householder's reflections to a tridiagonal matrix, then the QL method with
 * Wilkinson's shifts (Golub & Van Loan, Matrix Computations, 8.3). Nothing but + - * / and sqrt, so every machine gives the same bits.
 *
 * @param a `f` x `f`, row-major; destroyed.
 * @returns eigenvalues in no order, and for each the row of `basis` that is its vector
 */
export function diagonalize(a: Float64Array, f: number): { values: Float64Array; basis: Float64Array } {
  const { diagonal, beside, basis } = tridiagonal(a, f);
  implicitQl(diagonal, beside, basis, f);
  return { values: diagonal, basis };
}

/** a = basis^T T basis with T tridiagonal; destroys a. Rows of `basis` are the vectors. */
function tridiagonal(a: Float64Array, f: number) {
  const diagonal = new Float64Array(f);
  const beside = new Float64Array(f); // beside[k] couples k and k + 1
  const reflectors: { v: Float64Array; beta: number; from: number }[] = [];
  for (let k = 0; k + 2 < f; k++) {
    const from = k + 1;
    const v = new Float64Array(f);
    let norm = 0;
    for (let i = from; i < f; i++) {
      v[i] = a[i * f + k];
      norm += v[i] * v[i];
    }
    norm = Math.sqrt(norm);
    if (norm < negligible) continue;
    const alpha = v[from] > 0 ? -norm : norm;
    beside[k] = alpha;
    v[from] -= alpha;
    const beta = -1 / (alpha * v[from]); // 2 / |v|^2
    const p = new Float64Array(f);
    for (let i = from; i < f; i++) {
      let sum = 0;
      for (let j = from; j < f; j++) sum += a[i * f + j] * v[j];
      p[i] = beta * sum;
    }
    let shift = 0;
    for (let i = from; i < f; i++) shift += v[i] * p[i];
    shift *= beta / 2;
    for (let i = from; i < f; i++) p[i] -= shift * v[i];
    for (let i = from; i < f; i++) {
      const vi = v[i];
      const pi = p[i];
      for (let j = from; j < f; j++) a[i * f + j] -= vi * p[j] + pi * v[j];
    }
    reflectors.push({ v, beta, from });
  }
  if (f > 1) beside[f - 2] = a[(f - 1) * f + f - 2];
  for (let k = 0; k < f; k++) diagonal[k] = a[k * f + k];
  // basis = H_last ... H_first; applied from the right end so that the untouched corner stays small.
  const basis = new Float64Array(f * f);
  for (let k = 0; k < f; k++) basis[k * f + k] = 1;
  for (let h = reflectors.length - 1; h >= 0; h--) {
    const { v, beta, from } = reflectors[h];
    for (let i = from; i < f; i++) {
      let sum = 0;
      for (let j = from; j < f; j++) sum += basis[i * f + j] * v[j];
      sum *= beta;
      for (let j = from; j < f; j++) basis[i * f + j] -= sum * v[j];
    }
  }
  return { diagonal, beside, basis };
}

/** Diagonalizes a tridiagonal matrix; the same rotations go over the rows of `basis`. */
function implicitQl(d: Float64Array, e: Float64Array, basis: Float64Array, f: number): void {
  for (let l = 0; l < f; l++) {
    for (let sweep = 0; sweep < 60; sweep++) {
      let m = l;
      for (; m < f - 1; m++) {
        const scale = Math.abs(d[m]) + Math.abs(d[m + 1]);
        if (Math.abs(e[m]) <= 1.2e-16 * scale) break;
      }
      if (m === l) break;
      let g = (d[l + 1] - d[l]) / (2 * e[l]);
      let r = Math.sqrt(g * g + 1);
      g = d[m] - d[l] + e[l] / (g + (g >= 0 ? r : -r)); // Wilkinson's shift
      let s = 1;
      let c = 1;
      let p = 0;
      let i = m - 1;
      for (; i >= l; i--) {
        const right = s * e[i];
        const b = c * e[i];
        r = Math.sqrt(right * right + g * g);
        e[i + 1] = r;
        if (r === 0) {
          d[i + 1] -= p;
          e[m] = 0;
          break;
        }
        s = right / r;
        c = g / r;
        g = d[i + 1] - p;
        r = (d[i] - g) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = g + p;
        g = c * r - b;
        for (let k = 0, upper = (i + 1) * f, lower = i * f; k < f; k++, upper++, lower++) {
          const t = basis[upper];
          basis[upper] = s * basis[lower] + c * t;
          basis[lower] = c * basis[lower] - s * t;
        }
      }
      if (i >= l) continue;
      d[l] -= p;
      e[l] = g;
      e[m] = 0;
    }
  }
}
