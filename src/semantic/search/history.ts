import { type History, readHistory } from '../../contracts/history.ts';

/** The direction of a history: the mean of its items' vectors (one at least), weighted by their values, scaled to length 1; zeros when the values cancel out. */
export function weightedMean(values: readonly number[], vectors: readonly Float32Array[]): Float32Array {
  const dimensions = vectors[0].length;
  const sum = new Float64Array(dimensions);
  let weight = 0;
  for (let v = 0; v < vectors.length; v++) {
    const value = values[v];
    const vector = vectors[v];
    for (let k = 0; k < dimensions; k++) sum[k] += value * vector[k];
    weight += Math.abs(value);
  }
  let squares = 0;
  for (let k = 0; k < dimensions; k++) squares += sum[k] * sum[k];
  const length = Math.sqrt(squares);
  // When likes and dislikes cancel out, only rounding error remains, which has no meaningful direction.
  const scale = length > 1e-6 * weight ? 1 / length : 0;
  const mean = new Float32Array(dimensions);
  for (let k = 0; k < dimensions; k++) mean[k] = sum[k] * scale;
  return mean;
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
