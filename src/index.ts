export * from './data/id-map.ts';
export * from './data/interactions.ts';
export { AttuneError, type ErrorCode, errorCodes } from './errors.ts';
export * as metrics from './metrics/index.ts';
export type { Progress } from './options.ts';
export type * from './recommenders/recommender.ts';
export * from './semantic/index.ts';
export type * from './storage/model-store.ts';
