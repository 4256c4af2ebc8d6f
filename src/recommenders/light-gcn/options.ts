import { integer, number, optional, readOptions } from '../../options.ts';
import { type HistoryTrainerOptions, historyTrainerChecks, withScoring } from '../shared/history-trainer-options.ts';

/** Options of {@link LightGcnRecommender}. */
export interface LightGcnOptions extends HistoryTrainerOptions {
  /**
   * Layers of the graph that a vector is averaged over, 1 to 8. Default 3: an item learns from the items of its users, and a user from the
   * items of theirs. Items stand at even layers and users at odd ones, so 2 is the same as 3.
   */
  layers?: number | undefined;
  /** Times through the data, 1 to 10,000. Default 24 with `'softmax'`, 200 with `'bpr'`. */
  epochs?: number | undefined;
  /** Length of the first step of Adam, which falls to 0 with the last epoch. Above 0; default 0.025. */
  learningRate?: number | undefined;
  /**
   * How much less a popular item says about its users: an item of a history counts 1 / (its number of users)^historyExponent. From 0 to 2; default
   * 0.25. The published LightGCN has 0.5.
   */
  historyExponent?: number | undefined;
}

/** Checks and defaults of {@link LightGcnOptions}. */
const lightGcnChecks = {
  layers: integer({ default: 3, min: 1, max: 8 }),
  epochs: optional(integer({ min: 1, max: 10_000 })),
  learningRate: number({ default: 0.025, above: 0, max: 10 }),
  historyExponent: number({ default: 0.25, min: 0, max: 2 }),
  ...historyTrainerChecks,
};

/** Reads {@link LightGcnOptions}. @throws ERR_BAD_OPTION */
export function readLightGcnOptions(options: LightGcnOptions) {
  const settings = withScoring(readOptions('LightGcnRecommender', options, lightGcnChecks));
  const { epochs = settings.loss === 'softmax' ? 24 : 200 } = settings;
  return { ...settings, epochs };
}

/** Options as they were read. */
export type LightGcnSettings = ReturnType<typeof readLightGcnOptions>;

/** How often an item's vector is smoothed. */
export const hopsOf = ({ layers }: Pick<LightGcnSettings, 'layers'>) => Math.floor(layers / 2);

/** Columns of a row in memory: whole slices of the kernels. */
export const widthOf = ({ factors }: Pick<LightGcnSettings, 'factors'>) => 16 * Math.ceil(factors / 16);
