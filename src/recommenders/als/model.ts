import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { AttuneError } from '../../errors.ts';
import { fromFloat16, type StoredFactors, toFloat16, toFloats } from '../../numeric/float16.ts';
import { type Biases, biasTensors, storedBiases } from '../factors/biases.ts';
import type { FittedBase } from '../shared/base.ts';
import { decodingModel, fileOf, recordOf } from '../shared/codec.ts';
import type { AlsIteration, AlsOptions, AlsSettings } from './options.ts';

/** A fitted model; immutable. */
export interface AlsModel extends FittedBase {
  settings: AlsSettings;
  /** items x factors. */
  itemFactors: Float32Array;
  /** Distinct user rows x factors: users with the same history share one. As `settings.storage` says. */
  rows: StoredFactors;
  /** Row of each user, -1 when there is none (no interactions). */
  rowOf: Int32Array;
  /** What the row is multiplied by: 1, but for users with one item, whose rows differ by a factor only. */
  scaleOf: Float32Array;
  /** How much each user counts; undefined = all the same. */
  userWeights: Float32Array | undefined;
  /** Means that explicit feedback subtracts from ratings first. */
  biases: Biases | undefined;
  /** Whether values of 0 and below count where regularization scales with counts: true of files of versions that counted so. */
  countsAll?: boolean | undefined;
  history: AlsIteration[];
}

export const alsKind = 'als';
const format = { kind: alsKind, formatVersion: 1 };

/** The factors of a user in the caller's basis. */
export function userVector({ rows, rowOf, scaleOf, settings: { factors: f } }: AlsModel, user: number): Float32Array {
  const at = rowOf[user] * f;
  if (at < 0) return new Float32Array(f);
  const vector = rows instanceof Uint16Array ? fromFloat16(rows.subarray(at, at + f)) : rows.slice(at, at + f);
  if (scaleOf[user] !== 1) for (let q = 0; q < f; q++) vector[q] *= scaleOf[user];
  return vector;
}

/** Rows as a model keeps them. @throws ERR_NUMERIC when they do not fit. */
export function storedAs(storage: AlsSettings['storage'], rows: StoredFactors): StoredFactors {
  if (storage === 'float32') return toFloats(rows);
  return rows instanceof Uint16Array ? rows : toFloat16(rows);
}

/** The model as a file. */
export function alsFile(model: AlsModel): ModelFile {
  const { settings, users, items, itemFactors, rows, rowOf, scaleOf, userWeights, biases, history } = model;
  const f = settings.factors;
  return fileOf(format, model, {
    settings: {
      ...settings,
      globalBias: biases?.global,
      countedValues: model.countsAll ? undefined : countedValues(settings, model),
      history: history.map(({ seconds: _, ...rest }) => rest),
    },
    leading: {
      item_factors: { data: itemFactors, shape: [items.size, f] },
      user_rows: { data: rows, shape: [rows.length / f, f], ...(rows instanceof Uint16Array && { dtype: 'F16' as const }) },
      user_row_of: { data: rowOf, shape: [users.size] },
      user_scale: { data: scaleOf, shape: [users.size] },
    },
    tensors: {
      ...(userWeights && { user_weights: { data: userWeights, shape: [users.size] } }),
      ...biasTensors(biases),
    },
  });
}

interface StoredSettings extends AlsOptions {
  globalBias?: number | undefined;
  /** Missing in files of versions that counted all values, and where both ways of counting give the same. */
  countedValues?: 'positive' | undefined;
  history: AlsIteration[];
}

/** How a file says which values were counted; undefined where it makes no difference. */
function countedValues({ feedback, regularizationScaling }: AlsOptions, { byUser }: Pick<FittedBase, 'byUser'>): 'positive' | undefined {
  const matters = feedback === 'implicit' && regularizationScaling !== 'none' && byUser.values.some((value) => !(value > 0));
  return matters ? 'positive' : undefined;
}

/** What a file holds. */
interface AlsFileContents {
  model: Omit<AlsModel, 'settings'>;
  options: AlsOptions;
}

/** The inverse of {@link alsFile}, by steps between which others may work. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function* readingAls(bytes: Uint8Array): Generator<void, AlsFileContents> {
  const { file, base } = yield* decodingModel(format, bytes);
  const { globalBias, history, countedValues: counted, ...options } = file.settings as unknown as StoredSettings;
  const f = options.factors as number;
  const bad = (what: string): never => {
    throw new AttuneError('ERR_BAD_FILE', `A model of kind 'als' with ${what}. Restore the file from a copy, or train again.`);
  };
  if (!Number.isInteger(f) || f < 1) return bad(`${f} factors`);
  if (counted !== undefined && counted !== 'positive') return bad('values counted in a way that this version does not know');
  const { users, items } = base;
  const rows: StoredFactors =
    options.storage === 'float16' ? tensorOf(file, 'user_rows', Uint16Array) : tensorOf(file, 'user_rows', Float32Array);
  if (rows.length % f !== 0) return bad('user rows of another length');
  const rowOf = tensorOf(file, 'user_row_of', Int32Array, users.size);
  yield;
  for (const row of rowOf) if (row < -1 || (row + 1) * f > rows.length) return bad('a user without factors');
  return {
    options,
    model: {
      ...base,
      itemFactors: tensorOf(file, 'item_factors', Float32Array, items.size * f),
      rows,
      rowOf,
      scaleOf: tensorOf(file, 'user_scale', Float32Array, users.size),
      userWeights: file.tensors.user_weights && tensorOf(file, 'user_weights', Float32Array, users.size),
      countsAll: counted === undefined && countedValues(options, base) !== undefined,
      biases: storedBiases(file, globalBias, base),
      history: recordOf<AlsIteration>(alsKind, history),
    },
  };
}
