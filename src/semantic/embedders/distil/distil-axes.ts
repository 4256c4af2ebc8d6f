import { Engine } from '../../../engine/engine.ts';
import { denseKernels } from '../../../engine/generated/families/dense.ts';
import { SmallMatrices, smallMatricesLayout } from '../../../engine/small-matrices.ts';
import type { DistilSample } from './distil-fit.ts';

/** Texts from which the axes are taken; more change them no further. */
const mostTexts = 40_000;

/**
 * A table with fewer columns: its rows in the axes along which the vectors of the texts vary most (their principal axes, not centred, since a
 * cosine is not either). Rounding to few bits loses less in fewer, larger columns.
 */
export function inPrincipalAxes(table: Float32Array, sample: DistilSample, wanted: number): Float32Array {
  const { dimensions } = sample;
  const engine = new Engine(smallMatricesLayout(dimensions), { families: [denseKernels], threads: 1, scratchBytes: 0 });
  try {
    const { vectors } = new SmallMatrices(engine, dimensions).eigen(secondMoments(table, sample));
    const rows = table.length / dimensions;
    const projected = new Float32Array(rows * wanted);
    const sums = new Float64Array(wanted);
    for (let row = 0; row < rows; row++) {
      sums.fill(0);
      for (let d = 0; d < dimensions; d++) {
        const x = table[row * dimensions + d];
        if (x === 0) continue;
        for (let k = 0; k < wanted; k++) sums[k] += x * vectors[d * dimensions + k];
      }
      projected.set(sums, row * wanted);
    }
    return projected;
  } finally {
    engine.close();
  }
}

/** The sum of v vᵀ over the vectors v, of length 1, of some texts, spread evenly. */
function secondMoments(table: Float32Array, { starts, tokens, dimensions }: DistilSample): Float64Array {
  const moments = new Float64Array(dimensions * dimensions);
  const texts = starts.length - 1;
  const vector = new Float64Array(dimensions);
  for (let text = 0; text < texts; text += Math.ceil(texts / mostTexts)) {
    vector.fill(0);
    for (let t = starts[text]; t < starts[text + 1]; t++) {
      for (let d = 0; d < dimensions; d++) vector[d] += table[tokens[t] * dimensions + d];
    }
    let squares = 0;
    for (let d = 0; d < dimensions; d++) squares += vector[d] * vector[d];
    if (squares === 0) continue;
    for (let i = 0; i < dimensions; i++) {
      const x = vector[i] / squares;
      for (let j = 0; j <= i; j++) moments[i * dimensions + j] += x * vector[j];
    }
  }
  for (let i = 0; i < dimensions; i++) for (let j = 0; j < i; j++) moments[j * dimensions + i] = moments[i * dimensions + j];
  return moments;
}
