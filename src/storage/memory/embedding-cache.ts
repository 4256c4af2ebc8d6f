/**
 * Keeps vectors of texts, so that a rebuild embeds only what changed. A space is whatever makes vectors comparable (an embedder's
 * name and dimensions); a key stands for a text. What is lost is only embedded again, so a cache may forget, but never answer wrongly.
 */
export interface EmbeddingCache {
  /** The vectors of keys, in their order; undefined for those that are not there. */
  get(space: string, keys: readonly string[]): Promise<(Float32Array | undefined)[]>;
  /** Keeps vectors: one row a key, row-major, all of one length. */
  put(space: string, keys: readonly string[], vectors: Float32Array): Promise<void>;
}

/** Keeps vectors as long as the process lives, in plain memory. */
export function memoryEmbeddingCache(): EmbeddingCache {
  const spaces = new Map<string, Map<string, Float32Array>>();
  return {
    async get(space, keys) {
      const known = spaces.get(space);
      return keys.map((key) => known?.get(key));
    },
    async put(space, keys, vectors) {
      const known = spaces.get(space) ?? new Map<string, Float32Array>();
      spaces.set(space, known);
      const dimensions = vectors.length / keys.length;
      keys.forEach((key, row) => {
        known.set(key, vectors.slice(row * dimensions, (row + 1) * dimensions));
      });
    },
  };
}
