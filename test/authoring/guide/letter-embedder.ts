import type { Embedder } from 'attune';

/** Counts triples of letters. Nothing to load, and spelling mistakes stay near. */
export const letterEmbedder = (dimensions = 256): Embedder => ({
  name: `letters-${dimensions}`,
  dimensions,
  async embed(texts, { signal, onProgress } = {}) {
    signal?.throwIfAborted();
    const vectors = new Float32Array(texts.length * dimensions);
    for (const [row, text] of texts.entries()) {
      const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
      const letters = ` ${text.toLowerCase()} `;
      for (let k = 0; k + 3 <= letters.length; k++) {
        let hash = 0;
        for (let at = k; at < k + 3; at++) hash = (Math.imul(hash, 31) + letters.charCodeAt(at)) >>> 0;
        vector[hash % dimensions]++;
      }
      const length = Math.hypot(...vector);
      if (length > 0) for (let k = 0; k < dimensions; k++) vector[k] /= length;
    }
    onProgress?.({ phase: 'embedding', done: texts.length, total: texts.length });
    return vectors;
  },
});
