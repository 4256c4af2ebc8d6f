/** Puts vectors for ever and says so: `put-embeddings.ts <folder>`. Every number of the vector of key k is k. */
import { fileEmbeddingCache } from '../../../src/storage/file/embedding-cache.ts';

const cache = fileEmbeddingCache(process.argv[2]);
console.log('ready');
for (let first = 0; ; first += 1000) {
  const keys = Array.from({ length: 1000 }, (_, k) => String(first + k));
  await cache.put(
    's',
    keys,
    Float32Array.from({ length: 1000 * 256 }, (_, k) => first + Math.floor(k / 256)),
  );
  console.log(`put ${first + 1000}`);
}
