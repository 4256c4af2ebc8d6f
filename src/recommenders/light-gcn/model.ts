import { tensorOf } from '../../data/files/model-file.ts';
import { type HistoryFactors, historyFactors } from '../factors/history-factors.ts';
import { decodeModel, encodeModel, fromSettings, recordOf } from '../shared/codec.ts';
import type { TrainingIteration } from '../shared/training.ts';
import type { LightGcnSettings } from './options.ts';

/** A fitted model; immutable. */
export interface LightGcnModel extends HistoryFactors {
  settings: LightGcnSettings;
  history: TrainingIteration[];
  /** items x factors, the layer 0 that is learned. */
  vectors: Float32Array;
}

export const lightGcnKind = 'light-gcn';
const format = { kind: lightGcnKind, formatVersion: 1 };

/** Puts a model together. */
export function lightGcnModel(parts: Omit<LightGcnModel, 'userRows' | 'itemShares' | 'factors'>): LightGcnModel {
  const { factors } = parts.settings;
  return { ...parts, factors, ...historyFactors({ ...parts, factors }) };
}

/** The model as a file. */
export function lightGcnToBytes(model: LightGcnModel): Uint8Array<ArrayBuffer> {
  const { settings, vectors, itemRows, items, history } = model;
  const shape = [items.size, settings.factors];
  return encodeModel(format, model, {
    settings: { ...settings, history: history.map(({ seconds: _, ...rest }) => rest) },
    tensors: { item_vectors: { data: vectors, shape }, item_factors: { data: itemRows, shape } },
  });
}

/** The inverse of {@link lightGcnToBytes}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function lightGcnFromBytes(bytes: Uint8Array, readSettings: (stored: object) => LightGcnSettings): LightGcnModel {
  const { file, base } = decodeModel(format, bytes);
  const { history, ...options } = file.settings as unknown as LightGcnSettings & { history: TrainingIteration[] };
  // Models of before there was a temperature have vectors of any length.
  const settings = fromSettings(lightGcnKind, { temperature: 0, ...(options as Partial<LightGcnSettings>) }, readSettings);
  const size = base.items.size * settings.factors;
  return lightGcnModel({
    ...base,
    settings,
    vectors: tensorOf(file, 'item_vectors', Float32Array, size),
    itemRows: tensorOf(file, 'item_factors', Float32Array, size),
    history: recordOf<TrainingIteration>(lightGcnKind, history),
  });
}
