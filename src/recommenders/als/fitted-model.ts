import type { Recommender } from '../../contracts/recommender.ts';
import type { Interactions } from '../../data/interactions.ts';
import { checkInteractions } from '../shared/read-fit.ts';
import { trialFit, validateOn } from '../shared/trial-fit.ts';
import { fitAls, readFitOptions } from './fit.ts';
import type { AlsFitOptionsOf } from './fit-options.ts';
import type { AlsModel } from './model.ts';
import type { AlsIteration, AlsPlan } from './options.ts';

/** How models and recommenders become each other. */
interface Recommenders<Model> {
  of(model: AlsModel): Model;
  modelOf(recommender: Model): AlsModel;
  /** One with the same options that is not fitted. */
  fresh(): { fit(interactions: Interactions, options: AlsFitOptionsOf<Model>): Promise<{ history: readonly AlsIteration[] }> };
}

/** The model that `AlsRecommender.fit` makes. @throws as it says */
export async function fittedModel<Model extends Recommender>(
  settings: AlsPlan,
  interactions: Interactions,
  options: AlsFitOptionsOf<Model>,
  recommenders: Recommenders<Model>,
): Promise<AlsModel> {
  const o = readFitOptions<Model>(options);
  o.signal?.throwIfAborted();
  checkInteractions('AlsRecommender.fit', interactions);
  const { validation } = o;
  const tried = (part: Interactions, held: Interactions) => recommenders.fresh().fit(part, trialOptions(o, held));
  const trial = validation === 'auto' ? await trialFit(interactions, settings.seed, tried) : undefined;
  const fitted = await fitAls(interactions, trial ? { ...settings, iterations: trial.iterations } : settings, {
    ...o,
    validate: validation && validation !== 'auto' ? validateOn(validation, o.signal) : o.validate,
    warmStart: o.warmStart && recommenders.modelOf(o.warmStart),
    asRecommender: recommenders.of,
  });
  o.signal?.throwIfAborted();
  if (!trial) return fitted;
  return { ...fitted, settings: { ...fitted.settings, iterations: settings.iterations }, history: trial.annotate(fitted.history) };
}

/** Options of a fit on a part of the data, validated on what was held out. */
function trialOptions<Model>(o: ReturnType<typeof readFitOptions<Model>>, validation: Interactions): AlsFitOptionsOf<Model> {
  const { signal, onProgress, validateEvery, patience, warmStart, userWeights } = o;
  return {
    signal,
    validation,
    validateEvery,
    patience,
    warmStart,
    userWeights,
    onProgress: onProgress && ((progress) => onProgress({ ...progress, phase: 'validating' })),
  };
}
