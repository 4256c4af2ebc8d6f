import type { HistoryRow } from '../../contracts/history.ts';
import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError } from '../../errors.ts';
import type { FittedBase } from './base.ts';
import { mergeInto } from './merge.ts';

/** What a model that reads the order of histories keeps of interactions. */
export interface OrderedBase extends FittedBase {
  /** What each user did, oldest first; rows lie as those of `byUser`. */
  order: Int32Array;
}

/** The history of a known user with its order. @param row the history without it */
export function inOrder({ byUser, order }: OrderedBase, user: number, row: HistoryRow): HistoryRow {
  const items = order.subarray(byUser.offsets[user], byUser.offsets[user + 1]);
  return { ...row, sequence: { items, values: row.values, timestamps: undefined } };
}

/** The items of a history, oldest first, each where it was met last. */
export function lastMet({ items, sequence }: HistoryRow): Int32Array {
  const steps = sequence?.items ?? items;
  const last = new Map(Array.from(steps, (item, at) => [item, at]));
  return last.size === steps.length ? steps : steps.filter((item, at) => last.get(item) === at);
}

/** The order of a file, whose rows must be those of `byUser` in another order. @throws ERR_BAD_FILE */
export function orderOf(file: ModelFile, { rows, columns, offsets, indices }: FittedBase['byUser']): Int32Array {
  const order = tensorOf(file, 'order', Int32Array, indices.length);
  const user = new Int32Array(columns).fill(-1);
  for (let row = 0; row < rows; row++) {
    for (let e = offsets[row]; e < offsets[row + 1]; e++) user[indices[e]] = row;
    for (let e = offsets[row]; e < offsets[row + 1]; e++) {
      if (user[order[e]] !== row) {
        throw new AttuneError('ERR_BAD_FILE', `Expected each user's own items as 'order' in a model of kind '${file.kind}', got others.`);
      }
      user[order[e]] = -1;
    }
  }
  return order;
}

/** Merges newer rows: what a user did in them comes last, also what they had done before. */
export function mergeInOrder(model: OrderedBase, news: Interactions): OrderedBase {
  const base = mergeInto(model, news);
  const order = new Int32Array(base.byUser.indices.length);
  const { sequences } = news;
  const itemOf = Int32Array.from(news.items, (item) => base.items.indexOf(item));
  const [...users] = base.users;
  users.forEach((id, user) => {
    const row = news.users.indexOf(id);
    const own =
      row < 0 ? [] : Array.from(sequences.items.subarray(sequences.offsets[row], sequences.offsets[row + 1]), (item) => itemOf[item]);
    const again = new Set(own);
    const before = user < model.users.size ? model.order.subarray(model.byUser.offsets[user], model.byUser.offsets[user + 1]) : [];
    const kept = Array.from(before).filter((item) => !again.has(item));
    order.set([...kept, ...own], base.byUser.offsets[user]);
  });
  return { ...base, order };
}
