/** Ranking, rating and beyond-accuracy metrics as pure functions; the same as `metrics` of `attune`. */
export type { ItemId, Recommended, Relevant } from '../metrics/arguments.ts';
export { auc, rocAuc } from '../metrics/auc.ts';
export { exposureCounts, meanOfItems, serendipityColumns } from '../metrics/beyond.ts';
export { miscalibration } from '../metrics/calibration.ts';
export { coOccurrenceDiversity } from '../metrics/co-occurrence.ts';
export * from '../metrics/columnar.ts';
export { diversity, type ItemDistance, type PerItem } from '../metrics/diversity.ts';
export { coverage, gini } from '../metrics/exposure.ts';
export { type DcgOptions, dcg, type GainRule, type NdcgOptions, ndcg } from '../metrics/gain.ts';
export {
  averagePopularity,
  novelty,
  type PopularityCounts,
  popularityBias,
  popularityExpectation,
  popularityRank,
  serendipity,
} from '../metrics/popularity.ts';
export {
  averagePrecision,
  type Divisor,
  f1,
  hitRate,
  precision,
  rankBiasedPrecision,
  recall,
  reciprocalRank,
} from '../metrics/ranking.ts';
export { mae, rmse } from '../metrics/rating.ts';
export {
  confidenceInterval,
  type Estimate,
  holm,
  type IntervalOptions,
  type PairedTest,
  type PairedTestOptions,
  pairedTest,
} from '../metrics/significance.ts';
export { tiedNdcg } from '../metrics/ties.ts';
