import { AttuneError } from '../../errors.ts';
import { integer, optional, readOptions } from '../../options.ts';
import { judge, type Recommended, type Relevant, readCut } from '../arguments.ts';
import { readPairs } from '../rating/rating.ts';

/**
 * Area under the ROC curve: the probability that a relevant candidate is ranked before one that is not. From 0 to 1; 0.5 is a random order.
 * Items behind the first k count as tied at random, so the value of a whole ranking is exact and that of a short list is what
 * implicit computes: with h hits and m misses among the first k, t relevant of N candidates,
 * (sum over the misses of the hits before them + (h + t) / 2 (N - t - m)) / (t (N - t)).
 *
 * @param k where the list is cut; default its length.
 * @param options `items`: N, how many items could have been ranked; default the distinct items in list and `relevant`, which is right
 *   when the list ranks all candidates.
 * @returns NaN when nothing is relevant, or everything.
 * @throws ERR_DUPLICATE when an item occurs twice in the list; ERR_BAD_ARGUMENT when `items` is smaller than what list and relevant
 *   hold together; ERR_BAD_OPTION.
 */
export function auc(recommended: Recommended, relevant: Relevant, k?: number, options: { items?: number | undefined } = {}): number {
  const { items } = readOptions('auc', options, { items: optional(integer({ min: 1 })) });
  const whole = judge('auc', recommended, relevant, undefined);
  const gains = whole.gains.slice(0, readCut('auc', k, whole.gains.length));
  const total = whole.relevant.length;
  const least = total + whole.gains.filter((gain) => gain <= 0).length;
  if (items !== undefined && items < least) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `auc: expected at least ${least} items, as list and relevant hold that many together, got ${items}.`,
    );
  }
  return aucOf(gains, total, items ?? least);
}

/** The formula of {@link auc}. */
export function aucOf(gains: ArrayLike<number>, relevant: number, items: number): number {
  let hits = 0;
  let misses = 0;
  let before = 0;
  for (let at = 0; at < gains.length; at++) {
    if (gains[at] > 0) hits++;
    else {
      misses++;
      before += hits;
    }
  }
  const others = items - relevant;
  return (before + ((hits + relevant) / 2) * (others - misses)) / (relevant * others);
}

/**
 * Area under the ROC curve of scores with labels; pairs of equal score count half (Mann & Whitney 1947). From 0 to 1.
 *
 * @param scores larger = more likely relevant.
 * @param labels in the same order; above 0 = relevant.
 * @returns NaN unless both kinds occur.
 * @throws ERR_COLUMN_LENGTH, ERR_BAD_VALUE.
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const length = readPairs('rocAuc', scores, labels, 'scores', 'labels');
  const order = Array.from({ length }, (_, at) => at).sort((a, b) => scores[a] - scores[b]);
  let rankSum = 0;
  let positive = 0;
  for (let start = 0, end = 0; start < length; start = end) {
    while (end < length && scores[order[end]] === scores[order[start]]) end++;
    const rank = (start + 1 + end) / 2; // mean of the ranks start + 1 .. end
    for (let at = start; at < end; at++) {
      if (labels[order[at]] <= 0) continue;
      rankSum += rank;
      positive++;
    }
  }
  return (rankSum - (positive * (positive + 1)) / 2) / (positive * (length - positive));
}
