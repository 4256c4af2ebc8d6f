export type * from '../contracts/cache.ts';
export type * from '../contracts/content-index.ts';
export type * from '../contracts/data-store.ts';
export type { Embedder, EmbedOptions, TokenEmbedding } from '../contracts/embedder.ts';
export type { EmbeddingCache } from '../contracts/embedding-cache.ts';
export type { KeyValue } from '../contracts/key-value.ts';
export type * from '../contracts/model-store.ts';
export type * from '../contracts/recommender.ts';
export type { RelevanceScorer } from '../contracts/relevance-scorer.ts';
export type { VectorIndex, VectorSearchOptions } from '../contracts/vector-index.ts';
export type {
  Condition,
  ConditionOn,
  Contains,
  Metadata,
  MetadataValue,
  Range,
  RangeOn,
  ScalarOf,
  Where,
  WhereValue,
} from '../contracts/where.ts';
export type { Csr } from '../data/csr.ts';
export type { DecayOptions } from '../data/decay.ts';
export type { DuplicatePolicy } from '../data/duplicates.ts';
export { type EventWeightsOptions, eventWeights } from '../data/event-weights.ts';
export type * from '../data/features.ts';
export * from '../data/id-map.ts';
export type { Id } from '../data/ids.ts';
export { Interactions } from '../data/interactions.ts';
export type * from '../data/interactions-options.ts';
export type { InteractionColumns } from '../data/read-columns.ts';
export type { Sequences } from '../data/sequences.ts';
export * from '../data/splits/split.ts';
export type { TimestampUnit } from '../data/time-column.ts';
export { useKernels } from '../engine/families.ts';
export { AttuneError, type ErrorCode, errorCodes } from '../errors.ts';
export { type Activity, type DataReport, type Drift, describe } from '../evaluation/describe.ts';
export { evaluate } from '../evaluation/evaluate.ts';
export type { EvaluateOptions } from '../evaluation/evaluate-options.ts';
export type { Candidates, EvaluableRecommender, ListFunction, ListRequest, RankedItems } from '../evaluation/lists.ts';
export type { ErrorMeasure, Measure, OverallMeasure, PerUserMeasure } from '../evaluation/measures.ts';
export {
  type DefaultMetric,
  type DirectedMetric,
  type Direction,
  evaluationMetrics,
  type MetricKey,
  type MetricName,
  type SearchObjective,
} from '../evaluation/metric-names.ts';
export type { LeftOut } from '../evaluation/plan.ts';
export { type CompareOptions, type Comparison, compare, compareAll } from '../evaluation/report/compare.ts';
export type { EvaluationProtocol, ReadableReport, ReportContent, ReportedValue, ReportJson } from '../evaluation/report/contents.ts';
export { type FormatOptions, formatReports } from '../evaluation/report/format.ts';
export { reportsToHtml } from '../evaluation/report/html.ts';
export { EvaluationReport } from '../evaluation/report/report.ts';
export { type HalvingSearchOptions, type HalvingSetting, halvingSearch } from '../evaluation/tuning/halving.ts';
export {
  type GridSearchOptions,
  type GridSetting,
  gridSearch,
  type NumberRange,
  type ParameterDistribution,
  type Plain,
  type RandomSearchOptions,
  randomSearch,
  type SearchGrid,
  type SearchSpace,
  type SpaceSetting,
} from '../evaluation/tuning/search.ts';
export type { FittableRecommender, Trial, TuningOptions, TuningResult } from '../evaluation/tuning/trials.ts';
export { type FeastColumn, type FeastColumnsOptions, feastColumns } from '../features/feast-columns.ts';
export type { FeatureColumns, FeatureMoment, FeatureRow, FeatureSource } from '../features/feature-source.ts';
export { type FeatureQuestion, type FeatureStore, type FeatureValues, type FeatureView, featureStore } from '../features/feature-store.ts';
export {
  type NamesIn,
  type Normalization,
  type ReciprocalRankOptions,
  reciprocalRank,
  type SourceFusion,
  type SourceList,
  type WeightedOptions,
  weighted,
} from '../hybrid/fusion.ts';
export { HybridRanker, type RankedItem, type RankedPage } from '../hybrid/hybrid-ranker.ts';
export { type FitFusionOptions, type FusionEvent, fitFusion, type LearnedFusionModel, learnedFusion } from '../hybrid/learned-fusion.ts';
export type { AttributesLike, HybridRankerOptions, HybridSources, SourceNames } from '../hybrid/ranker-options.ts';
export type { Reason } from '../hybrid/reasons.ts';
export type { HistoryEntry, RankOptions, RankRequest } from '../hybrid/request.ts';
export { type CalibrateOptions, calibrate } from '../hybrid/rules/calibrate.ts';
export { type ClickBoostOptions, clickBoost } from '../hybrid/rules/clicks.ts';
export { type AlikeBy, type DiversifyOptions, diversify } from '../hybrid/rules/diversify.ts';
export { type ExplorationOptions, exploration } from '../hybrid/rules/exploration.ts';
export { type PinOptions, pin } from '../hybrid/rules/pin.ts';
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
} from '../hybrid/rules/reranker.ts';
export { type BoostOptions, type BuryOptions, boost, bury, type FreshnessOptions, freshness } from '../hybrid/rules/scores.ts';
export { exclude, limitPer } from '../hybrid/rules/select.ts';
export type { RuleTarget } from '../hybrid/rules/target.ts';
export type { Skipped } from '../hybrid/skipped.ts';
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
} from '../hybrid/sources.ts';
export type { RankedWhyNot, SourceWhyNot } from '../hybrid/why-not.ts';
export type { Ranked } from '../numeric/top-k.ts';
export type { Progress } from '../options.ts';
export {
  type AlsCheckpoint,
  type AlsExplanation,
  type AlsFactorInput,
  type AlsFitOptions,
  AlsRecommender,
} from '../recommenders/als/als.ts';
export type { AlsFitOptionsOf } from '../recommenders/als/fit-options.ts';
export type { AlsIteration, AlsLoadOptions, AlsOptions, AlsSettings } from '../recommenders/als/options.ts';
export * from '../recommenders/blend/blend.ts';
export * from '../recommenders/bpr/bpr.ts';
export type { BprFitOptionsOf } from '../recommenders/bpr/options.ts';
export * from '../recommenders/ease/ease.ts';
export * from '../recommenders/factors/factor-recommender.ts';
export type { FactorHistoryRow, FactorInput, FactorMatrix } from '../recommenders/factors/input.ts';
export { type ForgetUserPlaces, type ForgottenUser, forgetUser, type ReplacedModel } from '../recommenders/forget-user.ts';
export * from '../recommenders/graph-filter/graph-filter.ts';
export * from '../recommenders/item-knn/item-knn.ts';
export * from '../recommenders/light-gcn/light-gcn.ts';
export { type LoadRecommenderOptions, loadRecommender, type RecommenderClass } from '../recommenders/load-recommender.ts';
export * from '../recommenders/ncf/ncf.ts';
export * from '../recommenders/popularity/popularity.ts';
export * from '../recommenders/sasrec/sasrec.ts';
export * from '../recommenders/sequence-linear/sequence-linear.ts';
export type { HistoryTrainerOptions } from '../recommenders/shared/history-trainer-options.ts';
export type { TrainingFitOptions, TrainingIteration } from '../recommenders/shared/training.ts';
export * from '../recommenders/two-tower/two-tower.ts';
export * from '../selection/choose-model.ts';
export type { DocumentFields, ItemField, KeptFields, MetadataFields } from '../semantic/catalogue/documents.ts';
export { cachedEmbedder } from '../semantic/embedders/cached.ts';
export { type DistilOptions, distil } from '../semantic/embedders/distil/distil.ts';
export type { TopicText } from '../semantic/embedders/distil/topic-texts.ts';
export { type HttpEmbedderOptions, httpEmbedder } from '../semantic/embedders/http/http.ts';
export type { HttpFetch, HttpResponse } from '../semantic/embedders/http/http-post.ts';
export { type NgramOptions, ngramEmbedder } from '../semantic/embedders/ngram.ts';
export { type Model2VecOptions, type StaticEmbedder, type StaticOptions, staticEmbedder } from '../semantic/embedders/static/static.ts';
export type { StaticFiles } from '../semantic/embedders/static/static-file.ts';
export { type FlatIndex, type FlatIndexOptions, flatIndex } from '../semantic/indexes/flat/flat.ts';
export { type HnswIndex, type HnswOptions, type HnswSearchOptions, hnswIndex } from '../semantic/indexes/hnsw/hnsw.ts';
export type { KeptMetadata, KeptValue } from '../semantic/kept.ts';
export { markHtml, type TextRange } from '../semantic/lexical/highlight.ts';
export type { Language } from '../semantic/lexical/languages.ts';
export type { WordOptions } from '../semantic/lexical/query-terms.ts';
export type { Synonyms } from '../semantic/lexical/synonyms.ts';
export { type ProductTokenizerOptions, productTokenizer, type Tokenizer } from '../semantic/lexical/tokenizers.ts';
export type { Fusion } from '../semantic/search/fusion.ts';
export type { RerankOptions } from '../semantic/search/rerank-options.ts';
export type { EntryOf, FacetCount, Facets, Fallback, SearchResult } from '../semantic/search/result.ts';
export type { Answer } from '../semantic/search/similar.ts';
export type { Suggestion } from '../semantic/search/suggest.ts';
export { type LoadedIndex, SemanticIndex } from '../semantic/semantic-index.ts';
export type {
  NearDuplicatesOptions,
  SearchFilter,
  SearchMode,
  SearchOptions,
  SemanticAddOptions,
  SemanticBuildOptions,
  SemanticLoadOptions,
  SimilarItemsOptions,
  SimilarToOptions,
  SortBy,
  SuggestOptions,
} from '../semantic/semantic-options.ts';
export { ShardFoldIn, type ShardFoldInState } from '../serving/shard-fold-in.ts';
export { type FactorModelLike, mergeShards, shardByItem } from '../serving/shards.ts';
export { type AnswerCacheOptions, answerCache } from '../storage/cache/answer-cache.ts';
export {
  type Observation,
  type ObservationQuality,
  observationCounts,
  observations,
  trackingTypes,
} from '../storage/events/observations.ts';
export {
  type EventColumn,
  type EventWeights,
  eventColumns,
  eventInteractions,
  eventsToCsv,
  expireEvents,
} from '../storage/events/weights.ts';
export { keyValueModelStore } from '../storage/key-value/model-store.ts';
export { type MemoryDataStoreOptions, memoryDataStore } from '../storage/memory/data-store.ts';
export { memoryEmbeddingCache } from '../storage/memory/embedding-cache.ts';
export { memoryKeyValue } from '../storage/memory/key-value.ts';
export { memoryModelStore } from '../storage/memory/model-store.ts';
export type { DataTables } from '../storage/shared/tables.ts';
export { type FitManyOptions, type FittableFamily, fitMany, type Tenant, type TenantFit } from '../tenants/fit-many.ts';
export { type ModelCache, type ModelCacheOptions, modelCache } from '../tenants/model-cache.ts';
export * from './cold-start.ts';
export * as metrics from './metrics.ts';
