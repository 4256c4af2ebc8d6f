import type { RecommenderOptions } from '../../contracts/recommender.ts';
import { choice, integer, number, optional, recommenderOptions } from '../../options.ts';

/** Options of models whose users are made of the items of their histories, such as `LightGcnRecommender`. */
export interface HistoryTrainerOptions extends RecommenderOptions {
  /** Length of a vector, 1 to 1024. Default 64. */
  factors?: number | undefined;
  /**
   * What is learned from. `'softmax'` (default): each item of a user against `negatives` drawn items together, which takes a fraction of the
   * epochs. `'bpr'`: against one drawn item (Rendle et al. 2009).
   */
  loss?: 'softmax' | 'bpr' | undefined;
  /**
   * Vectors of items have length 1, and scores are divided by this in the loss: smaller looks at the items that are hardest to tell apart. 0:
   * vectors of any length. From 0; default 0.1 with `'softmax'`, 0 with `'bpr'`.
   */
  temperature?: number | undefined;
  /**
   * How much it counts that an item is popular: every score has this times the natural logarithm of the item's number of users added, and
   * vectors learn what remains. From 0 to 100; default 0.5 with vectors of length 1 (see `temperature`), else 0.
   */
  popularity?: number | undefined;
  /** Items drawn per step that all users of the step share, 1 to 65,536, with `'softmax'`. Default 8192. */
  negatives?: number | undefined;
  /** Interactions per step, at least; whole users are taken. From 1, default 8192. */
  batchSize?: number | undefined;
  /** Pull of all that is learned to 0, from 0. Default 1e-6. */
  regularization?: number | undefined;
  /** Early stopping after this many validations without improvement, where `fit` is given something to validate by. Default 3. */
  patience?: number | undefined;
}

/** Checks and defaults of {@link HistoryTrainerOptions}. */
export const historyTrainerChecks = {
  factors: integer({ default: 64, min: 1, max: 1024 }),
  loss: choice(['softmax', 'bpr'] as const, 'softmax'),
  temperature: optional(number({ min: 0, max: 100 })),
  popularity: optional(number({ min: 0, max: 100 })),
  negatives: integer({ default: 8192, min: 1, max: 65_536 }),
  batchSize: integer({ default: 8192, min: 1, max: 2 ** 24 }),
  regularization: number({ default: 1e-6, min: 0, max: 10 }),
  patience: integer({ default: 3, min: 1 }),
  ...recommenderOptions,
};

/** The same settings with those of their scores that follow from others where the caller did not say. */
export function withScoring<S extends { temperature: number | undefined; popularity: number | undefined; loss: 'softmax' | 'bpr' }>(
  settings: S,
) {
  const { temperature = settings.loss === 'softmax' ? 0.1 : 0 } = settings;
  const { popularity = temperature > 0 ? 0.5 : 0 } = settings;
  return { ...settings, temperature, popularity };
}
