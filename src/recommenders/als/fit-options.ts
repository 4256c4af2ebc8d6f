import type { FitOptions } from '../../contracts/recommender.ts';
import type { IdMap } from '../../data/id-map.ts';
import { AttuneError, shown } from '../../errors.ts';
import { anything, type Check, callback, integer, readOptions, workOptions } from '../../options.ts';
import { checkOneValidation, type ValidationOptions, validationChecks } from '../shared/early-stopping.ts';
import { type AttributesOf, featureChecks, type ItemFeatures } from '../shared/item-features.ts';

/**
 * Options of `AlsRecommender.fit`.
 * @typeParam Model the recommender itself
 */
export interface AlsFitOptionsOf<Model> extends FitOptions, ValidationOptions<Model> {
  /** users x factors, row-major in the order of `interactions.users`. Only conjugate gradients read it. */
  initialUserFactors?: Float32Array | undefined;
  /** items x factors, row-major in the order of `interactions.items`. Default random by `seed`. */
  initialItemFactors?: Float32Array | undefined;
  /**
   * How much each user counts, from 0: one number per user in the order of `interactions.users`, or made by a function. Default 1. A
   * user of weight 2 trains items like two users with the same history, penalty included; the loss counts it twice as well.
   * The model keeps the weights for `partialFit`, where new users weigh 1.
   */
  userWeights?: Float32Array | ((user: string) => number) | undefined;
  /**
   * An earlier model with as many factors, such as yesterday's: items it knows start from its factors, new ones at random, and
   * fewer `iterations` do. `initialItemFactors` wins over it. It is only read.
   */
  warmStart?: Model | undefined;
  /**
   * How good a model is on held-out data, larger is better: asked after each iteration, with the model as it would be if training
   * ended there. The fit then ends with the best of them, which is rarely the one of the lowest loss. Takes a pass over the users per
   * iteration, and a second copy of the factors.
   *
   * @example
   * await als.fit(train, {
   *   validate: async (model) => (await evaluate(model, { train, test: validation, metrics: ['ndcg'], k: [20] })).get('ndcg', 20).mean,
   * });
   */
  validate?: ((model: Model) => number | Promise<number>) | undefined;
  /** With `validate` or `validation`: iterations between two validations, from 1. Default 1. */
  validateEvery?: number | undefined;
  /**
   * Vectors of the contents of items, such as a `SemanticIndex`. Its items that nobody has touched become items of the model, with the factors
   * that items with like features have; users are then solved once more, and `partialFit` solves those that somebody touches. Factors of other
   * items are what they are without it. Default: none.
   */
  itemFeatures?: ItemFeatures | undefined;
  /** Attributes of an item, such as `{ brand: 'GE' }`, read for all items of the interactions and of `itemFeatures`. Default: none. */
  itemAttributes?: AttributesOf | undefined;
  /** Makes an interrupted fit resumable: `write` regularly receives a file for `resumeFrom`. */
  checkpoint?: AlsCheckpoint | undefined;
  /**
   * A file that `checkpoint` wrote. The fit goes on after that iteration and ends with the bytes it would have ended with uninterrupted.
   * Needs the same interactions in the same order and the same options, but for `iterations`, `tolerance`, `storage`,
   * `clip`, `threads` and `onUnknown`. `validate` starts over: the best model before the interruption is not in the file.
   */
  resumeFrom?: Uint8Array | undefined;
}

/** How a fit writes checkpoints. */
export interface AlsCheckpoint {
  /** Iterations between two, from 1. Default 1. */
  every?: number | undefined;
  /** Stores the file, for example with `store.put('als-checkpoint', bytes)`; the fit waits for it. */
  write: (bytes: Uint8Array, iteration: number) => void | Promise<void>;
}

