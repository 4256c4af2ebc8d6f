import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { denseSize } from '../../engine/training/dense-parameters.ts';
import { columnsOf, setColumns } from '../../numeric/columns.ts';
import { decodeTrained, trainedFile } from '../shared/codec.ts';
import type { TrainedModel, TrainingIteration } from '../shared/training.ts';
import type { NcfSettings } from './options.ts';
import { shapeOf } from './shape.ts';
import type { NcfState } from './train.ts';

/** A fitted model; immutable. */
export interface NcfModel extends TrainedModel<NcfSettings> {
  state: NcfState;
  /** Mean of the values; 0 for implicit feedback. */
  mean: number;
  /** Bias of each item; empty for implicit feedback. */
  biases: Float32Array;
}

export const ncfKind = 'ncf';
const format = { kind: ncfKind, formatVersion: 1 };

/** The model as a file. */
export function ncfFile(model: NcfModel): ModelFile {
  const { settings, state, mean, biases, items } = model;
  const { width, itemWidth } = shapeOf(settings);
  const n = items.size;
  return trainedFile(format, model, {
    history_embeddings: { data: state.history, shape: [n, width] },
    item_embeddings: { data: columnsOf(state.items, itemWidth, 0, width), shape: [n, width] },
    item_biases: { data: columnsOf(state.items, itemWidth, width, 1), shape: [n] },
    layers: { data: state.dense, shape: [state.dense.length] },
    ...(settings.feedback === 'explicit' && {
      mean: { data: Float64Array.of(mean), shape: [1] },
      item_means: { data: biases, shape: [n] },
    }),
  });
}

/** The inverse of {@link ncfFile}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function ncfFromBytes(bytes: Uint8Array, readSettings: (stored: object) => NcfSettings): NcfModel {
  const { file, trained } = decodeTrained<NcfSettings, TrainingIteration>(format, bytes, readSettings);
  const { settings } = trained;
  const { width, itemWidth, dense } = shapeOf(settings);
  const n = trained.items.size;
  const items = new Float32Array(n * itemWidth);
  setColumns(items, itemWidth, 0, width, tensorOf(file, 'item_embeddings', Float32Array, n * width));
  setColumns(items, itemWidth, width, 1, tensorOf(file, 'item_biases', Float32Array, n));
  const explicit = settings.feedback === 'explicit';
  return {
    ...trained,
    state: {
      history: tensorOf(file, 'history_embeddings', Float32Array, n * width),
      items,
      dense: tensorOf(file, 'layers', Float32Array, denseSize(dense)),
    },
    mean: explicit ? tensorOf(file, 'mean', Float64Array, 1)[0] : 0,
    biases: explicit ? tensorOf(file, 'item_means', Float32Array, n) : new Float32Array(0),
  };
}
