import { AttuneError, shown } from '../errors.ts';

/** Which way is better, or neither: a list can be too novel. */
export type Direction = 'higher' | 'lower' | 'neither';

/** Everything {@link evaluate} can measure, with the direction that is better. */
export const evaluationMetrics = {
  precision: 'higher',
  recall: 'higher',
  f1: 'higher',
  ndcg: 'higher',
  map: 'higher',
  mrr: 'higher',
  hitRate: 'higher',
  auc: 'higher',
  coverage: 'higher',
  novelty: 'neither',
  diversity: 'neither',
  serendipity: 'higher',
  gini: 'lower',
  popularity: 'neither',
  popularityBias: 'neither',
  rmse: 'lower',
  mae: 'lower',
} as const satisfies Record<string, Direction>;

/** Name of a metric of {@link evaluate}. */
export type MetricName = keyof typeof evaluationMetrics;

/** A metric, or a metric at a cut: `'ndcg'`, `'ndcg@10'`. */
export type MetricKey<M extends MetricName = MetricName> = M | `${M}@${number}`;

/** The metrics of {@link evaluate} when none are named; novelty only where there is training data. */
export type DefaultMetric = 'precision' | 'recall' | 'ndcg' | 'map' | 'mrr' | 'hitRate' | 'coverage' | 'novelty';

/** Metrics that have a better direction, so that a search can look for the best. */
export type DirectedMetric = { [M in MetricName]: (typeof evaluationMetrics)[M] extends 'neither' ? never : M }[MetricName];

/** What a search can look for: an error, or a directed metric, also at a cut: `'rmse'`, `'ndcg'` (at 10), `'ndcg@20'`. */
export type SearchObjective = DirectedMetric | `${Exclude<DirectedMetric, 'rmse' | 'mae'>}@${number}`;

/** Which way is better for a key such as `ndcg@10`. */
export function directionOf(key: string): Direction {
  return evaluationMetrics[key.split('@')[0] as MetricName];
}

/** Checks names. @throws ERR_BAD_OPTION listing those that exist. */
export function readMetrics(metrics: readonly string[], train: boolean, distance: boolean): MetricName[] {
  if (!Array.isArray(metrics) || metrics.length === 0) {
    throw new AttuneError('ERR_BAD_OPTION', `evaluate: expected 'metrics' to be a list with at least one name, got ${shown(metrics)}.`);
  }
  for (const metric of metrics) {
    if (typeof metric !== 'string' || !Object.hasOwn(evaluationMetrics, metric)) {
      const [, bare, cut] = /^(\w+)@(\d+)$/.exec(typeof metric === 'string' ? metric : '') ?? [];
      const advice =
        bare !== undefined && Object.hasOwn(evaluationMetrics, bare)
          ? `Lists are cut by an option: metrics: ['${bare}'], k: ${cut}.`
          : `It knows ${Object.keys(evaluationMetrics).join(', ')}.`;
      throw new AttuneError('ERR_BAD_OPTION', `evaluate: unknown metric ${shown(metric)}. ${advice}`);
    }
    const needsTrain = ['novelty', 'serendipity', 'popularity', 'popularityBias'].includes(metric) || (metric === 'diversity' && !distance);
    if (needsTrain && !train) {
      throw new AttuneError(
        'ERR_BAD_OPTION',
        `evaluate: '${metric}' looks at who chose what before; give the training data as option 'train'.`,
      );
    }
  }
  return [...new Set(metrics as MetricName[])];
}
