/** What writers of recommenders, stores, indexes and embedders need. */

export type { HistorySequence } from '../contracts/history.ts';
export { compileWhere } from '../contracts/where.ts';
export { type ModelFile, readModelFile, tensorOf, writeModelFile } from '../data/files/model-file.ts';
export { readSafetensors, type Safetensors, type Tensor, type TensorData, writeSafetensors } from '../data/files/safetensors.ts';
export { idText, readId } from '../data/ids.ts';
export { type PackedInteractions, packInteractions, unpackInteractions } from '../data/packed.ts';
export type { StoredFactors } from '../numeric/float16.ts';
export { TopK, topK } from '../numeric/top-k.ts';
export {
  abortSignal,
  type Check,
  callback,
  checkIterable,
  choice,
  flag,
  integer,
  number,
  onUnknown,
  optional,
  readOptions,
  seed,
  text,
  threads,
  workOptions,
} from '../options.ts';
export { type FactorAnswers, FactorBase } from '../recommenders/factors/base.ts';
export { type FactorOrder, type FactorProfile, FactorServing, type ItemRows } from '../recommenders/factors/serving.ts';
export type { UserRows } from '../recommenders/factors/similar-users.ts';
export {
  BaseRecommender,
  type FittedBase,
  type HistoryRow,
  type RankRequest,
  rankScores,
  type WantedList,
} from '../recommenders/shared/base.ts';
export {
  type DecodedModel,
  decodeModel,
  encodeModel,
  type FamilyParts,
  type FileFormat,
  fromSettings,
  readLoadOptions,
  storedBytes,
} from '../recommenders/shared/codec.ts';
export {
  type DoneIteration,
  EarlyStopping,
  type ValidatedIteration,
  type ValidationChecks,
  type ValidationOptions,
  validationChecks,
} from '../recommenders/shared/early-stopping.ts';
export { baseFromFile, baseOf, baseToFile } from '../recommenders/shared/fitted-base.ts';
export { mergeInto } from '../recommenders/shared/merge.ts';
export { checkInteractions } from '../recommenders/shared/read-fit.ts';
export { checkSearchOptions } from '../semantic/indexes/shared/search-options.ts';
export {
  type ModelReference,
  readAlias as checkModelAlias,
  readMetadata as checkModelMetadata,
  readModelBytes as checkModelBytes,
  readModelStore as checkModelStore,
  readName as checkModelName,
  readReference as parseModelReference,
  readVersion as checkModelVersion,
} from '../storage/shared/model-names.ts';
export { watchAlias } from '../storage/shared/model-store.ts';
export { Pace } from '../work/pace.ts';
export { answerCacheConformance } from './authoring/answer-cache-conformance.ts';
export { dataStoreConformance } from './authoring/data-store/conformance.ts';
export { type EmbedderFamily, embedderConformance } from './authoring/embedder-conformance.ts';
export { embeddingCacheConformance } from './authoring/embedding-cache-conformance.ts';
export { keyValueConformance } from './authoring/key-value-conformance.ts';
export { type ModelStoreFamily, modelStoreConformance } from './authoring/model-store/conformance.ts';
export { recommenderConformance } from './authoring/recommender/conformance.ts';
export type { Family as RecommenderFamily, Loadable } from './authoring/recommender/suite.ts';
export type { Expect, Matcher, Matchers, TestRunner } from './authoring/test-runner.ts';
export { trackerConformance } from './authoring/tracker/conformance.ts';
export { vectorIndexConformance } from './authoring/vector-index/conformance.ts';
export type { IndexFamily as VectorIndexFamily } from './authoring/vector-index/suite.ts';
