/** Writes the inner product, or its cosine, of each row with one of them; rows of zeros are like nothing (NaN). */
export function cosinesTo(rows: Float32Array, width: number, row: number, metric: 'cosine' | 'dot', out: Float32Array): void {
  const from = row * width;
  const product = (a: number) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += rows[a + k] * rows[from + k];
    return sum;
  };
  const norm = (a: number) => {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += rows[a + k] * rows[a + k];
    return Math.sqrt(sum);
  };
  const own = norm(from);
  for (let other = 0; other < out.length; other++) {
    const dot = product(other * width);
    out[other] = metric === 'dot' ? dot : dot / (own * norm(other * width));
  }
}
