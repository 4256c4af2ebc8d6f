import type { FitOptions } from '../../contracts/recommender.ts';
import { type Csr, transpose } from '../../data/csr.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError } from '../../errors.ts';
import { toFloats } from '../../numeric/float16.ts';
import { atOnce } from '../../work/steps.ts';
import { yieldNow } from '../../work/yield-now.ts';
import type { Biases } from '../factors/biases.ts';
import { mergeInto } from '../shared/merge.ts';
import { type AlsModel, storedAs } from './model.ts';
import { extraConfidence, lambdaOf, observations, weighedCount, weighedPreference } from './solver/equations.ts';
import { type Entries, RowSolver, type RowSolverSource } from './solver/row-solver.ts';

/** Rows of one call of the kernel, and room for their entries where rows are short. */
const together = 256;
const minEntries = 4096;

/**
 * The model with new interactions in it: touched users solved against the items as they are, then touched and new items
 * against the users, then the touched users again. Nothing else changes by a bit.
 */
export async function updateAls(model: AlsModel, added: Interactions, { signal, onProgress }: FitOptions): Promise<AlsModel> {
  checkHasHistory(model);
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

  let done = 0;
  const total = 2 * touchedUsers.length + touchedItems.length;
  const step = async (rows: number) => {
    done += rows;
    await onProgress?.({ phase: 'updating', done, total }); // a stream pauses here, to leave the processor to what is more urgent
    await yieldNow();
    signal?.throwIfAborted();
  };
  const how = { f, gram: s.feedback === 'implicit', step };

  const solveUsers = () => {
    const { offsets, indices: itemOf, values } = byUser;
    const fill = (u: number, { indices, d, r }: Entries, at: number) => {
      for (let e = offsets[u], to = at; e < offsets[u + 1]; e++, to++) {
        const i = itemOf[e];
        const value = biases ? values[e] - biases.global - biases.users[u] - biases.items[i] : values[e];
        const confidence = extraConfidence(value, s);
        indices[to] = i;
        d[to] = confidence;
        r[to] = weighedPreference(value, confidence, s);
      }
      return lambdaOf(observations(values, offsets[u], offsets[u + 1], counting), items.size, s);
    };
    return solveRows(byUser, touchedUsers, { ...how, rows: itemFactors }, fill, { target: rows, place: (u) => rowOf[u] });
  };
  const solveItems = () => {
    const rowWeights = new Float32Array(rows.length / f);
    for (let u = 0; u < users.size; u++) if (rowOf[u] >= 0) rowWeights[rowOf[u]] += weightOf(u) * scaleOf[u] ** 2;
    const everybody = userWeights ? userWeights.reduce((sum, w) => sum + w, 0) : users.size;
    const { offsets, indices: userOf, values } = byItem;
    const countsAll = counting.feedback === 'explicit' || counting.countsAll;
    const fill = (i: number, { indices, d, r }: Entries, at: number) => {
      let weight = 0;
      for (let e = offsets[i], to = at; e < offsets[i + 1]; e++, to++) {
        const u = userOf[e];
        const share = userWeights ? userWeights[u] : 1;
        const scale = scaleOf[u];
        if (countsAll || values[e] > 0) weight += share;
        const value = biases ? values[e] - biases.global - biases.users[u] - biases.items[i] : values[e];
        const confidence = extraConfidence(value, s);
        indices[to] = rowOf[u];
        d[to] = confidence * share * (scale === 1 ? 1 : scale ** 2);
        r[to] = weighedPreference(value, confidence, s) * share * scale;
      }
      return lambdaOf(weighedCount(weight, observations(values, offsets[i], offsets[i + 1], counting)), everybody, s);
    };
    return solveRows(byItem, touchedItems, { ...how, rows, weights: rowWeights }, fill, { target: itemFactors, place: (item) => item });
  };

  await solveUsers();
  await solveItems();
  await solveUsers();
  signal?.throwIfAborted();
  onProgress?.({ phase: 'updating', done: total, total });
  return { ...model, users, items, byUser, itemFactors, rows: storedAs(s.storage, rows), rowOf, scaleOf, userWeights, biases };
}

/** Solves rows against a source, as many at a time as make a call worth while, and puts them where `place` says. */
async function solveRows(
  csr: Csr,
  touched: readonly number[],
  { step, ...source }: Pick<RowSolverSource, 'rows' | 'weights' | 'f' | 'gram'> & { step(rows: number): Promise<void> },
  fill: (row: number, entries: Entries, at: number) => number,
  into: { target: Float32Array; place(row: number): number },
): Promise<void> {
  const lengthOf = (row: number) => csr.offsets[row + 1] - csr.offsets[row];
  const longest = touched.reduce((most, row) => Math.max(most, lengthOf(row)), minEntries);
  const solver = atOnce(RowSolver.making({ ...source, longest, together }));
  for (let from = 0; from < touched.length; ) {
    let to = from;
    for (let entries = 0; to < touched.length && to < from + together; to++) {
      entries += lengthOf(touched[to]);
      if (entries > longest) break;
    }
    const first = from;
    const solutions = solver.solveMany(to - from, {
      lengthOf: (k) => lengthOf(touched[first + k]),
      fill: (k, entries, at) => fill(touched[first + k], entries, at),
    });
    for (let k = from; k < to; k++) {
      solver.putToCaller(solutions, (k - from) * solver.width, into.target, into.place(touched[k]) * source.f);
    }
    await step(to - from);
    from = to;
  }
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

/** What `partialFit` needs to solve an item again is what everybody did with it. @throws ERR_NOT_SUPPORTED where that is not known */
function checkHasHistory({ users, byUser }: AlsModel): void {
  if (users.size === 0 || byUser.indices.length > 0) return;
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    'AlsRecommender.partialFit: expected a model that knows what its users did, got one made by fromFactors without a history. Pass history to fromFactors, or fold visitors in with recommendFor.',
  );
}
