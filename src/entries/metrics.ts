/** Ranking, rating and beyond-accuracy metrics as pure functions; the same as `metrics` of `attune`. */
export type { ItemId, PerItem, Recommended, Relevant } from '../metrics/arguments.ts';
export { miscalibration } from '../metrics/beyond-accuracy/calibration.ts';
export { diversity, type ItemDistance } from '../metrics/beyond-accuracy/diversity.ts';
export { coverage, gini } from '../metrics/beyond-accuracy/exposure.ts';
export {
  averagePopularity,
  novelty,
  type PopularityCounts,
  popularityBias,
  popularityExpectation,
  popularityRank,
  serendipity,
} from '../metrics/beyond-accuracy/popularity.ts';
export { exposureCounts, meanOfItems, serendipityColumns } from '../metrics/columnar/beyond-accuracy.ts';
export { coOccurrenceDiversity } from '../metrics/columnar/co-occurrence.ts';
export * from '../metrics/columnar/measure-lists.ts';
export { auc, rocAuc } from '../metrics/ranking/auc.ts';
export { type DcgOptions, dcg, type GainRule, type NdcgOptions, ndcg } from '../metrics/ranking/gain.ts';
export {
  averagePrecision,
  type Divisor,
  f1,
  hitRate,
  precision,
  rankBiasedPrecision,
  recall,
  reciprocalRank,
} from '../metrics/ranking/hits.ts';
export { tiedNdcg } from '../metrics/ranking/ties.ts';
export { mae, rmse } from '../metrics/rating/rating.ts';
export { confidenceInterval, type Estimate, type IntervalOptions } from '../metrics/significance/confidence-interval.ts';
export { holm } from '../metrics/significance/holm.ts';
export { type PairedTest, type PairedTestOptions, pairedTest } from '../metrics/significance/paired-test.ts';
