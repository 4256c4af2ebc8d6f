import type { Interactions } from '../data/interactions.ts';
import type { EvaluableRecommender } from './lists.ts';
import type { Measure } from './measures.ts';
import type { MetricName } from './metric-names.ts';

/** Errors of predicted values, and how many test rows could not be predicted. */
export interface PredictedValues {
  measures: Map<string, Measure>;
  /** Rows whose item the model does not know, or whose score is not finite. */
  unpredicted: number;
}

/** Compares `score` with the test values of some users. */
export function measureValues(
  recommender: EvaluableRecommender,
  test: Interactions,
  users: readonly number[],
  metrics: readonly MetricName[],
  signal: AbortSignal | undefined,
): PredictedValues {
  const { offsets, indices, values } = test.byUser;
  const known = Uint8Array.from(test.items, (id) => (recommender.items.has(id) ? 1 : 0));
  const squares = new Float64Array(users.length);
  const absolutes = new Float64Array(users.length);
  const counts = new Float64Array(users.length);
  let unpredicted = 0;
  const ids = users.map((user) => test.users.idAt(user));
  for (const [at, user] of users.entries()) {
    if ((at & 255) === 0) signal?.throwIfAborted();
    const rows: number[] = [];
    for (let e = offsets[user]; e < offsets[user + 1]; e++) if (known[indices[e]]) rows.push(e);
    unpredicted += offsets[user + 1] - offsets[user] - rows.length;
    const scores = recommender.score(
      ids[at],
      rows.map((e) => test.items.idAt(indices[e])),
    );
    for (const [k, e] of rows.entries()) {
      const error = scores[k] - values[e];
      if (!Number.isFinite(error)) {
        unpredicted++;
        continue;
      }
      squares[at] += error * error;
      absolutes[at] += Math.abs(error);
      counts[at]++;
    }
  }
  const measures = new Map<string, Measure>();
  if (metrics.includes('rmse')) measures.set('rmse', { kind: 'error', users: ids, sums: squares, counts, root: true });
  if (metrics.includes('mae')) measures.set('mae', { kind: 'error', users: ids, sums: absolutes, counts, root: false });
  return { measures, unpredicted };
}
