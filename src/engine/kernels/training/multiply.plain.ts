/** c (m x n) += a b; element (i, t) of a is at a + i * rowA + t * stepA, (t, j) of b at b + t * rowB + j * stepB, all in numbers. */
export function multiply(
  f32: Float32Array,
  [a, rowA, stepA]: number[],
  [b, rowB, stepB]: number[],
  [c, rowC]: number[],
  [m, k, n]: number[],
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = f32[c + i * rowC + j];
      for (let t = 0; t < k; t++) sum += f32[a + i * rowA + t * stepA] * f32[b + t * rowB + j * stepB];
      f32[c + i * rowC + j] = sum;
    }
  }
}
