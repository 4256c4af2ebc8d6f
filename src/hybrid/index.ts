export {
  type NamesIn,
  type Normalization,
  type ReciprocalRankOptions,
  reciprocalRank,
  type SourceFusion,
  type SourceList,
  type WeightedOptions,
  weighted,
} from './fusion.ts';
export { HybridRanker, type RankedItem, type RankedPage } from './hybrid-ranker.ts';
export { type FitFusionOptions, type FusionEvent, fitFusion, type LearnedFusionModel, learnedFusion } from './learned-fusion.ts';
export type { AttributesLike, HybridRankerOptions, HybridSources, SourceNames } from './ranker-options.ts';
export type { Reason } from './reasons.ts';
export type { HistoryEntry, RankOptions, RankRequest } from './request.ts';
export { type CalibrateOptions, calibrate } from './rules/calibrate.ts';
export { type AlikeBy, type DiversifyOptions, diversify } from './rules/diversify.ts';
export { type ExplorationOptions, exploration } from './rules/exploration.ts';
export { type PinOptions, pin } from './rules/pin.ts';
export type {
  Candidate,
  Exploration,
  ItemAttributes,
  RerankContext,
  Reranker,
  RerankerLike,
  RerankPhase,
  RuleClaim,
  RuleNote,
  SourceScore,
} from './rules/reranker.ts';
export { type BoostOptions, type BuryOptions, boost, bury, type FreshnessOptions, freshness } from './rules/scores.ts';
export { exclude, limitPer } from './rules/select.ts';
export type { RuleTarget } from './rules/target.ts';
export type { Skipped } from './skipped.ts';
export type {
  AnsweringSource,
  HybridSource,
  IndexLike,
  ReasonedItem,
  RecommenderLike,
  SearchLikeOptions,
  SourceAnswer,
  SourceFunction,
  SourceRequest,
} from './sources.ts';
export type { RankedWhyNot, SourceWhyNot } from './why-not.ts';
