import { AttuneError, shown } from '../../errors.ts';
import { type Check, choice, integer, number, optional, readOptions } from '../../options.ts';
import { epochs, type NetworkOptions, networkChecks } from '../shared/network-options.ts';

/** Options of `NcfRecommender`. */
export interface NcfOptions extends NetworkOptions {
  /**
   * What makes a score of a user and an item. Default `'neumf'`.
   * - `'gmf'`: generalized matrix factorization, a weighted inner product.
   * - `'mlp'`: layers over both embeddings side by side.
   * - `'neumf'`: the sum of the two, which have embeddings of their own.
   */
  variant?: 'neumf' | 'gmf' | 'mlp' | undefined;
  /** Length of the embeddings of the GMF half, 1 to 1024. Default 64. */
  factors?: number | undefined;
  /** Widths of the MLP half: the first is twice the length of its embeddings, the others are hidden layers. Default `[64, 32, 16]`. */
  layers?: readonly number[] | undefined;
  /**
   * What is learned of implicit feedback. `'bce'` (default): yes or no for each item, the binary cross-entropy of the paper. `'softmax'`: the items of a
   * user against drawn ones together, up to 8 against the drawn items of all of these.
   */
  loss?: 'bce' | 'softmax' | undefined;
  /** Items drawn per interaction that the user has nothing to do with, 1 to 64. Default 4. Without effect on explicit feedback. */
  negatives?: number | undefined;
  /**
   * How much more it counts in lists that an item is popular than the network has learned: every score has this times the natural logarithm of the
   * item's number of users added. From 0 to 100, default 0.25. Without effect on explicit feedback.
   */
  popularity?: number | undefined;
  /** `'implicit'` (default): a value above 0 says that the user likes the item. `'explicit'`: the values themselves are predicted. */
  feedback?: 'implicit' | 'explicit' | undefined;
  /**
   * Share of a history that each step leaves out, at random, so that what is learned does not lean on single items; below 1. Default 0.3, and 0 is
   * as good where histories are long.
   */
  dropout?: number | undefined;
  /** Epochs before in which both halves of `'neumf'` learn apart, each on its own loss, at the same time. From 0, default 0. */
  pretrain?: number | undefined;
  /** Times that training goes through the data, 1 to 10,000. Default 12. */
  epochs?: number | undefined;
  /** Early stopping after this many validations in a row without improvement, from 1. Default 3. Only with `validation` or `validate` in `fit`. */
  patience?: number | undefined;
  /** Interactions per step, 1 to 65,536. Default 1024, but fewer where an epoch would have less than 100 steps. */
  batch?: number | undefined;
}

const layers: Check<number[]> = (value, name) => {
  if (value === undefined) return [64, 32, 16];
  const sound = (width: unknown) => Number.isInteger(width) && (width as number) >= 1 && (width as number) <= 1024;
  if (Array.isArray(value) && value.length >= 2 && value.length <= 8 && value.every(sound) && value[0] % 2 === 0) return [...value];
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `${name} must be 2 to 8 whole numbers from 1 to 1024, the first of them even, such as [64, 32, 16], got ${shown(value)}.`,
  );
};

/** Checks and defaults of {@link NcfOptions}. */
const ncfChecks = {
  variant: choice(['neumf', 'gmf', 'mlp'] as const, 'neumf'),
  factors: integer({ default: 64, min: 1, max: 1024 }),
  layers,
  loss: choice(['bce', 'softmax'] as const, 'bce'),
  negatives: integer({ default: 4, min: 1, max: 64 }),
  feedback: choice(['implicit', 'explicit'] as const, 'implicit'),
  popularity: number({ default: 0.25, min: 0, max: 100 }),
  dropout: number({ default: 0.3, min: 0, below: 1 }),
  pretrain: integer({ default: 0, min: 0, max: 10_000 }),
  epochs: epochs(12),
  patience: integer({ default: 3, min: 1 }),
  batch: integer({ default: 1024, min: 1, max: 65_536 }),
  ...networkChecks({ learningRate: 0.004 }),
  regularization: optional(number({ min: 0, max: 1e3 })),
};

/** Options with every default filled in. */
export type NcfSettings = Required<{ [K in keyof NcfOptions]: Exclude<NcfOptions[K], undefined> }>;

/** Reads {@link NcfOptions}. @throws ERR_BAD_OPTION */
export function readNcfOptions(options: unknown): NcfSettings {
  const settings = readOptions('NcfRecommender', options, ncfChecks);
  return { ...settings, regularization: settings.regularization ?? (settings.feedback === 'explicit' ? 1e-3 : 1e-5) };
}
