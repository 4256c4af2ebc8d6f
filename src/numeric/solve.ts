/**
 * Solves a x = b by LU factorization with partial pivoting, in the order of Crout (Golub & Van Loan, Matrix Computations, 3.4).
 *
 * @param a `size` x `size`, row-major, not singular; destroyed.
 * @param b `size` x `columns`, row-major.
 * @returns x, shaped like b
 */
export function solve(a: Float64Array, size: number, b: Float64Array, columns = 1): Float64Array {
  const order = factorize(a, size);
  const x = new Float64Array(size * columns);
  for (let i = 0; i < size; i++) x.set(b.subarray(order[i] * columns, (order[i] + 1) * columns), i * columns);
  for (let k = 0; k < size; k++) for (let i = k + 1; i < size; i++) subtract(x, i, a[i * size + k], k, columns);
  for (let k = size - 1; k >= 0; k--) {
    for (let c = 0; c < columns; c++) x[k * columns + c] /= a[k * size + k];
    for (let i = 0; i < k; i++) subtract(x, i, a[i * size + k], k, columns);
  }
  return x;
}

/** Leaves L, whose diagonal is 1, and U in `a`. @returns the row of `a` that each row was */
function factorize(a: Float64Array, size: number): Int32Array {
  const order = Int32Array.from({ length: size }, (_, i) => i);
  const column = new Float64Array(size);
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) column[i] = a[i * size + j];
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let k = 0; k < Math.min(i, j); k++) sum += a[i * size + k] * column[k];
      column[i] -= sum;
      a[i * size + j] = column[i];
    }
    let pivot = j;
    for (let i = j + 1; i < size; i++) if (Math.abs(column[i]) > Math.abs(column[pivot])) pivot = i;
    if (pivot !== j) {
      const row = a.slice(pivot * size, (pivot + 1) * size);
      a.copyWithin(pivot * size, j * size, (j + 1) * size);
      a.set(row, j * size);
      [order[pivot], order[j]] = [order[j], order[pivot]];
    }
    for (let i = j + 1; i < size; i++) a[i * size + j] /= a[j * size + j];
  }
  return order;
}

function subtract(x: Float64Array, row: number, factor: number, other: number, columns: number): void {
  for (let c = 0; c < columns; c++) x[row * columns + c] -= x[other * columns + c] * factor;
}
