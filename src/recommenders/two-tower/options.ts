import type { ContentIndex } from '../../contracts/content-index.ts';
import type { RecommenderOptions } from '../../contracts/recommender.ts';
import { AttuneError, shown } from '../../errors.ts';
import { callback, choice, integer, number, optional, recommenderOptions } from '../../options.ts';

/** Where vectors of contents come from: a `SemanticIndex`, or anything with these two. */
export type ItemFeatures = Pick<ContentIndex, 'items' | 'vectorOf'>;

/** What is known of an item, such as `{ brand: 'GE', category: ['parts', 'filters'] }`. Numbers and flags count as words. */
export type AttributesOf = (item: string) => Readonly<Record<string, unknown>> | undefined;

/** Options of {@link TwoTowerRecommender}. */
export interface TwoTowerOptions extends RecommenderOptions {
  /**
   * Vectors of the contents of items, such as a `SemanticIndex`. Its items that nobody has touched are items of the model. Not part of the
   * file of a model. Default: none.
   */
  itemFeatures?: ItemFeatures | undefined;
  /** Attributes of an item. Not part of the file of a model. Default: none. */
  itemAttributes?: AttributesOf | undefined;
  /** Length of a vector, 1 to 1024. Default 64. */
  factors?: number | undefined;
  /** What is learned from: each item of a user against `negatives` that all users of a step share (`'softmax'`, default), or against one (`'bpr'`). */
  loss?: 'softmax' | 'bpr' | undefined;
  /** Items drawn per step, 1 to 65,536, with `'softmax'`. Default 8192. */
  negatives?: number | undefined;
  /** Times through the data, 1 to 10,000. Default 30. */
  epochs?: number | undefined;
  /** Interactions per step, at least; whole users are taken. From 1, default 8192. */
  batchSize?: number | undefined;
  /** Length of a step of Adam, above 0. Default 0.02. */
  learningRate?: number | undefined;
  /** Pull of all that is learned to 0, from 0. Default 1e-6. */
  regularization?: number | undefined;
  /** Early stopping after this many validations without improvement, where `fit` is given something to validate by. Default 3. */
  patience?: number | undefined;
}

/** Checks and defaults of {@link TwoTowerOptions}. */
export const twoTowerChecks = {
  itemFeatures: optional((value: unknown, name: string): ItemFeatures => {
    const given = value as Partial<ItemFeatures> | null;
    if (typeof given?.vectorOf === 'function' && given.items && Symbol.iterator in given.items) return given as ItemFeatures;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a SemanticIndex, or { items, vectorOf(item) }, got ${shown(value)}.`);
  }),
  itemAttributes: callback<AttributesOf>(),
  factors: integer({ default: 64, min: 1, max: 1024 }),
  loss: choice(['softmax', 'bpr'] as const, 'softmax'),
  negatives: integer({ default: 8192, min: 1, max: 65_536 }),
  epochs: integer({ default: 30, min: 1, max: 10_000 }),
  batchSize: integer({ default: 8192, min: 1, max: 2 ** 24 }),
  learningRate: number({ default: 0.02, above: 0, max: 10 }),
  regularization: number({ default: 1e-6, min: 0, max: 10 }),
  patience: integer({ default: 3, min: 1 }),
  ...recommenderOptions,
};

/** Options as they were read. */
export type TwoTowerSettings = { [K in keyof typeof twoTowerChecks]: ReturnType<(typeof twoTowerChecks)[K]> };

/** Those that are part of a file. */
export type StoredSettings = Omit<TwoTowerSettings, 'itemFeatures' | 'itemAttributes'>;
