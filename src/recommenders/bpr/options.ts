import type { FitOptions, RecommenderOptions } from '../../contracts/recommender.ts';
import { flag, integer, number, readOptions, recommenderOptions, workOptions } from '../../options.ts';
import { checkOneValidation, type ValidationOptions, validationChecks } from '../shared/early-stopping.ts';

/** Options of `BprRecommender`. */
export interface BprOptions extends RecommenderOptions {
  /** Length of a factor row, 1 to 1024. Default 64. */
  factors?: number | undefined;
  /** Iterations, 1 to 10,000; one takes as many steps as there are interactions. Default 100. */
  iterations?: number | undefined;
  /** Length of a step, above 0. Default 0.1. */
  learningRate?: number | undefined;
  /** How much each step pulls the rows it touches to 0; from 0, default 0.01. */
  regularization?: number | undefined;
  /**
   * Number of negative items sampled per step; the one with the highest score is learned from (Zhang et al. 2013). Default 1:
   * uniform sampling, as in the paper. More take longer and rank the top of the list better: 4 to 8 do.
   */
  candidates?: number | undefined;
  /** Whether items have a bias, which says how popular they are. Default true. */
  biases?: boolean | undefined;
}

/** Checks and defaults of {@link BprOptions}. */
export const bprChecks = {
  factors: integer({ default: 64, min: 1, max: 1024 }),
  iterations: integer({ default: 100, min: 1, max: 10_000 }),
  learningRate: number({ default: 0.1, above: 0, max: 1e3 }),
  regularization: number({ default: 0.01, min: 0, max: 1e3 }),
  candidates: integer({ default: 1, min: 1, max: 1000 }),
  biases: flag(true),
  ...recommenderOptions,
};

/** Options with every default filled in. */
export type BprSettings = Required<BprOptions>;

/**
 * Options of `BprRecommender.fit`.
 * @typeParam Model the recommender itself
 */
export interface BprFitOptionsOf<Model> extends FitOptions, ValidationOptions<Model> {
  /**
   * How good a model is on held-out data, larger is better: called regularly, with the model as it would be if training ended there. The
   * fit then ends with the best of them.
   *
   * @example
   * await bpr.fit(train, {
   *   validate: async (model) => (await evaluate(model, { train, test: validation, metrics: ['ndcg'], k: [20] })).get('ndcg', 20).mean,
   * });
   */
  validate?: ((model: Model) => number | Promise<number>) | undefined;
  /** With `validate` or `validation`: iterations between two validations, from 1. Default 10. */
  validateEvery?: number | undefined;
}

/** Reads {@link BprFitOptionsOf}. @throws ERR_BAD_OPTION */
export function readBprFitOptions<Model>(options: BprFitOptionsOf<Model>) {
  const read = readOptions('BprRecommender.fit', options, {
    ...workOptions,
    ...validationChecks<Model>({ validateEvery: 10 }),
  });
  checkOneValidation('BprRecommender', read);
  return read;
}

/** One line of the training record. */
export interface BprIteration {
  /** 1, 2, 3, ... */
  iteration: number;
  /** Mean of -ln sigma(score of the liked item - score of the other) over the steps of the iteration, each taken before its step. */
  loss: number;
  /** Seconds since the start of `fit`. */
  seconds: number;
  /** The result of `validate`, if this iteration was validated. */
  validation?: number | undefined;
}
