/**
 * Keeps vectors of texts, so that a rebuild embeds only what changed. A space is whatever makes vectors comparable (an embedder's
 * name and dimensions); a key stands for a text. A lost entry is merely embedded again, so a cache may forget, but must never return a wrong vector.
 */
export interface EmbeddingCache {
  /** The vectors of keys, in their order; undefined for missing ones. */
  get(space: string, keys: readonly string[]): Promise<(Float32Array | undefined)[]>;
  /** Keeps vectors: one row per key, row-major, all of the same length. */
  put(space: string, keys: readonly string[], vectors: Float32Array): Promise<void>;
}
