import { tensorOf } from '../../data/files/model-file.ts';
import { denseSize } from '../../engine/training/dense-parameters.ts';
import { decodeModel, encodeModel, fromSettings, recordOf } from '../shared/codec.ts';
import { type OrderedBase, orderOf } from '../shared/order.ts';
import type { TrainingIteration } from '../shared/training.ts';
import { denseSizes } from './network.ts';
import type { SasRecSettings } from './options.ts';
import type { SasRecState } from './train.ts';

/** A fitted model; immutable. */
export interface SasRecModel extends OrderedBase {
  settings: SasRecSettings;
  state: SasRecState;
  history: TrainingIteration[];
}

export const sasRecKind = 'sasrec';
const format = { kind: sasRecKind, formatVersion: 1 };

/** The model as a file. */
export function sasRecToBytes(model: SasRecModel): Uint8Array<ArrayBuffer> {
  const { settings, state, items, order, history } = model;
  const { factors, maxLength } = settings;
  return encodeModel(format, model, {
    settings: { ...settings, history: history.map(({ seconds: _, ...rest }) => rest) },
    tensors: {
      order: { data: order, shape: [order.length] },
      item_factors: { data: state.items, shape: [items.size, factors] },
      positions: { data: state.positions, shape: [maxLength, factors] },
      network: { data: state.dense, shape: [state.dense.length] },
    },
  });
}

/** The inverse of {@link sasRecToBytes}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function sasRecFromBytes(bytes: Uint8Array, readSettings: (stored: object) => SasRecSettings): SasRecModel {
  const { file, base } = decodeModel(format, bytes);
  const { history, ...options } = file.settings;
  // Models of before there was a temperature compare by inner products.
  const settings = fromSettings(sasRecKind, { temperature: 0, ...options }, readSettings);
  const { factors, maxLength } = settings;
  return {
    ...base,
    settings,
    order: orderOf(file, base.byUser),
    state: {
      items: tensorOf(file, 'item_factors', Float32Array, base.items.size * factors),
      positions: tensorOf(file, 'positions', Float32Array, maxLength * factors),
      dense: tensorOf(file, 'network', Float32Array, denseSize(denseSizes(settings))),
    },
    history: recordOf<TrainingIteration>(sasRecKind, history),
  };
}
