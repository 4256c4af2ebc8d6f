export * from './cold-start/index.ts';
export type { Csr } from './data/csr.ts';
export type { DuplicatePolicy } from './data/duplicates.ts';
export * from './data/id-map.ts';
export * from './data/interactions.ts';
export * from './data/split.ts';
export type { Ranked } from './engine/top-k.ts';
export { AttuneError, type ErrorCode, errorCodes } from './errors.ts';
export * from './evaluation/index.ts';
export * from './feedback/index.ts';
export * from './hybrid/index.ts';
export * as metrics from './metrics/index.ts';
export type { Progress } from './options.ts';
export { type AlsCheckpoint, type AlsFitOptions, AlsRecommender } from './recommenders/als/als.ts';
export type { AlsIteration, AlsOptions, AlsSettings } from './recommenders/als/options.ts';
export * from './recommenders/bpr/bpr.ts';
export * from './recommenders/ease.ts';
export * from './recommenders/item-knn.ts';
export * from './recommenders/popularity.ts';
export type * from './recommenders/recommender.ts';
export * from './semantic/index.ts';
export type * from './storage/data-store.ts';
export { type EmbeddingCache, memoryEmbeddingCache } from './storage/embedding-cache.ts';
export { memoryDataStore } from './storage/memory-data-store.ts';
export { memoryModelStore } from './storage/memory-model-store.ts';
export {
  type ModelReference,
  readAlias as checkModelAlias,
  readMetadata as checkModelMetadata,
  readModelBytes as checkModelBytes,
  readName as checkModelName,
  readReference as parseModelReference,
  readVersion as checkModelVersion,
} from './storage/model-names.ts';
export type * from './storage/model-store.ts';
