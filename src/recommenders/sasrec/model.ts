import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { denseSize } from '../../engine/training/dense-parameters.ts';
import { decodeTrained, trainedFile } from '../shared/codec.ts';
import { type OrderedBase, orderOf } from '../shared/order.ts';
import type { TrainedModel, TrainingIteration } from '../shared/training.ts';
import { denseSizes } from './network.ts';
import type { SasRecSettings } from './options.ts';
import type { SasRecState } from './train.ts';

/** A fitted model; immutable. */
export interface SasRecModel extends OrderedBase, TrainedModel<SasRecSettings> {
  state: SasRecState;
}

export const sasRecKind = 'sasrec';
const format = { kind: sasRecKind, formatVersion: 1 };

/** The model as a file. */
export function sasRecFile(model: SasRecModel): ModelFile {
  const { settings, state, items, order } = model;
  const { factors, maxLength } = settings;
  return trainedFile(format, model, {
    order: { data: order, shape: [order.length] },
    item_factors: { data: state.items, shape: [items.size, factors] },
    positions: { data: state.positions, shape: [maxLength, factors] },
    network: { data: state.dense, shape: [state.dense.length] },
  });
}

/** The inverse of {@link sasRecFile}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function sasRecFromBytes(bytes: Uint8Array, readSettings: (stored: object) => SasRecSettings): SasRecModel {
  // Models of before there were these options.
  const read = (stored: object) => readSettings({ temperature: 0, popularity: 0, ...stored });
  const { file, trained } = decodeTrained<SasRecSettings, TrainingIteration>(format, bytes, read);
  const { settings } = trained;
  const { factors, maxLength } = settings;
  return {
    ...trained,
    order: orderOf(file, trained.byUser),
    state: {
      items: tensorOf(file, 'item_factors', Float32Array, trained.items.size * factors),
      positions: tensorOf(file, 'positions', Float32Array, maxLength * factors),
      dense: tensorOf(file, 'network', Float32Array, denseSize(denseSizes(settings))),
    },
  };
}
