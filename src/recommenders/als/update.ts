import type { FitOptions } from '../../contracts/recommender.ts';
import { type Csr, transpose } from '../../data/csr.ts';
import type { Interactions } from '../../data/interactions.ts';
import { toFloats } from '../../numeric/float16.ts';
import { yieldNow } from '../../work/yield-now.ts';
import type { Biases } from '../factors/biases.ts';
import { mergeInto } from '../shared/merge.ts';
import { type AlsModel, storedAs } from './model.ts';
import { lambdaOf, observations, weigh, weighedCount } from './solver/equations.ts';
import { RowSolver } from './solver/row-solver.ts';

/**
 * The model with new interactions in it: touched users solved against the items as they are, then touched and new items
 * against the users, then the touched users again. Nothing else changes by a bit.
 */
export async function updateAls(model: AlsModel, added: Interactions, { signal, onProgress }: FitOptions): Promise<AlsModel> {
  const { settings: s } = model;
  const f = s.factors;
  const counting = { feedback: s.feedback, countsAll: model.countsAll };
  const { users, items, byUser } = mergeInto(model, added);
  const byItem = transpose(byUser);

  const itemFactors = extended(model.itemFactors, items.size * f);
  const rowOf = extended(model.rowOf, users.size, -1);
  const scaleOf = extended(model.scaleOf, users.size, 1);
  const userWeights = model.userWeights && extended(model.userWeights, users.size, 1);
  const weightOf = (u: number) => (userWeights ? userWeights[u] : 1);
  const touchedUsers = Array.from(added.users, (id) => users.indexOf(id));
  const touchedItems = Array.from(added.items, (id) => items.indexOf(id));
  const biases = model.biases && extendedBiases(model.biases, byUser, byItem, touchedUsers, touchedItems);
  const rows = ownRows(toFloats(model.rows), rowOf, scaleOf, touchedUsers, f);

  const residual = (u: number, i: number, value: number) => (biases ? value - biases.global - biases.users[u] - biases.items[i] : value);
  let done = 0;
  const total = 2 * touchedUsers.length + touchedItems.length;
  /** Called after every 64th row: a promise for each would take longer than a short row. */
  const step = async () => {
    onProgress?.({ phase: 'updating', done, total });
    await yieldNow();
    signal?.throwIfAborted();
  };

  const solveUsers = async () => {
    const longest = touchedUsers.reduce((most, u) => Math.max(most, byUser.offsets[u + 1] - byUser.offsets[u]), 1);
    const solver = new RowSolver({ rows: itemFactors, f, gram: s.feedback === 'implicit', longest });
    for (const u of touchedUsers) {
      const indices = byUser.indices.subarray(byUser.offsets[u], byUser.offsets[u + 1]);
      const w = Array.from(indices, (i, e) => weigh(residual(u, i, byUser.values[byUser.offsets[u] + e]), s));
      const count = observations(byUser.values, byUser.offsets[u], byUser.offsets[u + 1], counting);
      const vector = solver.solve({ indices, d: w.map((x) => x.d), r: w.map((x) => x.r), lambda: lambdaOf(count, items.size, s) });
      rows.set(solver.toCaller(vector), rowOf[u] * f);
      if (++done % 64 === 0) await step();
    }
  };

  const solveItems = async () => {
    const weights = new Float32Array(rows.length / f);
    for (let u = 0; u < users.size; u++) if (rowOf[u] >= 0) weights[rowOf[u]] += weightOf(u) * scaleOf[u] ** 2;
    const longest = touchedItems.reduce((most, i) => Math.max(most, byItem.offsets[i + 1] - byItem.offsets[i]), 1);
    const solver = new RowSolver({ rows, f, weights, gram: s.feedback === 'implicit', longest });
    const everybody = userWeights ? userWeights.reduce((sum, w) => sum + w, 0) : users.size;
    for (const i of touchedItems) {
      const from = byItem.offsets[i];
      const to = byItem.offsets[i + 1];
      const who = byItem.indices.subarray(from, to);
      let weight = 0;
      for (let e = from; e < to; e++) if (observations(byItem.values, e, e + 1, counting) > 0) weight += weightOf(byItem.indices[e]);
      const w = Array.from(who, (u, e) => weigh(residual(u, i, byItem.values[from + e]), s));
      const vector = solver.solve({
        indices: who.map((u) => rowOf[u]),
        d: w.map((x, e) => x.d * weightOf(who[e]) * scaleOf[who[e]] ** 2),
        r: w.map((x, e) => x.r * weightOf(who[e]) * scaleOf[who[e]]),
        lambda: lambdaOf(weighedCount(weight, observations(byItem.values, from, to, counting)), everybody, s),
      });
      itemFactors.set(solver.toCaller(vector), i * f);
      if (++done % 64 === 0) await step();
    }
  };

  await solveUsers();
  await solveItems();
  await solveUsers();
  signal?.throwIfAborted();
  onProgress?.({ phase: 'updating', done: total, total });
  return { ...model, users, items, byUser, itemFactors, rows: storedAs(s.storage, rows), rowOf, scaleOf, userWeights, biases };
}

/** The means of touched users, and of items that are new, as `fit` would subtract them; all others stay. */
function extendedBiases(from: Biases, byUser: Csr, byItem: Csr, touchedUsers: number[], touchedItems: number[]): Biases {
  const known = from.items.length;
  const biases = { global: from.global, users: extended(from.users, byUser.rows), items: extended(from.items, byItem.rows) };
  const meanOf = (at: number, csr: Csr, other: Float32Array) => {
    let sum = 0;
    for (let e = csr.offsets[at]; e < csr.offsets[at + 1]; e++) sum += csr.values[e] - biases.global - other[csr.indices[e]];
    return sum / Math.max(1, csr.offsets[at + 1] - csr.offsets[at]);
  };
  for (const i of touchedItems) if (i >= known) biases.items[i] = meanOf(i, byItem, biases.users);
  for (const u of touchedUsers) biases.users[u] = meanOf(u, byUser, biases.items);
  return biases;
}

/** Gives each touched user an exclusive row: their present row if no other user shares it, so that the table does not grow with every call. */
function ownRows(rows: Float32Array, rowOf: Int32Array, scaleOf: Float32Array, touched: number[], f: number): Float32Array {
  const usersOf = new Int32Array(rows.length / f);
  for (const row of rowOf) if (row >= 0) usersOf[row]++;
  let count = usersOf.length;
  for (const u of touched) {
    const shared = rowOf[u] < 0 || usersOf[rowOf[u]] > 1;
    if (shared && rowOf[u] >= 0) usersOf[rowOf[u]]--;
    if (shared) rowOf[u] = count++;
    scaleOf[u] = 1;
  }
  return extended(rows, count * f);
}

function extended<T extends Float32Array | Int32Array>(array: T, length: number, fill = 0): T {
  const result = new (array.constructor as new (n: number) => T)(length).fill(fill) as T;
  result.set(array as never);
  return result;
}
