import { anything, readOptions } from '../../options.ts';
import { atOnce } from '../../work/steps.ts';
import { type FactorInput, factorInputNames, readFactors } from '../factors/input.ts';
import { withNumbers } from './auto-settings.ts';
import { type AlsModel, storedAs } from './model.ts';
import { type AlsOptions, type AlsSettings, alsChecks, readAlsOptions } from './options.ts';
import { AlsServing } from './serving.ts';

/**
 * Factors of alternating least squares that were trained elsewhere, with the options that they were trained with: these decide how
 * histories are folded in. The number of factors is that of the matrices.
 */
export type AlsFactorInput = FactorInput &
  Pick<
    AlsOptions,
    | 'regularization'
    | 'alpha'
    | 'feedback'
    | 'regularizationScaling'
    | 'regularizationExponent'
    | 'clip'
    | 'storage'
    | 'threads'
    | 'onUnknown'
  >;

/** What decides how a row is solved, and how the model is served. */
const servedOptions = [
  'regularization',
  'alpha',
  'feedback',
  'regularizationScaling',
  'regularizationExponent',
  'clip',
  'storage',
  'threads',
  'onUnknown',
] as const satisfies readonly (keyof AlsFactorInput)[];

/** Reads them as a model. Users without factors are solved from their history. @throws as `AlsRecommender.fromFactors` says */
export function alsFromFactors(input: AlsFactorInput): AlsModel {
  const owner = 'AlsRecommender.fromFactors';
  const inputs = Object.fromEntries(factorInputNames.map((name) => [name, anything()]));
  readOptions(owner, input, { ...inputs, ...Object.fromEntries(servedOptions.map((name) => [name, alsChecks[name]])) });
  const { factors, users, items, byUser, itemFactors, userFactors, biases } = readFactors(owner, input);
  const own = Object.fromEntries(servedOptions.map((name) => [name, input[name]]));
  const settings: AlsSettings = withNumbers(readAlsOptions({ ...own, factors, biases: biases !== undefined }, owner));
  const model: AlsModel = {
    settings,
    users,
    items,
    byUser,
    itemFactors,
    rows: userFactors ?? new Float32Array(users.size * factors),
    rowOf: Int32Array.from({ length: users.size }, (_, user) => user),
    scaleOf: new Float32Array(users.size).fill(1),
    userWeights: undefined,
    biases,
    history: [],
  };
  return { ...model, rows: storedAs(settings.storage, userFactors ?? solvedUsers(model)) };
}

function solvedUsers(model: AlsModel): Float32Array {
  const { byUser, biases, settings } = model;
  const { offsets, indices, values } = byUser;
  const serving = atOnce(AlsServing.making(model));
  const rows = new Float32Array(byUser.rows * settings.factors);
  for (let u = 0; u < byUser.rows; u++) {
    const history = { items: indices.subarray(offsets[u], offsets[u + 1]), values: values.subarray(offsets[u], offsets[u + 1]) };
    rows.set(serving.foldIn(history, biases ? biases.global + biases.users[u] : 0), u * settings.factors);
  }
  return rows;
}
