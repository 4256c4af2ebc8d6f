import type { RecommenderOptions } from '../../contracts/recommender.ts';
import { integer, number, recommenderOptions } from '../../options.ts';

/** Options of models that are trained by steps of Adam through a network, such as `SasRecRecommender`. */
export interface NetworkOptions extends RecommenderOptions {
  /** Length of a step at the start; it falls over the epochs, to 0 in NCF, to a tenth in SASRec. Above 0, default 0.004 in NCF, 0.002 in SASRec. */
  learningRate?: number | undefined;
  /** How much each step pulls the embeddings it touches to 0; from 0. Default 0 in SASRec; in NCF 1e-5, and 1e-3 of explicit feedback. */
  regularization?: number | undefined;
}

/** Checks of {@link NetworkOptions}, with the defaults of a family. */
export const networkChecks = (ofFamily: { learningRate: number }) => ({
  learningRate: number({ default: ofFamily.learningRate, above: 0, max: 10 }),
  regularization: number({ default: 0, min: 0, max: 1e3 }),
  ...recommenderOptions,
});

/** The check of the number of epochs, which goes with a default of the family. */
export const epochs = (ofFamily: number) => integer({ default: ofFamily, min: 1, max: 10_000 });
