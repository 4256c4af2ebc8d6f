import type { FitOptions } from '../../contracts/recommender.ts';
import type { Interactions } from '../../data/interactions.ts';
import { uniform } from '../../numeric/random.ts';
import { mergeInOrder } from '../shared/order.ts';
import { warmSteps } from '../shared/training.ts';
import type { SasRecModel } from './model.ts';
import { SasRecTrainer } from './train.ts';

/** The model with newer rows: vectors of items take steps on the histories that grew, those of new items from a small random start. */
export async function continueSasRec(model: SasRecModel, news: Interactions, work: FitOptions): Promise<SasRecModel> {
  const { settings, state } = model;
  const base = mergeInOrder(model, news);
  const d = settings.factors;
  const items = new Float32Array(base.items.size * d);
  items.set(state.items);
  items.set(uniform(`${settings.seed} items from ${model.items.size}`, items.length - state.items.length, 0.01), state.items.length);
  const chosen = new Uint8Array(base.users.size);
  for (const id of news.users) chosen[base.users.indexOf(id)] = 1;
  const data = { offsets: base.byUser.offsets, order: base.order, items: base.items.size };
  const learned = await warmSteps(settings, work, (warm) => new SasRecTrainer(data, warm, { state: { ...state, items }, chosen }));
  return { ...model, ...base, state: learned };
}
