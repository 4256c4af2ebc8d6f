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
  checkColumn(metric, a, nameA);
  checkColumn(metric, b, nameB);
  if (a.length !== b.length) {
    throw new AttuneError('ERR_COLUMN_LENGTH', `${metric}: expected as many ${nameA} as ${nameB}, got ${a.length} and ${b.length}.`);
  }
  for (let at = 0; at < a.length; at++) {
    checkFinite(metric, a, nameA, at);
    checkFinite(metric, b, nameB, at);
  }
  return a.length;
}

/** Checks a column of finite numbers. */
export function checkNumbers(metric: string, values: ArrayLike<number>, name: string): void {
  checkColumn(metric, values, name);
  for (let at = 0; at < values.length; at++) checkFinite(metric, values, name, at);
}

function checkColumn(metric: string, column: ArrayLike<number>, name: string): void {
  if (column !== null && typeof column === 'object' && Number.isInteger(column.length)) return;
  throw new AttuneError('ERR_BAD_ARGUMENT', `${metric}: expected an array of numbers as ${name}, got ${shown(column)}.`);
}

function checkFinite(metric: string, column: ArrayLike<number>, name: string, at: number): void {
  if (Number.isFinite(column[at])) return;
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `${metric}: expected finite numbers, got ${shown(column[at])} in ${name} at ${at}. Leave it out, and say how many were.`,
  );
}
