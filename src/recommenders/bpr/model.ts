import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { columnsOf, setColumns } from '../../numeric/columns.ts';
import type { FittedBase } from '../shared/base.ts';
import { decodeTrained, trainedFile } from '../shared/codec.ts';
import type { BprIteration, BprSettings } from './options.ts';
import { widthOf } from './rows.ts';

/** A fitted model; immutable. Rows are as `widthOf` says. */
export interface BprModel extends FittedBase {
  settings: BprSettings;
  /** users x width. */
  userRows: Float32Array;
  /** items x width. */
  itemRows: Float32Array;
  history: BprIteration[];
}

export const bprKind = 'bpr';
const format = { kind: bprKind, formatVersion: 1 };

/** The model as a file. */
export function bprFile(model: BprModel): ModelFile {
  const { settings, userRows, itemRows, users, items } = model;
  const f = settings.factors;
  const width = widthOf(settings);
  return trainedFile(format, model, {
    user_factors: { data: columnsOf(userRows, width, 0, f), shape: [users.size, f] },
    item_factors: { data: columnsOf(itemRows, width, 0, f), shape: [items.size, f] },
    ...(settings.biases && { item_biases: { data: columnsOf(itemRows, width, f, 1), shape: [items.size] } }),
  });
}

/** The inverse of {@link bprFile}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function bprFromBytes(bytes: Uint8Array, readSettings: (stored: object) => BprSettings): BprModel {
  const { file, trained } = decodeTrained<BprSettings, BprIteration>(format, bytes, readSettings);
  const { settings, users, items } = trained;
  const f = settings.factors;
  const width = widthOf(settings);
  const userRows = new Float32Array(users.size * width);
  const itemRows = new Float32Array(items.size * width);
  setColumns(userRows, width, 0, f, tensorOf(file, 'user_factors', Float32Array, users.size * f));
  setColumns(itemRows, width, 0, f, tensorOf(file, 'item_factors', Float32Array, items.size * f));
  if (settings.biases) {
    setColumns(userRows, width, f, 1, new Float32Array(users.size).fill(1));
    setColumns(itemRows, width, f, 1, tensorOf(file, 'item_biases', Float32Array, items.size));
  }
  return { ...trained, userRows, itemRows };
}
