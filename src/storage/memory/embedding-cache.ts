import type { EmbeddingCache } from '../../contracts/embedding-cache.ts';
import { checkedEmbeddingCache } from '../shared/checked-embedding-cache.ts';

/** Keeps vectors as long as the process lives, in plain memory. */
export function memoryEmbeddingCache(): EmbeddingCache {
  const spaces = new Map<string, Map<string, Float32Array>>();
  return checkedEmbeddingCache({
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
  });
}
