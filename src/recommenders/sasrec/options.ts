import { AttuneError } from '../../errors.ts';
import { choice, integer, number, optional, readOptions } from '../../options.ts';
import { epochs, type NetworkOptions, networkChecks } from '../shared/network-options.ts';

/** Options of `SasRecRecommender`. */
export interface SasRecOptions extends NetworkOptions {
  /** Width of the network and of the items' vectors: a multiple of 8 x `heads` up to 512. Default 64. */
  factors?: number | undefined;
  /** Number of blocks of attention and layers, 1 to 8. Default 1. */
  blocks?: number | undefined;
  /** Heads of attention, 1 to 16. Default 1. */
  heads?: number | undefined;
  /** The last so many items of a history are read, 1 to 1000; longer histories are learned in pieces. Default 50. */
  maxLength?: number | undefined;
  /**
   * `'softmax'` (default): cross-entropy of the next item among it and `negatives` drawn ones. `'bce'`: each yes or no, the drawn ones
   * together as much as the next item.
   */
  loss?: 'softmax' | 'bce' | undefined;
  /** Items drawn per step, for all positions of it; 8 to 8192, rounded up to a multiple of 8. Default 256. */
  negatives?: number | undefined;
  /**
   * Scores are cosines, divided by this in the loss: smaller looks at the items that are hardest to tell apart. 0: scores are inner products, as
   * in the paper, which is worse on sparse data. From 0, default 0.1.
   */
  temperature?: number | undefined;
  /**
   * How much it counts that an item is popular: in the loss every score has this times the natural logarithm of the item's number of users added, and the
   * network learns what remains. In lists that is added to cosines as well, times the temperature. From 0 to 100; default 0.5 with
   * `'softmax'` and a `temperature`, else 0.
   */
  popularity?: number | undefined;
  /** Share of the network's numbers that each step leaves out, below 1. Default 0.2. */
  dropout?: number | undefined;
  /** Times that training goes through the data, 1 to 10,000. Default 30. */
  epochs?: number | undefined;
  /** Early stopping after this many validations in a row without improvement, from 1. Default 10. Only with `validation` or `validate` in `fit`. */
  patience?: number | undefined;
  /** Histories per step, 1 to 4096. Default 256, but fewer where an epoch would have less than 100 steps. */
  batch?: number | undefined;
}

const sasRecChecks = {
  factors: integer({ default: 64, min: 8, max: 512 }),
  blocks: integer({ default: 1, min: 1, max: 8 }),
  heads: integer({ default: 1, min: 1, max: 16 }),
  maxLength: integer({ default: 50, min: 1, max: 1000 }),
  loss: choice(['softmax', 'bce'] as const, 'softmax'),
  negatives: integer({ default: 256, min: 8, max: 8192 }),
  temperature: number({ default: 0.1, min: 0, max: 100 }),
  popularity: optional(number({ min: 0, max: 100 })),
  dropout: number({ default: 0.2, min: 0, below: 1 }),
  epochs: epochs(30),
  patience: integer({ default: 10, min: 1 }),
  batch: integer({ default: 256, min: 1, max: 4096 }),
  ...networkChecks({ learningRate: 0.002 }),
};

/** Options with every default filled in. */
export type SasRecSettings = Required<{ [K in keyof SasRecOptions]: Exclude<SasRecOptions[K], undefined> }>;

/** Reads {@link SasRecOptions}. @throws ERR_BAD_OPTION */
export function readSasRecOptions(options: unknown): SasRecSettings {
  const settings = readOptions('SasRecRecommender', options, sasRecChecks);
  const { factors, heads, loss, temperature, popularity = loss === 'softmax' && temperature > 0 ? 0.5 : 0 } = settings;
  if (factors % (8 * heads) === 0) return { ...settings, popularity };
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `SasRecRecommender: option 'factors' must be a multiple of 8 times 'heads', which is ${8 * heads}, got ${factors}.`,
  );
}
