/** Replaces the lower triangle of A (f x f) by its Cholesky factor. False when A is not positive. */
export function choleskyFactor(a: Float64Array, f: number): boolean {
  for (let i = 0; i < f; i++) {
    for (let j = 0; j <= i; j++) {
      let v = a[i * f + j];
      for (let k = 0; k < j; k++) v -= a[i * f + k] * a[j * f + k];
      if (i > j) a[i * f + j] = v / a[j * f + j];
      else if (v > 0) a[i * f + i] = Math.sqrt(v);
      else return false;
    }
  }
  return true;
}

/** b <- A^-1 b, with the factor of A. */
export function choleskySubstitute(a: Float64Array, f: number, b: Float64Array): void {
  for (let i = 0; i < f; i++) {
    for (let k = 0; k < i; k++) b[i] -= a[i * f + k] * b[k];
    b[i] /= a[i * f + i];
  }
  for (let i = f - 1; i >= 0; i--) {
    for (let k = i + 1; k < f; k++) b[i] -= a[k * f + i] * b[k];
    b[i] /= a[i * f + i];
  }
}
