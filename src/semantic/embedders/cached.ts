import { type Embedder, type EmbedOptions, embedWith } from '../../contracts/embedder.ts';
import type { EmbeddingCache } from '../../contracts/embedding-cache.ts';
import { AttuneError, shown } from '../../errors.ts';
import { sha256 } from '../../numeric/sha-256.ts';
import { readEmbed } from './read-embed.ts';

/**
 * An embedder that calls another only for texts it has not seen: rebuilding an index embeds only what changed. Vectors
 * are kept by the embedder's name (which says its model and settings), its dimensions, and the SHA-256 of the text. They are stored
 * as the work proceeds, so the work of a killed or aborted run is not lost.
 *
 * Progress carries `embedded`, how many texts have been embedded so far, and `cached`, how many came from the cache. A call with a single
 * text, as a search makes it, is looked up but not kept: queries would fill the cache.
 *
 * @param embedder one whose vectors depend on the text alone.
 * @param cache `memoryEmbeddingCache()`, `fileEmbeddingCache(folder)` of `attune/node`, `sqliteEmbeddingCache(database)` of
 *   `attune/sqlite`, or your own.
 * @throws ERR_BAD_ARGUMENT for an embedder that learns from the catalogue (has `fit`), since its vectors change with every build.
 */
export function cachedEmbedder(embedder: Embedder, cache: EmbeddingCache): Embedder {
  if (typeof embedder?.embed !== 'function' || typeof embedder.name !== 'string') {
    throw new AttuneError('ERR_BAD_ARGUMENT', `cachedEmbedder: expected an embedder { name, dimensions, embed }, got ${shown(embedder)}.`);
  }
  if (typeof cache?.get !== 'function' || typeof cache.put !== 'function') {
    throw new AttuneError('ERR_BAD_ARGUMENT', `cachedEmbedder: expected a cache { get, put }, got ${shown(cache)}.`);
  }
  if (embedder.fit) {
    throw new AttuneError(
      'ERR_BAD_ARGUMENT',
      `cachedEmbedder: expected an embedder whose vectors depend on the text alone, but '${embedder.name}' learns from the catalogue. Use it as it is.`,
    );
  }
  return {
    name: embedder.name,
    get dimensions() {
      return embedder.dimensions;
    },
    hybridWeight: embedder.hybridWeight,
    sentenceWeight: embedder.sentenceWeight,
    prepare: async () => embedder.prepare?.(),
    vocabulary: async () => embedder.vocabulary?.(),
    async embed(texts, options: EmbedOptions = {}) {
      const { signal, onProgress } = readEmbed('cachedEmbedder.embed', texts, options);
      signal?.throwIfAborted();
      if (texts.length === 0) return new Float32Array(0);
      await embedder.prepare?.();
      const { dimensions } = embedder;
      const space = `${embedder.name} ${dimensions}`;
      const rows = new Map<string, number[]>();
      texts.forEach((text, row) => {
        const same = rows.get(text);
        if (same) same.push(row);
        else rows.set(text, [row]);
      });
      const unique = [...rows.keys()];
      const keys = new Map(unique.map((text) => [text, sha256(text).slice(0, 32)]));
      const vectors = new Float32Array(texts.length * dimensions);
      let done = 0;
      let embedded = 0;
      const set = (text: string, vector: Float32Array) => {
        const own = rows.get(text) as number[];
        for (const row of own) vectors.set(vector, row * dimensions);
        done += own.length;
      };

      const found = await cache.get(space, [...keys.values()]);
      const missing = unique.filter((text, k) => {
        const vector = found[k];
        if (vector?.length !== dimensions) return true;
        set(text, vector);
        return false;
      });
      const cached = done;
      const report = () => onProgress?.({ phase: 'embedding', done, total: texts.length, embedded, cached });
      report();
      missing.sort((a, b) => b.length - a.length); // similar lengths together: a batch takes as long as its longest text
      for (let start = 0; start < missing.length; start += chunk) {
        const part = missing.slice(start, start + chunk);
        const made = await embedWith(embedder, part, { signal });
        part.forEach((text, k) => {
          set(text, made.subarray(k * dimensions, (k + 1) * dimensions));
        });
        embedded += part.length;
        if (texts.length > 1) {
          await cache.put(
            space,
            part.map((text) => keys.get(text) as string),
            made,
          );
        }
        report();
      }
      signal?.throwIfAborted();
      return vectors;
    },
  };
}

/** How many texts are embedded before they are kept. */
const chunk = 1024;
