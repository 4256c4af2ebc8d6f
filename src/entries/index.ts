export * from '../cold-start/index.ts';
export type * from '../contracts/data-store.ts';
export type { KeyValue } from '../contracts/key-value.ts';
export type * from '../contracts/model-store.ts';
export type * from '../contracts/recommender.ts';
export type { Csr } from '../data/csr.ts';
export type { DuplicatePolicy } from '../data/duplicates.ts';
export * from '../data/id-map.ts';
export type { Id } from '../data/ids.ts';
export * from '../data/interactions.ts';
export * from '../data/splits/split.ts';
export { AttuneError, type ErrorCode, errorCodes } from '../errors.ts';
export * from '../evaluation/index.ts';
export * from '../experiments/index.ts';
export { type LoggedChoice, type OffPolicyOptions, type OffPolicyValue, offPolicyValue } from '../experiments/off-policy.ts';
export * from '../hybrid/index.ts';
export * as metrics from '../metrics/index.ts';
export type { Ranked } from '../numeric/top-k.ts';
export type { Progress } from '../options.ts';
export {
  type AlsCheckpoint,
  type AlsExplanation,
  type AlsFactorInput,
  type AlsFitOptions,
  AlsRecommender,
} from '../recommenders/als/als.ts';
export type { AlsIteration, AlsLoadOptions, AlsOptions, AlsSettings } from '../recommenders/als/options.ts';
export * from '../recommenders/bpr/bpr.ts';
export * from '../recommenders/ease/ease.ts';
export * from '../recommenders/factors/factor-recommender.ts';
export type { FactorHistoryRow, FactorInput, FactorMatrix } from '../recommenders/factors/input.ts';
export * from '../recommenders/item-knn/item-knn.ts';
export { loadRecommender } from '../recommenders/load-recommender.ts';
export * from '../recommenders/popularity/popularity.ts';
export * from '../semantic/index.ts';
export { keyValueModelStore } from '../storage/key-value/model-store.ts';
export { type MemoryDataStoreOptions, memoryDataStore } from '../storage/memory/data-store.ts';
export { type EmbeddingCache, memoryEmbeddingCache } from '../storage/memory/embedding-cache.ts';
export { memoryKeyValue } from '../storage/memory/key-value.ts';
export { memoryModelStore } from '../storage/memory/model-store.ts';
export {
  type ModelReference,
  readAlias as checkModelAlias,
  readMetadata as checkModelMetadata,
  readModelBytes as checkModelBytes,
  readName as checkModelName,
  readReference as parseModelReference,
  readVersion as checkModelVersion,
} from '../storage/shared/model-names.ts';
export type { DataTables } from '../storage/shared/tables.ts';
export * from '../tracking/index.ts';
