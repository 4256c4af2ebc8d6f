import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** Eigenvalues (never negative) and orthonormal eigenvectors, in columns, of a symmetric positive semidefinite f x f matrix. */
export function eigen(symmetric: Float64Array, f: number): { values: Float64Array; vectors: Float64Array } {
  const matrix = Matrix.from1DArray(f, f, symmetric as unknown as number[]);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const vectors = new Float64Array(f * f);
  for (let i = 0; i < f; i++) for (let j = 0; j < f; j++) vectors[i * f + j] = eigenvectorMatrix.get(i, j);
  return { values: Float64Array.from(realEigenvalues, (v) => Math.max(0, v)), vectors };
}
