import type { Csr } from '../../data/csr.ts';
import { tensorOf } from '../../data/files/model-file.ts';
import type { FittedBase } from '../shared/base.ts';
import { decodeModel, encodeModel, fromSettings, recordOf } from '../shared/codec.ts';
import { likedRows } from '../shared/liked.ts';
import type { TrainingIteration } from '../shared/training.ts';
import type { LightGcnSettings } from './options.ts';
import type { LightGcnVectors } from './train.ts';

/** A fitted model; immutable. */
export interface LightGcnModel extends FittedBase, LightGcnVectors {
  settings: LightGcnSettings;
  history: TrainingIteration[];
  /** users x factors, each the sum of the smoothed vectors of a history. */
  userRows: Float32Array;
  /** 1 / the root of the number of users of each item. */
  itemShares: Float32Array;
}

export const lightGcnKind = 'light-gcn';
const format = { kind: lightGcnKind, formatVersion: 1 };

/** What a model is made from. */
export type LightGcnParts = Omit<LightGcnModel, 'userRows' | 'itemShares'>;

/** Puts a model together. */
export function lightGcnModel(parts: LightGcnParts): LightGcnModel {
  const liked = likedRows(parts.byUser);
  const itemShares = sharesOf(liked);
  const { factors } = parts.settings;
  const userRows = new Float32Array(liked.rows * factors);
  for (let user = 0; user < liked.rows; user++) {
    const items = liked.indices.subarray(liked.offsets[user], liked.offsets[user + 1]);
    writeUser(items, { ...parts, itemShares }, userRows.subarray(user * factors, (user + 1) * factors));
  }
  return { ...parts, userRows, itemShares };
}

/** How much each of these items counts in a history made of them: 1 / the root of users of the item x items of the history. */
export function historyShares(items: Int32Array, itemShares: Float32Array): Float32Array {
  const own = 1 / Math.sqrt(items.length);
  return Float32Array.from(items, (item) => own * itemShares[item]);
}

/** Writes the vector of a user who likes these items. */
export function writeUser(
  items: Int32Array,
  { smoothed, itemShares, settings: { factors } }: Pick<LightGcnModel, 'smoothed' | 'itemShares' | 'settings'>,
  out: Float32Array,
): void {
  const shares = historyShares(items, itemShares);
  const sum = new Float64Array(factors);
  items.forEach((item, k) => {
    const row = smoothed.subarray(item * factors, (item + 1) * factors);
    for (let e = 0; e < factors; e++) sum[e] += shares[k] * row[e];
  });
  out.set(sum);
}

function sharesOf({ columns, indices }: Csr): Float32Array {
  const degrees = new Float64Array(columns);
  for (const item of indices) degrees[item]++;
  return Float32Array.from(degrees, (degree) => 1 / Math.sqrt(Math.max(1, degree)));
}

/** The model as a file. */
export function lightGcnToBytes(model: LightGcnModel): Uint8Array<ArrayBuffer> {
  const { settings, vectors, smoothed, items, history } = model;
  const shape = [items.size, settings.factors];
  return encodeModel(format, model, {
    settings: { ...settings, history: history.map(({ seconds: _, ...rest }) => rest) },
    tensors: { item_vectors: { data: vectors, shape }, item_factors: { data: smoothed, shape } },
  });
}

/** The inverse of {@link lightGcnToBytes}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function lightGcnFromBytes(bytes: Uint8Array, readSettings: (stored: object) => LightGcnSettings): LightGcnModel {
  const { file, base } = decodeModel(format, bytes);
  const { history, ...options } = file.settings as unknown as LightGcnSettings & { history: TrainingIteration[] };
  const settings = fromSettings(lightGcnKind, options, readSettings);
  const size = base.items.size * settings.factors;
  return lightGcnModel({
    ...base,
    settings,
    vectors: tensorOf(file, 'item_vectors', Float32Array, size),
    smoothed: tensorOf(file, 'item_factors', Float32Array, size),
    history: recordOf<TrainingIteration>(lightGcnKind, history),
  });
}
