import { checkIsInteractions } from '../../data/check-interactions.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError, shown } from '../../errors.ts';
import { type Check, callback, integer } from '../../options.ts';

/** What families that iterate take in `fit` besides the work options. `Model` is the recommender itself. */
export interface ValidationOptions<Model> {
  /**
   * How good a model is on held-out data, larger is better: called regularly, with the model as it would be if training ended there. The
   * fit then ends with the best of them.
   */
  validate?: ((model: Model) => number | Promise<number>) | undefined;
  /**
   * Early stopping by NDCG@10 on held-out rows, instead of `validate`. `Interactions`: the model of the best iteration is kept. `'auto'`: one
   * row each of up to 4000 users is held out of the data (the last one where there are times), and then the model is fitted anew on all of
   * it, for as many iterations as were best. Default: none, all iterations.
   */
  validation?: Interactions | 'auto' | undefined;
  /** With `validate` or `validation`: iterations between two validations, from 1. The last iteration is always validated. */
  validateEvery?: number | undefined;
  /** With `validate` or `validation`: early stopping after this many validations in a row without improvement, from 1. Default 3. */
  patience?: number | undefined;
}

/** How {@link ValidationOptions} are read. */
export interface ValidationChecks<Model> {
  /** A function, or nothing. */
  validate: Check<ValidationOptions<Model>['validate']>;
  /** `'auto'`, interactions, or nothing. */
  validation: Check<ValidationOptions<Model>['validation']>;
  /** A whole number from 1. */
  validateEvery: Check<number>;
  /** A whole number from 1. */
  patience: Check<number>;
}

/** Checks and defaults of {@link ValidationOptions}. */
export function validationChecks<Model>(defaults: { validateEvery: number }): ValidationChecks<Model> {
  return {
    validate: callback<NonNullable<ValidationOptions<Model>['validate']>>() as Check<ValidationOptions<Model>['validate']>,
    validation,
    validateEvery: integer({ default: defaults.validateEvery, min: 1 }),
    patience: integer({ default: 3, min: 1 }),
  };
}

const validation: Check<Interactions | 'auto' | undefined> = (value, name) => {
  if (value === undefined || value === 'auto') return value;
  try {
    checkIsInteractions(name, value as Interactions);
  } catch (cause) {
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be 'auto' or Interactions.`, { cause });
  }
  return value as Interactions;
};

/** @throws ERR_BAD_OPTION when a fit is to be validated in two ways */
export function checkOneValidation(owner: string, { validate, validation }: { validate?: unknown; validation?: unknown }): void {
  if (!validate || !validation) return;
  throw new AttuneError('ERR_BAD_OPTION', `${owner}.fit: expected 'validate' or 'validation', got both. Leave one out.`);
}

/** The part of a training record that validation reads and writes. */
export interface ValidatedIteration {
  /** From 1. */
  iteration: number;
  /** What `validate` gave, where it was asked. */
  validation?: number;
}

/** An iteration that is done. */
export interface DoneIteration<Factors> {
  /** Its line of the training record, which receives the result. */
  line: ValidatedIteration;
  /** Whether training ends after it anyway. */
  final: boolean;
  /** The result if training ended here; only computed when it is to be validated. */
  factors(): Factors | Promise<Factors>;
}

/** Early stopping: validates a model between iterations, keeps the best one, and decides when training ends with it. */
export class EarlyStopping<Factors> {
  readonly #owner: string;
  readonly #validate: (factors: Factors) => unknown;
  readonly #every: number;
  readonly #patience: number;
  #best: Factors | undefined;
  #bestValue = Number.NEGATIVE_INFINITY;
  #since = 0;

  /**
   * Watches over one fit.
   * @param owner whose `fit` it is, for messages
   * @param validate how good these factors are; larger is better
   */
  constructor(owner: string, validate: (factors: Factors) => unknown, options: { validateEvery: number; patience: number }) {
    this.#owner = owner;
    this.#validate = validate;
    this.#every = options.validateEvery;
    this.#patience = options.patience;
  }

  /** @returns the result with which training should end, or undefined to go on. @throws ERR_BAD_VALUE when `validate` gives no number */
  async after({ line, final, factors }: DoneIteration<Factors>): Promise<Factors | undefined> {
    if (line.iteration % this.#every !== 0 && !final) return undefined;
    const now = await factors();
    line.validation = this.#number(await this.#validate(now), line.iteration);
    this.#since++;
    if (this.#best === undefined || line.validation > this.#bestValue) {
      this.#best = now;
      this.#bestValue = line.validation;
      this.#since = 0;
    }
    return this.#since >= this.#patience || final ? this.#best : undefined;
  }

  #number(value: unknown, iteration: number): number {
    if (typeof value === 'number' && !Number.isNaN(value)) return value;
    throw new AttuneError(
      'ERR_BAD_VALUE',
      `${this.#owner}.fit: 'validate' must give a number, larger for a better model, got ${shown(value)} after iteration ${iteration}.`,
    );
  }
}
