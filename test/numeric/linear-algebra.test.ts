import { EigenvalueDecomposition, Matrix, solve as reference } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { diagonalize } from '../../src/numeric/eigen.ts';
import { randomNumbers } from '../../src/numeric/random.ts';
import { solve } from '../../src/numeric/solve.ts';

function randomMatrix(rows: number, columns: number, seed: number): Float64Array {
  const next = randomNumbers(seed);
  return Float64Array.from({ length: rows * columns }, () => next() - 0.5);
}

describe('small dense linear algebra', () => {
  it.each([1, 2, 3, 8, 31, 64])('solves %i equations as ml-matrix does', (size) => {
    const a = randomMatrix(size, size, size);
    const b = randomMatrix(size, 3, size + 100);
    const expected = reference(Matrix.from1DArray(size, size, a), Matrix.from1DArray(size, 3, b)).to1DArray();
    const x = solve(a.slice(), size, b, 3);
    x.forEach((value, k) => {
      expect(value).toBeCloseTo(expected[k], 9);
    });
  });

  it.each([1, 2, 5, 40])(
    'finds the eigenvalues of a symmetric matrix of %i rows as ml-matrix does, and vectors that rebuild it',
    (size) => {
      const half = Matrix.from1DArray(size, size, randomMatrix(size, size, size));
      const symmetric = half.mmul(half.transpose());
      const { values, basis } = diagonalize(Float64Array.from(symmetric.to1DArray()), size);
      const expected = new EigenvalueDecomposition(symmetric, { assumeSymmetric: true }).realEigenvalues.sort((a, b) => a - b);
      Array.from(values)
        .sort((a, b) => a - b)
        .forEach((value, k) => {
          expect(value).toBeCloseTo(expected[k], 9);
        });
      for (let i = 0; i < size; i++) {
        for (let j = 0; j < size; j++) {
          let rebuilt = 0;
          for (let k = 0; k < size; k++) rebuilt += values[k] * basis[k * size + i] * basis[k * size + j];
          expect(rebuilt).toBeCloseTo(symmetric.get(i, j), 9);
        }
      }
    },
  );
});
