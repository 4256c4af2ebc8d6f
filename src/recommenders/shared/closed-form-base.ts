import type { FitOptions } from '../../contracts/recommender.ts';
import type { Interactions } from '../../data/interactions.ts';
import type { FittedBase } from './base.ts';
import { baseOf } from './fitted-base.ts';
import { ItemWeightsRecommender } from './item-weights-base.ts';
import { mergeInto } from './merge.ts';
import { readFit } from './read-fit.ts';

/** The shared part of a model that follows from its rows by a formula, so that new rows mean solving it again on all. */
export abstract class ClosedFormRecommender<Fitted extends FittedBase> extends ItemWeightsRecommender<Fitted> {
  /** Name of the class, for messages. */
  protected abstract readonly className: string;

  /** Computes the model of some rows and sets `fitted`. */
  protected abstract solve(base: FittedBase, work: FitOptions): Promise<void>;

  /** Computes the model. @throws ERR_EMPTY without rows, ERR_OUT_OF_MEMORY, ERR_NUMERIC, the signal's reason */
  override async fit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const work = readFit(`${this.className}.fit`, interactions, options);
    await this.solve(baseOf(interactions), work);
    return this;
  }

  /**
   * Takes in new rows; the model is then the one that `fit` gives on all rows, where the newer of two rows of one pair counts. @throws as
   * {@link fit}
   */
  async partialFit(interactions: Interactions, options: FitOptions = {}): Promise<this> {
    const { model } = this;
    const work = readFit(`${this.className}.partialFit`, interactions, options);
    await this.solve(mergeInto(model, interactions), work);
    return this;
  }
}
