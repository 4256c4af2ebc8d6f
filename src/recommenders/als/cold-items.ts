import type { FitOptions } from '../../contracts/recommender.ts';
import { Pace } from '../../work/pace.ts';
import { atOnce } from '../../work/steps.ts';
import { regressOnFeatures } from '../shared/feature-regression.ts';
import { type FeatureSources, readFeatures, widened } from '../shared/item-features.ts';
import { type AlsModel, storedAs } from './model.ts';
import { AlsServing } from './serving.ts';

/**
 * The model with the items that only features know, whose factors come from those of items with like features. Users are solved once more, since
 * they have nothing to do with those items, either.
 */
export async function withColdItems(model: AlsModel, sources: FeatureSources, work: FitOptions): Promise<AlsModel> {
  const features = readFeatures('AlsRecommender', model.items, sources);
  const { items, itemFactors, settings, biases, byUser } = model;
  if (features.items.size === items.size) return model;
  const degrees = new Int32Array(items.size);
  for (const item of byUser.indices) degrees[item]++;
  const cold = await regressOnFeatures(features, { rows: itemFactors, width: settings.factors, count: items.size, degrees }, work);
  const all = new Float32Array(itemFactors.length + cold.length);
  all.set(itemFactors);
  all.set(cold, itemFactors.length);
  const wide = {
    ...widened(model, features),
    itemFactors: all,
    biases: biases && { ...biases, items: longer(biases.items, features.items.size) },
  };
  return { ...wide, ...(await solvedRows(wide, work)) };
}

/** The rows of users, of which those with the same history share one. */
async function solvedRows(model: AlsModel, work: FitOptions): Promise<Pick<AlsModel, 'rows' | 'rowOf' | 'scaleOf'>> {
  const { byUser, biases, settings, rowOf: before, scaleOf } = model;
  const { offsets, indices, values } = byUser;
  const serving = atOnce(AlsServing.making(model));
  const known = new Map<string, number>();
  const rows: Float32Array[] = [];
  const pace = new Pace('solving users', byUser.rows, work);
  const rowOf = new Int32Array(before.length).fill(-1);
  for (let user = 0; user < byUser.rows; user++) {
    if (pace.due) await pace.rest(user);
    if (before[user] < 0) continue;
    // Biases of explicit feedback differ between users of the same row.
    const key = biases ? `${user}` : `${before[user]} ${scaleOf[user]}`;
    const row = known.get(key) ?? rows.length;
    if (row === rows.length) {
      const [from, to] = [offsets[user], offsets[user + 1]];
      const history = { items: indices.subarray(from, to), values: values.subarray(from, to) };
      rows.push(serving.foldIn(history, biases ? biases.global + biases.users[user] : 0));
      known.set(key, row);
    }
    rowOf[user] = row;
  }
  await pace.finish();
  const all = new Float32Array(rows.length * settings.factors);
  rows.forEach((row, at) => {
    all.set(row, at * settings.factors);
  });
  return { rows: storedAs(settings.storage, all), rowOf, scaleOf: scaleOf.map(() => 1) };
}

function longer(values: Float32Array, length: number): Float32Array {
  const all = new Float32Array(length);
  all.set(values);
  return all;
}
