import type { Csr } from '../../data/csr.ts';
import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError } from '../../errors.ts';
import type { OrderedBase } from '../shared/order.ts';

/** What a model that reads times keeps of interactions. */
export interface TimedBase extends OrderedBase {
  /** Milliseconds since 1970 beside `order`, NaN where a row had none; undefined where times do not count or no row has one. */
  times: Float64Array | undefined;
}

/** The times of interactions beside their order. */
export const timesOf = ({ sequences }: Interactions) => sequences.timestamps?.slice();

/** The times of a model and of newer rows, beside the order of both merged. */
export function mergeTimes(model: TimedBase, news: Interactions, merged: OrderedBase): Float64Array | undefined {
  const { sequences } = news;
  if (!model.times && !sequences.timestamps) return undefined;
  const times = new Float64Array(merged.order.length).fill(Number.NaN);
  const [...users] = merged.users;
  users.forEach((id, user) => {
    const of = new Map<string, number>();
    const take = (items: Int32Array, ids: OrderedBase['items'], own: Float64Array | undefined) => {
      for (let k = 0; k < items.length; k++) of.set(ids.idAt(items[k]), own?.[k] ?? Number.NaN);
    };
    if (user < model.users.size) {
      const part: [number, number] = [model.byUser.offsets[user], model.byUser.offsets[user + 1]];
      take(model.order.subarray(...part), model.items, model.times?.subarray(...part));
    }
    const row = news.users.indexOf(id);
    if (row >= 0) {
      const part: [number, number] = [sequences.offsets[row], sequences.offsets[row + 1]];
      take(sequences.items.subarray(...part), news.items, sequences.timestamps?.subarray(...part));
    }
    for (let e = merged.byUser.offsets[user]; e < merged.byUser.offsets[user + 1]; e++) {
      times[e] = of.get(merged.items.idAt(merged.order[e])) as number;
    }
  });
  return times;
}

/** The times of a file, if it has some. @throws ERR_BAD_FILE */
export function timesOfFile(file: ModelFile, { indices }: Csr): Float64Array | undefined {
  if (!Object.hasOwn(file.tensors, 'times')) return undefined;
  const times = tensorOf(file, 'times', Float64Array, indices.length);
  for (const time of times) {
    if (Math.abs(time) === Number.POSITIVE_INFINITY)
      throw new AttuneError('ERR_BAD_FILE', `Expected finite 'times' in a model of kind '${file.kind}', got ${time}.`);
  }
  return times;
}
