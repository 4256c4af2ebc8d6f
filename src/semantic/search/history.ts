import { type History, readHistory } from '../../contracts/history.ts';

/** The direction of a history: the mean of its items' vectors (one at least), weighted by their values, scaled to length 1; zeros when the values cancel out. */
export function weightedMean(values: readonly number[], vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0].length);
  let weight = 0;
  values.forEach((value, v) => {
    for (let k = 0; k < sum.length; k++) sum[k] += value * vectors[v][k];
    weight += Math.abs(value);
  });
  const length = Math.sqrt(sum.reduce((total, x) => total + x * x, 0));
  // When likes and dislikes cancel out, only rounding error remains, which has no meaningful direction.
  const scale = length > 1e-6 * weight ? 1 / length : 0;
  return Float32Array.from(sum, (x) => x * scale);
}

/** The keys of a history's known items with their values; of a repeated item the last value counts. @throws what `readHistory` throws */
export function keysOf(history: History, keyOf: (id: string) => number): Map<number, number> {
  const values = new Map<number, number>();
  for (const { item, value } of readHistory('SemanticIndex.similarTo', history)) {
    const key = keyOf(item);
    if (key >= 0) values.set(key, value);
  }
  return values;
}
