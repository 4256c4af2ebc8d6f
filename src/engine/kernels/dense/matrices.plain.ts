/** Reads and writes f x f matrices whose rows have an even length. */
export function matricesIn(f64: Float64Array) {
  const rowsOf = (f: number) => f + (f % 2);
  const read = (from: number, f: number) => {
    const ld = rowsOf(f);
    return Float64Array.from({ length: f * f }, (_, k) => f64[from / 8 + Math.floor(k / f) * ld + (k % f)]);
  };
  const write = (to: number, a: Float64Array, f: number) => {
    for (let i = 0; i < f; i++) f64.set(a.subarray(i * f, (i + 1) * f), to / 8 + i * rowsOf(f));
  };
  return { read, write };
}
