import { choice, readOptions } from '../../options.ts';
import { readCut } from '../arguments.ts';
import { readPairs } from '../rating/rating.ts';
import { type GainRule, gainOf } from './gain.ts';

/**
 * NDCG of scored items, averaged over all orders of those with equal scores: what to report when a model cannot tell many items apart.
 * From 0 to 1. McSherry & Najork, ECIR 2008; scikit-learn's `ndcg_score`.
 *
 * @param scores larger = ranked higher.
 * @param gains in the same order; <= 0 = not relevant.
 * @param k where ranking and ideal are cut; default all.
 * @param options `gain`: `'linear'` (default), `'exponential'` or `'binary'`.
 * @returns NaN when nothing is relevant.
 * @throws ERR_COLUMN_LENGTH, ERR_BAD_VALUE, ERR_BAD_ARGUMENT, ERR_BAD_OPTION.
 */
export function tiedNdcg(
  scores: ArrayLike<number>,
  gains: ArrayLike<number>,
  k?: number,
  options: { gain?: GainRule | undefined } = {},
): number {
  const { gain } = readOptions('tiedNdcg', options, { gain: choice(['linear', 'exponential', 'binary'], 'linear') });
  const length = readPairs('tiedNdcg', scores, gains, 'scores', 'gains');
  const cut = readCut('tiedNdcg', k, length);
  const counted = Float64Array.from({ length }, (_, at) => gainOf(gains[at], gain));
  const best = averageDcg(counted, counted, cut);
  return best > 0 ? averageDcg(scores, counted, cut) / best : Number.NaN;
}

/** Each place is worth the mean gain of those that tie for it. */
function averageDcg(scores: ArrayLike<number>, gains: Float64Array, cut: number): number {
  const order = Array.from({ length: gains.length }, (_, at) => at).sort((a, b) => scores[b] - scores[a]);
  let sum = 0;
  for (let start = 0, end = 0; start < Math.min(cut, order.length); start = end) {
    let gain = 0;
    while (end < order.length && scores[order[end]] === scores[order[start]]) gain += gains[order[end++]];
    for (let at = start; at < Math.min(end, cut); at++) sum += gain / (end - start) / Math.log2(at + 2);
  }
  return sum;
}
