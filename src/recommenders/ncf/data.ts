import type { Csr } from '../../data/csr.ts';
import { likedRows } from '../shared/liked.ts';
import type { NcfSettings } from './options.ts';

/** What training and serving read of interactions. */
export interface NcfData {
  /** Histories: what is liked; of explicit feedback everything, with the value minus mean and bias of the item. */
  rows: Csr;
  /** Mean of all values; 0 for implicit feedback. */
  mean: number;
  /** Bias of each item, drawn to 0 where few say something; empty for implicit feedback. */
  biases: Float32Array;
}

/** How many values of 0 the bias of an item, or that of a user, begins with. */
export const prior = 10;

/** Reads the rows of all users. */
export function ncfData(byUser: Csr, { feedback }: Pick<NcfSettings, 'feedback'>): NcfData {
  if (feedback === 'implicit') return { rows: likedRows(byUser), mean: 0, biases: new Float32Array(0) };
  const { indices, values, columns } = byUser;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sums = new Float64Array(columns);
  const counts = new Float64Array(columns).fill(prior);
  for (let e = 0; e < indices.length; e++) {
    sums[indices[e]] += values[e] - mean;
    counts[indices[e]]++;
  }
  const biases = Float32Array.from(sums, (sum, item) => sum / counts[item]);
  return { rows: { ...byUser, values: values.map((value, e) => value - mean - biases[indices[e]]) }, mean, biases };
}
