export type { ItemId, Recommended, Relevant } from './arguments.ts';
export { auc, rocAuc } from './auc.ts';
export { exposureCounts, meanOfItems, serendipityColumns } from './beyond.ts';
export { miscalibration } from './calibration.ts';
export { coOccurrenceDiversity } from './co-occurrence.ts';
export * from './columnar.ts';
export { diversity, type ItemDistance, type PerItem } from './diversity.ts';
export { coverage, gini } from './exposure.ts';
export { type DcgOptions, dcg, type GainRule, type NdcgOptions, ndcg } from './gain.ts';
export {
  averagePopularity,
  novelty,
  type PopularityCounts,
  popularityBias,
  popularityExpectation,
  popularityRank,
  serendipity,
} from './popularity.ts';
export {
  averagePrecision,
  type Divisor,
  f1,
  hitRate,
  precision,
  rankBiasedPrecision,
  recall,
  reciprocalRank,
} from './ranking.ts';
export { mae, rmse } from './rating.ts';
export {
  confidenceInterval,
  type Estimate,
  holm,
  type IntervalOptions,
  type PairedTest,
  type PairedTestOptions,
  pairedTest,
} from './significance.ts';
export { tiedNdcg } from './ties.ts';
