/**
 * R^-1 for the upper triangular R with RᵀR = gram, so that X R^-1 has orthonormal columns when gram = XᵀX (CholeskyQR). A column that is zero,
 * or a combination of those before it, becomes zero.
 */
export function inverseOfCholesky(gram: Float64Array, size: number): Float64Array {
  // Columns are scaled to norm 1 first: what is then left of a column says whether it is a combination of others.
  const norms = Float64Array.from({ length: size }, (_, k) => Math.sqrt(gram[k * size + k]));
  const r = new Float64Array(size * size);
  const dropped = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const row = r.subarray(i * size, (i + 1) * size);
    for (let j = i; j < size; j++) row[j] = norms[i] > 0 && norms[j] > 0 ? gram[i * size + j] / (norms[i] * norms[j]) : 0;
    for (let k = 0; k < i; k++) {
      const t = r[k * size + i];
      if (t !== 0) for (let j = i, e = k * size + i; j < size; j++, e++) row[j] -= t * r[e];
    }
    if (row[i] > smallestRest) {
      const inverse = 1 / Math.sqrt(row[i]);
      for (let j = i; j < size; j++) row[j] *= inverse;
    } else {
      row.fill(0);
      dropped[i] = 1;
    }
  }
  return invertTriangle(r, dropped, norms, size);
}

/** Of a column of norm 1; less is rounding. */
const smallestRest = 1e-6;

function invertTriangle(r: Float64Array, dropped: Uint8Array, norms: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = size - 1; i >= 0; i--) {
    if (dropped[i]) continue;
    const row = inverse.subarray(i * size, (i + 1) * size);
    const pivot = 1 / r[i * size + i];
    row[i] = 1;
    for (let k = i + 1; k < size; k++) {
      const t = r[i * size + k];
      if (t !== 0 && !dropped[k]) for (let j = k, e = k * size + k; j < size; j++, e++) row[j] -= t * inverse[e];
    }
    for (let j = i; j < size; j++) row[j] = dropped[j] ? 0 : row[j] * pivot;
  }
  for (let i = 0; i < size; i++) for (let j = i; j < size; j++) if (norms[i] > 0) inverse[i * size + j] /= norms[i];
  return inverse;
}
