/** Some columns of rows, as rows of their own. */
export function columnsOf(rows: Float32Array, width: number, from: number, count: number): Float32Array {
  const out = new Float32Array((rows.length / width) * count);
  for (let row = 0; row * width < rows.length; row++) {
    out.set(rows.subarray(row * width + from, row * width + from + count), row * count);
  }
  return out;
}

/** The inverse of {@link columnsOf}: writes rows of `count` numbers into some columns. */
export function setColumns(rows: Float32Array, width: number, from: number, count: number, given: Float32Array): void {
  for (let row = 0; row * width < rows.length; row++) rows.set(given.subarray(row * count, (row + 1) * count), row * width + from);
}
