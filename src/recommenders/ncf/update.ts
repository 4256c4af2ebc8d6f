import type { FitOptions } from '../../contracts/recommender.ts';
import type { Interactions } from '../../data/interactions.ts';
import { uniform } from '../../numeric/random.ts';
import type { FittedBase } from '../shared/base.ts';
import { warmSteps } from '../shared/training.ts';
import { ncfData } from './data.ts';
import type { NcfModel } from './model.ts';
import { shapeOf } from './shape.ts';
import { type NcfState, NcfTrainer } from './train.ts';

/** The model with newer rows: embeddings take steps on the new interactions, those of new items from a small random start. */
export async function continueNcf(model: NcfModel, base: FittedBase, news: Interactions, work: FitOptions): Promise<NcfModel> {
  const data = ncfData(base.byUser, model.settings);
  const start = { state: grown(model, base.items.size), chosen: chosenOf(data.rows, base, news) };
  const state = await warmSteps({ ...model.settings, pretrain: 0 }, work, (warm) => new NcfTrainer(data, warm, start));
  return { ...model, ...base, mean: data.mean, biases: data.biases, state };
}

/** One flag per entry of the rows: whether it is in the new interactions. */
function chosenOf({ offsets, indices }: ReturnType<typeof ncfData>['rows'], { users, items }: FittedBase, news: Interactions): Uint8Array {
  const chosen = new Uint8Array(indices.length);
  const itemOf = Int32Array.from(news.items, (item) => items.indexOf(item));
  [...news.users].forEach((id, row) => {
    const user = users.indexOf(id);
    const own = new Set(news.byUser.indices.subarray(news.byUser.offsets[row], news.byUser.offsets[row + 1]).map((item) => itemOf[item]));
    for (let e = offsets[user]; e < offsets[user + 1]; e++) chosen[e] = Number(own.has(indices[e]));
  });
  return chosen;
}

function grown({ state, items, settings }: NcfModel, count: number): NcfState {
  const { width, itemWidth } = shapeOf(settings);
  const more = count - items.size;
  const start = (wide: number, name: string) => uniform(`${settings.seed} ${name} from ${items.size}`, more * wide, 0.01);
  const extended = (old: Float32Array, wide: number, name: string) => {
    const rows = new Float32Array(count * wide);
    rows.set(old);
    const random = start(wide, name);
    // Columns that only pad the width, and the bias, begin at 0 as they did.
    const used = usedColumns(settings, width);
    for (let row = 0; row < more; row++) for (const k of used) rows[(items.size + row) * wide + k] = random[row * wide + k];
    return rows;
  };
  return { history: extended(state.history, width, 'history'), items: extended(state.items, itemWidth, 'items'), dense: state.dense };
}

function usedColumns({ factors, layers, variant }: NcfModel['settings'], width: number): number[] {
  const { gmf } = shapeOf({ factors, layers, variant });
  const embedding = variant === 'gmf' ? 0 : layers[0] / 2;
  return Array.from({ length: width }, (_, k) => k).filter((k) => (k < gmf ? k < factors : k - gmf < embedding));
}
