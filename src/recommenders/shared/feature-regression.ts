import type { FitOptions } from '../../contracts/recommender.ts';
import { AttuneError } from '../../errors.ts';
import { invert } from '../../numeric/inverse.ts';
import { Pace } from '../../work/pace.ts';
import type { Features } from './item-features.ts';

/** Attributes beyond the most frequent ones are left out, so that the matrix of all features stays small. */
const mostAttributes = 1024;
/** Interactions that make the vector of an item count half. */
const halfTrusted = 5;
/** Added to the diagonal, in items. */
const regularization = 1;

/** Vectors of items that were learned. */
export interface LearnedRows {
  /** items x width; those beyond the first `count` have none. */
  rows: Float32Array;
  width: number;
  count: number;
  /** Interactions of each of them. */
  degrees: ArrayLike<number>;
}

/**
 * Ridge regression from the features of items to their learned vectors, where an item counts as much as its interactions let its vector be
 * trusted: what a vector would probably be, for items that have features and no interactions.
 * @returns the vectors of the items beyond `count`
 * @throws ERR_NUMERIC, the signal's reason
 */
export async function regressOnFeatures(features: Features, learned: LearnedRows, work: FitOptions): Promise<Float32Array> {
  const { width, count, rows, degrees } = learned;
  const read = featureReader(features);
  const { size } = read;
  const gram = new Float64Array(size * size);
  const right = new Float64Array(size * width);
  const pace = new Pace('reading features', count, work);
  for (let item = 0; item < count; item++) {
    if (pace.due) await pace.rest(item);
    const weight = degrees[item] / (degrees[item] + halfTrusted);
    if (!(weight > 0)) continue;
    const { columns, values } = read.of(item);
    for (let a = 0; a < columns.length; a++) {
      const share = weight * values[a];
      const line = columns[a] * size;
      for (let b = 0; b < columns.length; b++) gram[line + columns[b]] += share * values[b];
      for (let k = 0; k < width; k++) right[columns[a] * width + k] += share * rows[item * width + k];
    }
  }
  for (let a = 0; a < size; a++) gram[a * size + a] += regularization;
  await pace.finish();
  const solving = new Pace('solving for features', size, work);
  if (!(await invert(gram, size, solving)))
    throw new AttuneError('ERR_NUMERIC', 'The features of items overflow. Make their numbers smaller.');
  await solving.finish();
  const weights = product(gram, right, size, width);
  const cold = new Float32Array((features.items.size - count) * width);
  for (let item = count; item < features.items.size; item++) {
    const { columns, values } = read.of(item);
    const to = (item - count) * width;
    for (let a = 0; a < columns.length; a++) for (let k = 0; k < width; k++) cold[to + k] += values[a] * weights[columns[a] * width + k];
  }
  return cold;
}

/** One row at a time: a constant, the text vector at length 1, and the attributes. The arrays are reused. */
function featureReader({ texts, dimensions, attributes }: Features) {
  const counts = new Int32Array(attributes.columns);
  for (const word of attributes.indices) counts[word]++;
  const kept = Int32Array.from(counts.keys())
    .sort((a, b) => counts[b] - counts[a] || a - b)
    .subarray(0, mostAttributes);
  const placeOf = new Int32Array(attributes.columns).fill(-1);
  kept.forEach((word, place) => {
    placeOf[word] = 1 + dimensions + place;
  });
  return {
    size: 1 + dimensions + kept.length,
    of(item: number): { columns: number[]; values: number[] } {
      const columns = [0];
      const values = [1];
      const text = texts.subarray(item * dimensions, (item + 1) * dimensions);
      const length = Math.hypot(...text);
      text.forEach((value, k) => {
        if (value === 0) return;
        columns.push(1 + k);
        values.push(value / length);
      });
      for (let e = attributes.offsets[item]; e < attributes.offsets[item + 1]; e++) {
        const place = placeOf[attributes.indices[e]];
        if (place < 0) continue;
        columns.push(place);
        values.push(attributes.values[e]);
      }
      return { columns, values };
    },
  };
}

function product(a: Float64Array, b: Float64Array, size: number, width: number): Float64Array {
  const out = new Float64Array(size * width);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const factor = a[i * size + j];
      for (let k = 0; k < width; k++) out[i * width + k] += factor * b[j * width + k];
    }
  }
  return out;
}
