import type { RecommenderOptions } from '../../contracts/recommender.ts';
import { integer, number, recommenderOptions } from '../../options.ts';

/** Options of models that are trained by steps of Adam through a network, such as `SasRecRecommender`. */
export interface NetworkOptions extends RecommenderOptions {
  /** Length of a step at the start; it falls to a tenth over the epochs. Above 0, default 0.002. */
  learningRate?: number | undefined;
  /** How much each step pulls the embeddings it touches to 0; from 0, default 0. */
  regularization?: number | undefined;
}

/** Checks and defaults of {@link NetworkOptions}. */
export const networkChecks = {
  learningRate: number({ default: 0.002, above: 0, max: 10 }),
  regularization: number({ default: 0, min: 0, max: 1e3 }),
  ...recommenderOptions,
};

/** The check of the number of epochs, which goes with a default of the family. */
export const epochs = (ofFamily: number) => integer({ default: ofFamily, min: 1, max: 10_000 });