/** Reads {@link AlsFitOptionsOf}. @throws ERR_BAD_OPTION */
export function readFitOptions<Model>(options: AlsFitOptionsOf<Model>) {
  const read = readOptions('AlsRecommender.fit', options, {
    ...workOptions,
    initialUserFactors: anything<Float32Array | undefined>(),
    initialItemFactors: anything<Float32Array | undefined>(),
    userWeights: anything<Float32Array | ((user: string) => number) | undefined>(),
    warmStart: earlierModel as Check<Model | undefined>,
    ...validationChecks<Model>({ validateEvery: 1 }),
    checkpoint: checkpointCheck,
    resumeFrom: bytes,
    ...featureChecks,
  });
  checkOneValidation('AlsRecommender', read);
  if (read.validation === 'auto') checkFitsTwice(read);
  return read;
}

/** `validation: 'auto'` fits on a part of the data first, for which these do not fit. */
function checkFitsTwice(
  read: Pick<AlsFitOptionsOf<unknown>, 'initialUserFactors' | 'initialItemFactors' | 'checkpoint' | 'resumeFrom' | 'userWeights'>,
): void {
  const owned = (['initialUserFactors', 'initialItemFactors', 'checkpoint', 'resumeFrom'] as const).find(
    (name) => read[name] !== undefined,
  );
  const name = owned ?? (read.userWeights instanceof Float32Array ? 'userWeights' : undefined);
  if (name === undefined) return;
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `AlsRecommender.fit: option '${name}' belongs to all of the data, but validation: 'auto' fits on a part of it first. Pass Interactions as validation${name === 'userWeights' ? ', or a function as userWeights' : ''}.`,
  );
}

const earlierModel: Check<unknown> = (value, name) => {
  // By shape, not by class: a program may have loaded both the ESM and the CommonJS build.
  if (value === undefined || (value as { kind?: unknown } | null)?.kind === 'als') return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an AlsRecommender, got ${shown(value)}.`);
};

const checkpointCheck: Check<Required<AlsCheckpoint> | undefined> = (value, name) => {
  if (value === undefined) return undefined;
  const { every, write } = readOptions(name, value, {
    every: integer({ default: 1, min: 1 }),
    write: callback<AlsCheckpoint['write']>(),
  });
  if (write) return { every, write };
  throw new AttuneError('ERR_BAD_OPTION', `${name} must have a function 'write' that stores the bytes it is given, got none.`);
};

const bytes: Check<Uint8Array | undefined> = (value, name) => {
  if (value === undefined || value instanceof Uint8Array) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be the bytes that a checkpoint wrote, got ${shown(value)}.`);
};

/** Weights of users in dense order, undefined when all count the same. @throws ERR_BAD_OPTION, ERR_BAD_VALUE */
export function readWeights(weights: AlsFitOptionsOf<unknown>['userWeights'], users: IdMap): Float32Array | undefined {
  if (weights === undefined) return undefined;
  if (typeof weights !== 'function' && !(weights instanceof Float32Array && weights.length === users.size)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `AlsRecommender.fit: option 'userWeights' must be a function or a Float32Array of ${users.size} numbers, got ${shown(weights)}.`,
    );
  }
  const read = new Float32Array(users.size);
  for (let u = 0; u < read.length; u++) {
    read[u] = typeof weights === 'function' ? weights(users.idAt(u)) : weights[u];
    if (Number.isFinite(read[u]) && read[u] >= 0) continue;
    throw new AttuneError(
      'ERR_BAD_VALUE',
      `AlsRecommender.fit: option 'userWeights' must give finite numbers from 0, got ${read[u]} for ${shown(users.idAt(u))}.`,
    );
  }
  return read;
}

/** @throws ERR_BAD_OPTION, ERR_BAD_VALUE */
export function checkStart(start: Float32Array | undefined, length: number, name: string): void {
  if (start === undefined) return;
  if (!(start instanceof Float32Array) || start.length !== length) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `AlsRecommender.fit: option '${name}' must be a Float32Array of ${length} numbers, got ${start?.length}.`,
    );
  }
  for (const v of start)
    if (!Number.isFinite(v)) throw new AttuneError('ERR_BAD_VALUE', `AlsRecommender.fit: option '${name}' holds ${v}.`);
}
