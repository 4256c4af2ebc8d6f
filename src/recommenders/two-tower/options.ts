import type { ContentIndex } from '../../contracts/content-index.ts';
import { AttuneError, shown } from '../../errors.ts';
import { callback, integer, number, optional } from '../../options.ts';
import { type HistoryTrainerOptions, historyTrainerChecks } from '../shared/history-trainer-options.ts';

/** Where vectors of contents come from: a `SemanticIndex`, or anything with these two. */
export type ItemFeatures = Pick<ContentIndex, 'items' | 'vectorOf'>;

/** What is known of an item, such as `{ brand: 'GE', category: ['parts', 'filters'] }`. Numbers and flags count as words. */
export type AttributesOf = (item: string) => Readonly<Record<string, unknown>> | undefined;

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
  /** Length of a step of Adam, above 0. Default 0.02. */
  learningRate?: number | undefined;
}

/** Checks and defaults of {@link TwoTowerOptions}. */
export const twoTowerChecks = {
  itemFeatures: optional((value: unknown, name: string): ItemFeatures => {
    const given = value as Partial<ItemFeatures> | null;
    if (typeof given?.vectorOf === 'function' && given.items && Symbol.iterator in given.items) return given as ItemFeatures;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a SemanticIndex, or { items, vectorOf(item) }, got ${shown(value)}.`);
  }),
  itemAttributes: callback<AttributesOf>(),
  epochs: integer({ default: 30, min: 1, max: 10_000 }),
  learningRate: number({ default: 0.02, above: 0, max: 10 }),
  ...historyTrainerChecks,
};

/** Options as they were read. */
export type TwoTowerSettings = { [K in keyof typeof twoTowerChecks]: ReturnType<(typeof twoTowerChecks)[K]> };

/** Those that are part of a file. */
export type StoredSettings = Omit<TwoTowerSettings, 'itemFeatures' | 'itemAttributes'>;
