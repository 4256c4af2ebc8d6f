import { AttuneError, shown } from '../../errors.ts';

/**
 * Root mean squared error of predictions, in the unit of the values: sqrt(mean((predicted - actual)^2)). From 0 up, smaller is better.
 *
 * @returns NaN without any pair.
 * @throws ERR_COLUMN_LENGTH when the lengths differ; ERR_BAD_VALUE naming the first entry that is not finite.
 */
export function rmse(predicted: ArrayLike<number>, actual: ArrayLike<number>): number {
  const length = readPairs('rmse', predicted, actual, 'predicted', 'actual');
  let sum = 0;
  for (let at = 0; at < length; at++) sum += (predicted[at] - actual[at]) ** 2;
  return Math.sqrt(sum / length);
}

/**
 * Mean absolute error of predictions, in the unit of the values: mean(|predicted - actual|). From 0 up, smaller is better.
 *
 * @returns NaN without any pair.
 * @throws ERR_COLUMN_LENGTH when the lengths differ; ERR_BAD_VALUE naming the first entry that is not finite.
 */
export function mae(predicted: ArrayLike<number>, actual: ArrayLike<number>): number {
  const length = readPairs('mae', predicted, actual, 'predicted', 'actual');
  let sum = 0;
  for (let at = 0; at < length; at++) sum += Math.abs(predicted[at] - actual[at]);
  return sum / length;
}

/** Checks two columns that belong together. @returns their length. */
export function readPairs(metric: string, a: ArrayLike<number>, b: ArrayLike<number>, nameA: string, nameB: string): number {
  for (const [column, name] of [
    [a, nameA],
    [b, nameB],
  ] as const) {
    if (column === null || typeof column !== 'object' || !Number.isInteger(column.length)) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `${metric}: expected an array of numbers as ${name}, got ${shown(column)}.`);
    }
  }
  if (a.length !== b.length) {
    throw new AttuneError('ERR_COLUMN_LENGTH', `${metric}: expected as many ${nameA} as ${nameB}, got ${a.length} and ${b.length}.`);
  }
  for (let at = 0; at < a.length; at++) {
    if (Number.isFinite(a[at]) && Number.isFinite(b[at])) continue;
    const [name, value] = Number.isFinite(a[at]) ? [nameB, b[at]] : [nameA, a[at]];
    throw new AttuneError(
      'ERR_BAD_VALUE',
      `${metric}: expected finite numbers, got ${shown(value)} in ${name} at ${at}. Leave such pairs out, and say how many.`,
    );
  }
  return a.length;
}
