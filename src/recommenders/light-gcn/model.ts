import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { type HistoryFactors, historyFactors } from '../factors/history-factors.ts';
import { decodeTrained, trainedFile } from '../shared/codec.ts';
import type { TrainedModel, TrainingIteration } from '../shared/training.ts';
import type { LightGcnSettings } from './options.ts';

/** A fitted model; immutable. */
export interface LightGcnModel extends HistoryFactors, TrainedModel<LightGcnSettings> {
  /** items x factors, the layer 0 that is learned. */
  vectors: Float32Array;
}

export const lightGcnKind = 'light-gcn';
const format = { kind: lightGcnKind, formatVersion: 1 };

/** What follows from the rest. */
type Derived = 'userRows' | 'itemShares' | 'itemBiases' | 'userLength' | 'factors';

/** Puts a model together. */
export function lightGcnModel(parts: Omit<LightGcnModel, Derived>): LightGcnModel {
  const { factors } = parts.settings;
  return { ...parts, factors, ...historyFactors({ ...parts, factors }, parts.settings) };
}

/** The model as a file. */
export function lightGcnFile(model: LightGcnModel): ModelFile {
  const { settings, vectors, itemRows, items } = model;
  const shape = [items.size, settings.factors];
  return trainedFile(format, model, { item_vectors: { data: vectors, shape }, item_factors: { data: itemRows, shape } });
}

/** The inverse of {@link lightGcnFile}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function lightGcnFromBytes(bytes: Uint8Array, readSettings: (stored: object) => LightGcnSettings): LightGcnModel {
  // Models of before there were these options.
  const read = (stored: object) => readSettings({ temperature: 0, popularity: 0, historyExponent: 0.5, ...stored });
  const { file, trained } = decodeTrained<LightGcnSettings, TrainingIteration>(format, bytes, read);
  const size = trained.items.size * trained.settings.factors;
  return lightGcnModel({
    ...trained,
    vectors: tensorOf(file, 'item_vectors', Float32Array, size),
    itemRows: tensorOf(file, 'item_factors', Float32Array, size),
  });
}
