/** Width of a level in standard deviations, which makes the error of 16 levels smallest for normal numbers (Max 1960). */
export const level = 0.3352;
/** Standard deviation of the error of a product by levels, in lengths of both vectors over the root of their dimensions. */
export const levelError = 0.1082;
/** How many standard deviations off a vector may be and is still looked at. */
export const caution = 2.6;

/**
 * The codes 0..15 of a rotated vector, and the factor by which code - 7.5 is multiplied: then products with any vector are right on average (Gao &
 * Long, SIGMOD 2024).
 * @param codes room for them; what is longer than the vector stays as it is
 * @returns the factor
 */
export function encode(x: Float64Array, codes: Uint8Array): number {
  let squares = 0;
  for (let d = 0; d < x.length; d++) squares += x[d] * x[d];
  const step = level * Math.sqrt(squares / x.length);
  let product = 0;
  for (let d = 0; d < x.length; d++) {
    const code = step > 0 ? Math.max(0, Math.min(15, Math.floor(x[d] / step) + 8)) : 8;
    codes[d] = code;
    product += x[d] * (code - 7.5);
  }
  return product > 0 ? squares / product : 0;
}
