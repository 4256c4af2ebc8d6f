import { AttuneError, shown } from '../../errors.ts';
import { checkNumbers } from '../rating/rating.ts';

/**
 * Holm's correction for several tests at once: adjusted p-values, which may be compared with the usual 0.05 and keep the chance of
 * any false alarm below it. Holm, Scandinavian Journal of Statistics 6(2), 1979.
 *
 * @returns adjusted p-values in the order given, at most 1.
 * @throws ERR_BAD_ARGUMENT; ERR_BAD_VALUE for a value outside [0, 1].
 */
export function holm(pValues: ArrayLike<number>): number[] {
  checkNumbers('holm', pValues, 'p-values');
  const values = Array.from(pValues);
  for (const [at, p] of values.entries()) {
    if (!(p >= 0 && p <= 1)) throw new AttuneError('ERR_BAD_VALUE', `holm: expected p-values from 0 to 1, got ${shown(p)} at ${at}.`);
  }
  const order = values.map((_, at) => at).sort((x, y) => values[x] - values[y]);
  const adjusted = new Array<number>(values.length);
  let largest = 0;
  order.forEach((at, place) => {
    largest = Math.max(largest, Math.min(1, (values.length - place) * values[at]));
    adjusted[at] = largest;
  });
  return adjusted;
}
