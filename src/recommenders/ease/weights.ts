import { type Csr, transpose } from '../../data/csr.ts';
import { type ModelFile, tensorOf } from '../../data/files/model-file.ts';
import { csrFromTensors, csrToTensors } from '../shared/fitted-base.ts';
import { LargestEntries } from '../shared/largest-entries.ts';

/** The matrix B of EASE: the weight from each item of a history to each item. */
export interface EaseWeights {
  /** Adds `value` times the weights from an item to the scores of all items. */
  add(from: number, value: number, scores: Float32Array): void;
  /** One weight; 0 where none is kept. */
  at(from: number, to: number): number;
  /** Writes the partial correlation -P_ij / sqrt(P_ii P_jj) of an item with every item; NaN where it was not kept. */
  similarity(item: number, scores: Float32Array): void;
  /** As tensors of a model file. */
  toTensors(): ModelFile['tensors'];
}

/** All weights, items x items row-major: row j holds what item j of a history adds to each item. */
export function denseWeights(weights: Float32Array, size: number): EaseWeights {
  return {
    add(from, value, scores) {
      for (let i = 0, e = from * size; i < size; i++, e++) scores[i] += value * weights[e];
    },
    at: (from, to) => weights[from * size + to],
    similarity(item, scores) {
      for (let i = 0; i < size; i++) {
        const there = weights[item * size + i];
        scores[i] = Math.sign(there) * Math.sqrt(Math.max(0, there * weights[i * size + item]));
      }
    },
    toTensors: () => ({ weights: { data: weights, shape: [size, size] } }),
  };
}

/**
 * The weights that were kept.
 *
 * @param rows row j holds what item j of a history adds to other items.
 * @param diagonal P_ii of each item: with it a weight in either direction gives the correlation.
 */
export function sparseWeights(rows: Csr, diagonal: Float32Array): EaseWeights {
  let columns: Csr | undefined;
  return {
    add(from, value, scores) {
      for (let e = rows.offsets[from], end = rows.offsets[from + 1]; e < end; e++) scores[rows.indices[e]] += value * rows.values[e];
    },
    at(from, to) {
      const at = rows.indices.subarray(rows.offsets[from], rows.offsets[from + 1]).indexOf(to);
      return at < 0 ? 0 : rows.values[rows.offsets[from] + at];
    },
    similarity(item, scores) {
      columns ??= transpose(rows);
      scores.fill(Number.NaN);
      const own = diagonal[item];
      for (let e = rows.offsets[item]; e < rows.offsets[item + 1]; e++) {
        scores[rows.indices[e]] = rows.values[e] * Math.sqrt(diagonal[rows.indices[e]] / own);
      }
      for (let e = columns.offsets[item]; e < columns.offsets[item + 1]; e++) {
        scores[columns.indices[e]] = columns.values[e] * Math.sqrt(own / diagonal[columns.indices[e]]);
      }
    },
    toTensors: () => ({ ...csrToTensors('weights', rows), diagonal: { data: diagonal, shape: [diagonal.length] } }),
  };
}

/** The inverse of `toTensors`. @throws ERR_BAD_FILE */
export function weightsFromTensors(file: ModelFile, size: number): EaseWeights {
  if (!Object.hasOwn(file.tensors, 'weights.offsets')) return denseWeights(tensorOf(file, 'weights', Float32Array, size ** 2), size);
  return sparseWeights(csrFromTensors(file, 'weights', size, size), tensorOf(file, 'diagonal', Float32Array, size));
}

/** Makes weights of the columns of P, in whatever order they come. */
export interface WeightCollector {
  /** Takes column `item` of P. */
  take(item: number, column: ArrayLike<number>): void;
  /** Everything that was taken. */
  done(): EaseWeights;
}

/** Keeps all weights. */
export function allWeights(size: number): WeightCollector {
  const weights = new Float32Array(size * size);
  return {
    take(item, column) {
      for (let i = 0; i < size; i++) if (i !== item) weights[i * size + item] = -column[i] / column[item];
    },
    done: () => denseWeights(weights, size),
  };
}

/**
 * Keeps `keep` weights per item on average, those of the largest size in the whole matrix; of equal ones those that came first. On Gowalla 200
 * of each item share 82 % of their lists with all weights, as many over the whole matrix 90 %: popular items need more of them.
 */
export function largestWeights(size: number, keep: number): WeightCollector {
  const entries = new LargestEntries(size, keep);
  const diagonal = new Float32Array(size);
  return {
    take(item, column) {
      const own = column[item];
      diagonal[item] = own;
      for (let i = 0; i < size; i++) {
        const weight = Math.fround(-column[i] / own);
        if (Math.abs(weight) > entries.least && i !== item) entries.offer(i, item, weight);
      }
    },
    done: () => sparseWeights(entries.done(), diagonal),
  };
}
