import { AlsRecommender, compare, evaluate, type Interactions, type ModelInfo, type Progress, split } from 'attune';
import type { Settings } from '../../settings.ts';

export interface GateResult {
  promoted: boolean;
  /** Why, as a sentence. */
  reason: string;
  metric?: string;
  before?: number;
  after?: number;
  p_value?: number;
}

/** More users make the test slower, not much sharper. */
const mostUsers = 5000;
const metric = 'ndcg@10';

/**
 * Whether a new model may replace the one in production. The last rating of each user is held out; both models are fitted without it, the old one
 * with its own settings on the ratings that it knew. A paired test over users decides: the new one stays out when it is significantly worse.
 */
export async function mayReplace(
  ratings: Interactions,
  settings: Settings['als'],
  before: ModelInfo | undefined,
  onProgress: (progress: Progress) => void,
): Promise<GateResult> {
  if (!before) return { promoted: true, reason: 'There was no model before.' };
  const { train, test } = split(ratings, { strategy: 'leave-last-out' });
  if (test.size === 0) return { promoted: true, reason: 'Nobody rated two products, so nothing could be compared.' };
  const old = before.metadata as { settings?: Settings['als']; ratings?: { ratings?: number } };
  const share = Math.min(1, (old.ratings?.ratings ?? ratings.size) / ratings.size);
  const measured = async (name: string, options: Settings['als'], known: Interactions) => {
    const model = await new AlsRecommender(options).fit(known, { onProgress: (it) => onProgress({ ...it, phase: `comparing: ${name}` }) });
    return evaluate(model, { train, test, k: 10, metrics: ['ndcg'], users: mostUsers, name });
  };
  const now = await measured('new', settings, train);
  const then = await measured('old', old.settings ?? settings, share < 1 ? beginning(train, share) : train);
  const { better, meanA, meanB, pValue, summary } = compare(now, then, metric);
  const figures = { metric, before: meanB, after: meanA, p_value: pValue };
  return { promoted: better !== 'b', reason: summary, ...figures };
}

/** The ratings that were there first. */
function beginning(ratings: Interactions, share: number): Interactions {
  const known = Math.max(1, Math.floor(ratings.size * share));
  return ratings.select(Int32Array.from({ length: known }, (_, row) => row));
}
