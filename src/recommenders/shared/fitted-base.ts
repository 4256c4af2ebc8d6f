import type { Csr } from '../../data/csr.ts';
import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import type { IdMap } from '../../data/id-map.ts';
import type { Interactions } from '../../data/interactions.ts';
import { AttuneError } from '../../errors.ts';
import { atOnce } from '../../work/steps.ts';
import type { FittedBase } from './base.ts';

/** Ids and rows of interactions as a model keeps them: copies, since a caller can write to what interactions show. */
export function baseOf(interactions: Interactions): FittedBase {
  return { users: interactions.users.clone(), items: interactions.items.clone(), byUser: copyOf(interactions.byUser) };
}

/** The part of a model file that all families share. */
export function baseToFile({ users, items, byUser }: FittedBase): Pick<ModelFile, 'tensors' | 'ids'> {
  return { tensors: csrToTensors('byUser', byUser), ids: { users, items } };
}

/** The inverse of {@link baseToFile}. @throws ERR_BAD_FILE */
export function baseFromFile(file: ModelFile): FittedBase {
  return atOnce(readingBase(file));
}

/** The same by steps between which others may work. */
export function* readingBase(file: ModelFile): Generator<void, FittedBase> {
  const users = idsOf(file, 'users');
  const items = idsOf(file, 'items');
  return { users, items, byUser: yield* readingCsr(file, 'byUser', users.size, items.size) };
}

/** Sparse rows as three tensors. */
export function csrToTensors(name: string, { offsets, indices, values }: Csr): ModelFile['tensors'] {
  return {
    [`${name}.offsets`]: { data: offsets, shape: [offsets.length] },
    [`${name}.indices`]: { data: indices, shape: [indices.length] },
    [`${name}.values`]: { data: values, shape: [values.length] },
  };
}

/** The inverse of {@link csrToTensors}. @throws ERR_BAD_FILE also when an index points outside, which would read other memory as data. */
export function csrFromTensors(file: ModelFile, name: string, rows: number, columns: number): Csr {
  return atOnce(readingCsr(file, name, rows, columns));
}

function* readingCsr(file: ModelFile, name: string, rows: number, columns: number): Generator<void, Csr> {
  const offsets = tensorOf(file, `${name}.offsets`, Int32Array, rows + 1);
  const indices = tensorOf(file, `${name}.indices`, Int32Array, offsets[rows]);
  const values = tensorOf(file, `${name}.values`, Float32Array, offsets[rows]);
  yield;
  let sound = offsets[0] === 0;
  for (let row = 0; row < rows; row++) sound &&= offsets[row] <= offsets[row + 1];
  yield;
  for (let e = 0; e < indices.length; e++) sound &&= indices[e] >= 0 && indices[e] < columns;
  if (!sound)
    throw new AttuneError('ERR_BAD_FILE', `Expected sound rows '${name}' in a model of kind '${file.kind}', got indices out of range.`);
  return { rows, columns, offsets, indices, values };
}

function idsOf(file: ModelFile, name: string): IdMap {
  const ids = file.ids[name];
  if (ids) return ids;
  throw new AttuneError('ERR_BAD_FILE', `Expected ids '${name}' in a model of kind '${file.kind}', got none.`);
}

function copyOf(csr: Csr): Csr {
  return { ...csr, offsets: csr.offsets.slice(), indices: csr.indices.slice(), values: csr.values.slice() };
}
