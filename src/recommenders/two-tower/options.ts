import { integer, number, readOptions } from '../../options.ts';
import { type HistoryTrainerOptions, historyTrainerChecks, withScoring } from '../shared/history-trainer-options.ts';
import { type AttributesOf, featureChecks, type ItemFeatures } from '../shared/item-features.ts';

/** Options of {@link TwoTowerRecommender}. */
export interface TwoTowerOptions extends HistoryTrainerOptions {
  /**
   * Vectors of the contents of items, such as a `SemanticIndex`. Its items that nobody has touched are items of the model. Not part of the
   * file of a model. Default: none.
   */
  itemFeatures?: ItemFeatures | undefined;
  /** Attributes of an item. Not part of the file of a model. Default: none. */
  itemAttributes?: AttributesOf | undefined;
  /** Times through the data, 1 to 10,000. Default 30. */
  epochs?: number | undefined;
  /** Length of the first step of Adam, which falls to 0 with the last epoch. Above 0; default 0.02. */
  learningRate?: number | undefined;
  /**
   * How much less a popular item says about its users: an item of a history counts 1 / (its number of users)^historyExponent. From 0 to 2; default
   * 0.
   */
  historyExponent?: number | undefined;
}

/** Checks and defaults of {@link TwoTowerOptions}. */
const twoTowerChecks = {
  ...featureChecks,
  epochs: integer({ default: 30, min: 1, max: 10_000 }),
  learningRate: number({ default: 0.02, above: 0, max: 10 }),
  historyExponent: number({ default: 0, min: 0, max: 2 }),
  ...historyTrainerChecks,
};

/** Reads {@link TwoTowerOptions}. @throws ERR_BAD_OPTION */
export const readTwoTowerOptions = (options: TwoTowerOptions) => withScoring(readOptions('TwoTowerRecommender', options, twoTowerChecks));

/** Options as they were read. */
export type TwoTowerSettings = ReturnType<typeof readTwoTowerOptions>;

/** Those that are part of a file. */
export type StoredSettings = Omit<TwoTowerSettings, 'itemFeatures' | 'itemAttributes'>;
