/**
 * Natural logarithms of the whole numbers 0 to `most` (of 0: 0, which nobody asks for). Math.log differs between engines in the last bit,
 * which the bytes of a model would show.
 */
export function logarithmsTo(most: number): Float64Array {
  const table = new Float64Array(most + 1);
  let sum = 0;
  for (let k = 2; k <= most; k++) {
    const t = 1 / (2 * k - 1); // ln(k / (k - 1)) = 2 artanh(1 / (2 k - 1))
    for (let power = t, n = 1; power > 1e-18; power *= t * t, n += 2) sum += (2 * power) / n;
    table[k] = sum;
  }
  return table;
}
