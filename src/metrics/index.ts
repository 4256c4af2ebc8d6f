export type { ItemId, PerItem, Recommended, Relevant } from './arguments.ts';
export { miscalibration } from './beyond-accuracy/calibration.ts';
export { diversity, type ItemDistance } from './beyond-accuracy/diversity.ts';
export { coverage, gini } from './beyond-accuracy/exposure.ts';
export {
  averagePopularity,
  novelty,
  type PopularityCounts,
  popularityBias,
  popularityExpectation,
  popularityRank,
  serendipity,
} from './beyond-accuracy/popularity.ts';
export { exposureCounts, meanOfItems, serendipityColumns } from './columnar/beyond-accuracy.ts';
export { coOccurrenceDiversity } from './columnar/co-occurrence.ts';
export * from './columnar/measure-lists.ts';
export { auc, rocAuc } from './ranking/auc.ts';
export { type DcgOptions, dcg, type GainRule, type NdcgOptions, ndcg } from './ranking/gain.ts';
export {
  averagePrecision,
  type Divisor,
  f1,
  hitRate,
  precision,
  rankBiasedPrecision,
  recall,
  reciprocalRank,
} from './ranking/hits.ts';
export { tiedNdcg } from './ranking/ties.ts';
export { mae, rmse } from './rating/rating.ts';
export { confidenceInterval, type Estimate, type IntervalOptions } from './significance/confidence-interval.ts';
export { holm } from './significance/holm.ts';
export { type PairedTest, type PairedTestOptions, pairedTest } from './significance/paired-test.ts';
