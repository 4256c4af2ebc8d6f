import type { Embedder } from 'attune';
import { unitVectors } from './data.ts';

/** Vectors of no meaning but the same ones for the same text: what a case uses for an embedder of the user's own. */
export function ownEmbedder(dimensions = 16): Embedder {
  return {
    name: `own-${dimensions}`,
    dimensions,
    hybridWeight: 0.4,
    async embed(texts) {
      const vectors = new Float32Array(texts.length * dimensions);
      texts.forEach((text, row) => {
        const sum = new Float64Array(dimensions);
        for (const word of text.toLowerCase().split(/[^\p{L}\p{N}]+/u)) {
          let seed = 0;
          for (let k = 0; k < word.length; k++) seed = (Math.imul(seed, 31) + word.charCodeAt(k)) >>> 0;
          const vector = unitVectors(1, dimensions, seed);
          for (let d = 0; d < dimensions; d++) sum[d] += vector[d];
        }
        const length = Math.sqrt(sum.reduce((all, x) => all + x * x, 0));
        if (length > 0) for (let d = 0; d < dimensions; d++) vectors[row * dimensions + d] = sum[d] / length;
      });
      return vectors;
    },
  };
}
