import type { RecommenderOptions } from '../../contracts/recommender.ts';
import { choice, integer, number, optional, recommenderOptions } from '../../options.ts';

/** Options of {@link LightGcnRecommender}. */
export interface LightGcnOptions extends RecommenderOptions {
  /** Length of a vector, 1 to 1024. Default 64. */
  factors?: number | undefined;
  /**
   * Layers of the graph that a vector is averaged over, 1 to 8. Default 3: an item learns from the items of its users, and a user from the
   * items of theirs. Items stand at even layers and users at odd ones, so 2 is the same as 3.
   */
  layers?: number | undefined;
  /**
   * What is learned from. `'softmax'` (default): each item of a user against `negatives` drawn items together, which takes a fraction of the
   * epochs. `'bpr'`: against one drawn item (Rendle et al. 2009), as in the paper.
   */
  loss?: 'softmax' | 'bpr' | undefined;
  /** Items drawn per step that all users of the step share, 1 to 65,536, with `'softmax'`. Default 8192. */
  negatives?: number | undefined;
  /** Times through the data, 1 to 10,000. Default 24 with `'softmax'`, 200 with `'bpr'`. */
  epochs?: number | undefined;
  /** Interactions per step, at least; whole users are taken. From 1, default 8192. */
  batchSize?: number | undefined;
  /** Length of a step of Adam, above 0. Default 0.015. */
  learningRate?: number | undefined;
  /** Pull of all vectors to 0, from 0. Default 1e-6. */
  regularization?: number | undefined;
  /** Early stopping after this many validations without improvement, where `fit` is given something to validate by. Default 3. */
  patience?: number | undefined;
}

/** Checks and defaults of {@link LightGcnOptions}. */
export const lightGcnChecks = {
  factors: integer({ default: 64, min: 1, max: 1024 }),
  layers: integer({ default: 3, min: 1, max: 8 }),
  loss: choice(['softmax', 'bpr'] as const, 'softmax'),
  negatives: integer({ default: 8192, min: 1, max: 65_536 }),
  epochs: optional(integer({ min: 1, max: 10_000 })),
  batchSize: integer({ default: 8192, min: 1, max: 2 ** 24 }),
  learningRate: number({ default: 0.015, above: 0, max: 10 }),
  regularization: number({ default: 1e-6, min: 0, max: 10 }),
  patience: integer({ default: 3, min: 1 }),
  ...recommenderOptions,
};

/** Options as they were read. */
export type LightGcnSettings = { [K in keyof typeof lightGcnChecks]: ReturnType<(typeof lightGcnChecks)[K]> };

/** How often an item's vector is smoothed. */
export const hopsOf = ({ layers }: Pick<LightGcnSettings, 'layers'>) => Math.floor(layers / 2);

/** Columns of a row in memory: whole slices of the kernels. */
export const widthOf = ({ factors }: Pick<LightGcnSettings, 'factors'>) => 16 * Math.ceil(factors / 16);
