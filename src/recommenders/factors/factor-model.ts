import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { AttuneError } from '../../errors.ts';
import type { FittedBase } from '../shared/base.ts';
import { decodeModel, fileOf } from '../shared/codec.ts';
import { type Biases, biasTensors, storedBiases } from './biases.ts';
import type { ReadFactors } from './input.ts';

/** Factors that are served; immutable. */
export interface FactorModel extends FittedBase {
  /** Number of factors. */
  factors: number;
  /** users x factors. */
  userFactors: Float32Array;
  /** items x factors. */
  itemFactors: Float32Array;
  biases: Biases | undefined;
}

export const factorKind = 'factors';
const format = { kind: factorKind, formatVersion: 1 };

/** The mean of the factors of some items, weighted by value: the profile of a visitor of whom only this history is known. */
export function meanOf(itemFactors: Float32Array, f: number, items: Int32Array, values: Float32Array): Float32Array {
  const sums = new Float64Array(f);
  let weight = 0;
  for (let e = 0; e < items.length; e++) {
    weight += Math.abs(values[e]);
    const from = items[e] * f;
    for (let q = 0; q < f; q++) sums[q] += values[e] * itemFactors[from + q];
  }
  return Float32Array.from(sums, (sum) => (weight > 0 ? sum / weight : 0));
}

/** The same for every user, by the history of each. */
export function userMeans({ byUser, itemFactors, factors: f }: ReadFactors): Float32Array {
  const { offsets, indices, values, rows } = byUser;
  const means = new Float32Array(rows * f);
  for (let u = 0; u < rows; u++) {
    const [from, to] = [offsets[u], offsets[u + 1]];
    means.set(meanOf(itemFactors, f, indices.subarray(from, to), values.subarray(from, to)), u * f);
  }
  return means;
}

/** The model as a file. */
export function factorsFile(model: FactorModel, options: object): ModelFile {
  const { users, items, factors: f, userFactors, itemFactors, biases } = model;
  return fileOf(format, model, {
    settings: { ...options, factors: f, globalBias: biases?.global },
    tensors: {
      user_factors: { data: userFactors, shape: [users.size, f] },
      item_factors: { data: itemFactors, shape: [items.size, f] },
      ...biasTensors(biases),
    },
  });
}

/** The inverse of {@link factorsFile}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function factorsFromBytes(bytes: Uint8Array): { model: FactorModel; options: object } {
  const { file, base } = decodeModel(format, bytes);
  const { factors: f, globalBias, ...options } = file.settings as { factors: number; globalBias?: number | undefined };
  if (!Number.isInteger(f) || f < 1 || f > 1024) {
    throw new AttuneError(
      'ERR_BAD_FILE',
      `A model of kind '${factorKind}' with ${f} factors. Restore the file from a copy, or make it again.`,
    );
  }
  const { users, items } = base;
  return {
    options,
    model: {
      ...base,
      factors: f,
      userFactors: tensorOf(file, 'user_factors', Float32Array, users.size * f),
      itemFactors: tensorOf(file, 'item_factors', Float32Array, items.size * f),
      biases: storedBiases(file, globalBias, base),
    },
  };
}
