/** A vector of length 1, the same for the same seed (a linear congruential generator, made roughly normal by adding three). */
export function unitVector(dimensions: number, seed: number): Float32Array {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (let k = 0; k < 3; k++) next();
  const vector = Float32Array.from({ length: dimensions }, () => next() + next() + next() - 1.5);
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

/** Rows one after the other. */
export function flattened(rows: Float32Array[]): Float32Array {
  const all = new Float32Array(rows.length * (rows[0]?.length ?? 0));
  rows.forEach((row, k) => {
    all.set(row, k * row.length);
  });
  return all;
}
