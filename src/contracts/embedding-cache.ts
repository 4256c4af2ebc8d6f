/**
 * Keeps vectors of texts, so that a rebuild embeds only what changed. A space is whatever makes vectors comparable (an embedder's
 * name and dimensions); a key stands for a text. What is lost is only embedded again, so a cache may forget, but never answer wrongly.
 */
export interface EmbeddingCache {
  /** The vectors of keys, in their order; undefined for those that are not there. */
  get(space: string, keys: readonly string[]): Promise<(Float32Array | undefined)[]>;
  /** Keeps vectors: one row per key, row-major, all of the same length. */
  put(space: string, keys: readonly string[], vectors: Float32Array): Promise<void>;
}
