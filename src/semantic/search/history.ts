import type { History } from '../../contracts/recommender.ts';
import { readId } from '../../data/ids.ts';
import { AttuneError, shown } from '../../errors.ts';
import { checkIterable } from '../../options.ts';

/** The direction of a history: the mean of its items' vectors (one at least), weighted by their values, scaled to length 1; zeros when nothing is left of it. */
export function weightedMean(values: readonly number[], vectors: readonly Float32Array[]): Float32Array {
  const sum = new Float64Array(vectors[0].length);
  let weight = 0;
  values.forEach((value, v) => {
    for (let k = 0; k < sum.length; k++) sum[k] += value * vectors[v][k];
    weight += Math.abs(value);
  });
  const length = Math.sqrt(sum.reduce((total, x) => total + x * x, 0));
  // What is left when likes and dislikes cancel out is rounding, which points nowhere.
  const scale = length > 1e-6 * weight ? 1 / length : 0;
  return Float32Array.from(sum, (x) => x * scale);
}

/**
 * The keys of a history's known items with their values; of a repeated item the last value counts.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_ID, ERR_BAD_VALUE
 */
export function readHistory(history: History, keyOf: (id: string) => number): Map<number, number> {
  checkIterable('SemanticIndex.similarTo', 'items as the history', history);
  const values = new Map<number, number>();
  for (const entry of history) {
    const bare: unknown = typeof entry === 'object' ? undefined : entry;
    const item: unknown = bare ?? (entry as HistoryRow | null)?.item;
    const value = bare === undefined ? ((entry as HistoryRow | null)?.value ?? 1) : 1;
    if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'bigint') {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `SemanticIndex.similarTo: expected a history of item ids or { item, value }, got ${shown(entry)} in it.`,
      );
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new AttuneError('ERR_BAD_VALUE', `Expected a finite value for item ${shown(item)} of the history, got ${shown(value)}.`);
    }
    const key = keyOf(typeof item === 'string' ? item : readId(item, 'SemanticIndex.similarTo: item'));
    if (key >= 0) values.set(key, value);
  }
  return values;
}

interface HistoryRow {
  item: unknown;
  value?: number;
}
