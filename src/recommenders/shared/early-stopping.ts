import { AttuneError, shown } from '../../errors.ts';
import { type Check, callback, integer } from '../../options.ts';

/** What families that iterate take in `fit` besides the work options. `Model` is the recommender itself. */
export interface ValidationOptions<Model> {
  /**
   * How good a model is on held-out data, larger is better: asked now and then, with the model as it would be if training ended there. The
   * fit then ends with the best of them.
   */
  validate?: ((model: Model) => number | Promise<number>) | undefined;
  /** With `validate`: iterations between two questions, from 1. The last iteration is always asked about. */
  validateEvery?: number | undefined;
  /** With `validate`: ends after this many answers in a row that were no better, from 1. Default 3. */
  patience?: number | undefined;
}

/** Checks and defaults of {@link ValidationOptions}. */
export function validationChecks<Model>(defaults: { validateEvery: number }) {
  return {
    validate: callback<NonNullable<ValidationOptions<Model>['validate']>>() as Check<ValidationOptions<Model>['validate']>,
    validateEvery: integer({ default: defaults.validateEvery, min: 1 }),
    patience: integer({ default: 3, min: 1 }),
  };
}

/** An iteration that is done. */
export interface DoneIteration<Factors> {
  /** Its line of the training record, which gets the answer. */
  line: { iteration: number; validation?: number | undefined };
  /** Whether training ends after it anyway. */
  final: boolean;
  /** What training would hand over if it ended here; only asked for when it is to be measured. */
  factors(): Factors | Promise<Factors>;
}

/** Measures a model on held-out data between iterations, keeps the best one, and says when training shall end with it. */
export class EarlyStopping<Factors> {
  readonly #owner: string;
  readonly #validate: (factors: Factors) => unknown;
  readonly #every: number;
  readonly #patience: number;
  #best: Factors | undefined;
  #bestValue = Number.NEGATIVE_INFINITY;
  #since = 0;

  /**
   * @param owner whose `fit` it is, for messages
   * @param validate how good these factors are; larger is better
   */
  constructor(owner: string, validate: (factors: Factors) => unknown, options: { validateEvery: number; patience: number }) {
    this.#owner = owner;
    this.#validate = validate;
    this.#every = options.validateEvery;
    this.#patience = options.patience;
  }

  /** @returns what training shall end with, or undefined when it shall go on. @throws ERR_BAD_VALUE when `validate` gives no number */
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
