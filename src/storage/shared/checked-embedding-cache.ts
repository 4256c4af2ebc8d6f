import type { EmbeddingCache } from '../../contracts/embedding-cache.ts';
import { AttuneError, shown } from '../../errors.ts';

/** A cache that is asked for texts and given vectors of them, and nothing else: a driver may end the process over a wrong type. */
export function checkedEmbeddingCache(cache: EmbeddingCache): EmbeddingCache {
  return {
    async get(space, keys) {
      checkKeys(space, keys);
      return cache.get(space, keys);
    },
    async put(space, keys, vectors) {
      checkKeys(space, keys);
      if (!(vectors instanceof Float32Array) || (keys.length > 0 && vectors.length % keys.length !== 0)) {
        const got = vectors instanceof Float32Array ? `${vectors.length} numbers for ${keys.length}` : shown(vectors);
        throw new AttuneError('ERR_BAD_ARGUMENT', `Embedding cache: expected a Float32Array with one vector per key, got ${got}.`);
      }
      return cache.put(space, keys, vectors);
    },
  };
}

function checkKeys(space: string, keys: readonly string[]): void {
  if (typeof space === 'string' && Array.isArray(keys) && [...keys].every((key) => typeof key === 'string')) return;
  const got = `${shown(space)} and ${shown(keys)}`;
  throw new AttuneError('ERR_BAD_ARGUMENT', `Embedding cache: expected the name of a space and an array of texts as keys, got ${got}.`);
}
