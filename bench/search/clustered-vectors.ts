import { generator } from '../support/random.ts';

/** Vectors to index and vectors to ask for, row-major. */
export interface VectorSet {
  count: number;
  dimensions: number;
  rows: Float32Array;
  queryCount: number;
  queries: Float32Array;
  query(k: number): Float32Array;
}

/** As many vectors as the catalogue of Appliances has products, as long as those of MiniLM. */
export const catalogueShape = { count: 94_327, dimensions: 384, queryCount: 1000 };

const clusters = 1500;

/**
 * Clustered vectors of length 1, in the shape of product embeddings: 1,500 clusters of very different size and tightness, and most of
 * the variance in a third of the dimensions. The same on every machine.
 */
export function clusteredVectors({ count, dimensions, queryCount } = catalogueShape, seed = 11): VectorSet {
  const random = generator(seed);
  const normal = normals(random);
  const centres = Float32Array.from({ length: clusters * dimensions }, (_, k) =>
    k % dimensions < Math.floor(dimensions / 3) ? normal() : 0.3 * normal(),
  );
  const ends = new Float64Array(clusters);
  let total = 0;
  for (let c = 0; c < clusters; c++) ends[c] = total += (1 - random()) ** (-1 / 1.2) - 1 + 0.2; // a Pareto tail: few large clusters
  const draw = (rows: number) => {
    const out = new Float32Array(rows * dimensions);
    for (let row = 0; row < rows; row++) {
      const target = random() * total;
      const cluster = ends.findIndex((end) => end > target);
      const spread = 0.3 + 0.6 * random();
      const vector = out.subarray(row * dimensions, (row + 1) * dimensions);
      let sum = 0;
      for (let d = 0; d < dimensions; d++) {
        vector[d] = centres[cluster * dimensions + d] + spread * normal();
        sum += vector[d] * vector[d];
      }
      const length = Math.sqrt(sum);
      for (let d = 0; d < dimensions; d++) vector[d] /= length;
    }
    return out;
  };
  const rows = draw(count);
  const queries = draw(queryCount);
  return { count, dimensions, rows, queryCount, queries, query: (k) => queries.subarray(k * dimensions, (k + 1) * dimensions) };
}

/** Standard normal numbers (Box and Muller 1958). */
function normals(random: () => number): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}
