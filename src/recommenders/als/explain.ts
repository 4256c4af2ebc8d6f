import type { Explanation } from '../../contracts/recommender.ts';
import type { IdMap } from '../../data/id-map.ts';
import { topK } from '../../numeric/top-k.ts';
import type { FactorProfile } from '../factors/serving.ts';
import type { HistoryRow } from '../shared/base.ts';
import type { AlsServing } from './serving.ts';

/** Why an item has its score for a user; with biases a part of it belongs to no item. */
export interface AlsExplanation extends Explanation {
  /** With biases: global, user and item mean together. */
  baseline?: number;
}

/**
 * Explains the scores of some items by a history (Hu, Koren & Volinsky 2008, section 5); its equation is factorized once for all of them.
 * @param n maximum number of contributions per item
 */
export function explainScores(
  serving: AlsServing,
  ids: IdMap,
  row: HistoryRow,
  profile: FactorProfile,
  items: Int32Array,
  itemBiases: Float32Array | undefined,
  n = row.items.length,
): AlsExplanation[] {
  const scores = serving.factors.scoreSome(profile, items);
  const explanations: AlsExplanation[] = [];
  serving.contributions(row, profile.add, items, (k, parts) => {
    const best = topK(parts, n);
    explanations.push({
      score: scores[k],
      ...(itemBiases && { baseline: profile.add + itemBiases[items[k]] }),
      contributions: Array.from(best.indices, (e, at) => ({ item: ids.idAt(row.items[e]), value: row.values[e], score: best.scores[at] })),
    });
  });
  return explanations;
}
