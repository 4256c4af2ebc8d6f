import type { Interactions } from '../../data/interactions.ts';
import { baseOf } from '../shared/fitted-base.ts';
import { withNumbers } from './auto-settings.ts';
import { checkpointFromBytes, checkpointToBytes, fingerprintOf } from './checkpoint.ts';
import { earlyStopping } from './early-stopping.ts';
import { type AlsFitOptionsOf, checkStart, readWeights } from './fit-options.ts';
import { type AlsModel, storedAs } from './model.ts';
import type { AlsPlan } from './options.ts';
import { meansOf, residuals } from './solver/biases.ts';
import { alsProblem } from './solver/problem.ts';
import { trainAls } from './solver/train.ts';
import type { AlsFactors } from './solver/training-state.ts';
import { warmItems } from './solver/warm-start.ts';

export { readFitOptions } from './fit-options.ts';

/** Options of a fit as they were read, with the means to validate and to start from a model. */
export interface AlsFit<Model> extends Omit<AlsFitOptionsOf<Model>, 'warmStart' | 'checkpoint'> {
  /** An earlier model to start from. */
  warmStart: AlsModel | undefined;
  checkpoint: Required<NonNullable<AlsFitOptionsOf<Model>['checkpoint']>> | undefined;
  validateEvery: number;
  patience: number;
  /** What `validate` is given for a model. */
  asRecommender: (model: AlsModel) => Model;
}

/** Learns a model from interactions. @throws as `AlsRecommender.fit` says */
export async function fitAls<Model>(interactions: Interactions, settings: AlsPlan, o: AlsFit<Model>): Promise<AlsModel> {
  checkStart(o.initialUserFactors, interactions.userCount * settings.factors, 'initialUserFactors');
  checkStart(o.initialItemFactors, interactions.itemCount * settings.factors, 'initialItemFactors');
  const base = baseOf(interactions);
  const { byUser } = base;
  const s = withNumbers(settings, () => byUser.values.reduce((sum, value) => sum + Math.abs(value), 0) / byUser.values.length);
  const biases = s.biases ? meansOf(byUser) : undefined;
  const userWeights = readWeights(o.userWeights, base.users);
  const problem = alsProblem(biases ? residuals(byUser, biases) : byUser, s, userWeights);
  const warm = o.warmStart && warmItems(o.warmStart, base.items, s);
  const start = { items: o.initialItemFactors ?? warm, users: o.initialUserFactors };
  const modelOf = ({ items, rows, variantScale, history }: AlsFactors): AlsModel => ({
    settings: s,
    ...base,
    itemFactors: items,
    rows: storedAs(s.storage, rows),
    rowOf: problem.userRow,
    scaleOf: scalesOf(problem.userVariant, variantScale),
    userWeights,
    biases,
    history,
  });
  const { validate, validateEvery, patience, checkpoint } = o;
  const data = checkpoint || o.resumeFrom ? fingerprintOf(byUser, userWeights) : 0;
  const afterIteration = earlyStopping({
    validate: validate && ((factors) => validate(o.asRecommender(modelOf(factors)))),
    validateEvery,
    patience,
    checkpoint: checkpoint && {
      every: checkpoint.every,
      write: (state) => checkpoint.write(checkpointToBytes(state, s, data), state.history.length),
    },
  });
  const state = o.resumeFrom && checkpointFromBytes(o.resumeFrom, s, data);
  const model = modelOf(await trainAls(problem, s, start, { signal: o.signal, onProgress: o.onProgress, state, afterIteration }));
  if (!o.itemFeatures && !o.itemAttributes) return model;
  const { withColdItems } = await import('./cold-items.ts');
  return withColdItems(model, o, o);
}

/** What the row of each user is multiplied by. */
export function scalesOf(userVariant: Int32Array, variantScale: Float32Array): Float32Array {
  const scales = new Float32Array(userVariant.length).fill(1);
  for (let u = 0; u < scales.length; u++) if (userVariant[u] >= 0) scales[u] = variantScale[userVariant[u]];
  return scales;
}
