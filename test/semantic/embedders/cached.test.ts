import { cachedEmbedder, type Embedder, type EmbeddingCache, memoryEmbeddingCache, ngramEmbedder, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { embedderConformance } from '../../support/conformance.ts';

/** Vectors by letters, and a count of the texts it was asked for. */
function letters(name = 'letters'): Embedder & { asked: string[] } {
  const { embed, dimensions } = ngramEmbedder({ dimensions: 64 });
  const plain = ngramEmbedder({ dimensions: 64 });
  const asked: string[] = [];
  return {
    name,
    dimensions,
    asked,
    embed(texts, options) {
      asked.push(...texts);
      return embed.call(plain, texts, options);
    },
  };
}

const catalogue = (changed = 0) =>
  Array.from({ length: 1000 }, (_, k) => ({ id: `p${k}`, text: `product number ${k}${k < changed ? ' with a new text' : ''}` }));

describe('a cached embedder', () => {
  embedderConformance({ open: () => cachedEmbedder(letters(), memoryEmbeddingCache()) });

  it('embeds 1 % when 1 % of the texts changed, and says so', async () => {
    const inner = letters();
    const embedder = cachedEmbedder(inner, memoryEmbeddingCache());
    await SemanticIndex.build(catalogue(), { embedder });
    expect(inner.asked).toHaveLength(1000);
    inner.asked.length = 0;
    const progress: object[] = [];
    const index = await SemanticIndex.build(catalogue(10), { embedder, onProgress: (p) => p.phase === 'embedding' && progress.push(p) });
    expect(inner.asked).toHaveLength(10);
    expect(progress.at(-1)).toMatchObject({ done: 1000, total: 1000, embedded: 10, cached: 990 });
    const anew = await SemanticIndex.build(catalogue(10), { embedder: letters() });
    for (const id of ['p0', 'p9', 'p10', 'p999']) expect(index.vectorOf(id)).toEqual(anew.vectorOf(id));
  });

  it('embeds equal texts once', async () => {
    const inner = letters();
    const vectors = await cachedEmbedder(inner, memoryEmbeddingCache()).embed(['a word', 'another', 'a word']);
    expect(inner.asked.sort()).toEqual(['a word', 'another']);
    expect(vectors.slice(128)).toEqual(vectors.slice(0, 64));
  });

  it('tells embedders of different names apart', async () => {
    const cache = memoryEmbeddingCache();
    const [one, two] = [letters('one'), letters('two')];
    await cachedEmbedder(one, cache).embed(['a', 'b']);
    await cachedEmbedder(two, cache).embed(['a', 'b']);
    expect(two.asked).toHaveLength(2);
  });

  it('looks a single text up, but does not keep it', async () => {
    const inner = letters();
    const embedder = cachedEmbedder(inner, memoryEmbeddingCache());
    await embedder.embed(['a query']);
    await embedder.embed(['a query']);
    expect(inner.asked).toHaveLength(2);
    await embedder.embed(['a query', 'a text']);
    inner.asked.length = 0;
    await embedder.embed(['a query']);
    expect(inner.asked).toEqual([]);
  });

  it('keeps what was embedded before it was aborted', async () => {
    const inner = letters();
    const cache = memoryEmbeddingCache();
    const texts = Array.from({ length: 3000 }, (_, k) => `text ${k}`);
    const controller = new AbortController();
    const work = cachedEmbedder(inner, cache).embed(texts, {
      signal: controller.signal,
      onProgress: ({ done }) => done > 0 && controller.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
    const before = inner.asked.length;
    expect(before).toBeLessThan(3000);
    await cachedEmbedder(inner, cache).embed(texts);
    expect(inner.asked).toHaveLength(3000);
  });

  it('embeds anew what a cache gives in the wrong length', async () => {
    const inner = letters();
    const cache: EmbeddingCache = { get: async (_, keys) => keys.map(() => Float32Array.of(1)), put: async () => {} };
    await cachedEmbedder(inner, cache).embed(['a', 'b']);
    expect(inner.asked).toHaveLength(2);
  });

  it('refuses an embedder that learns from the catalogue, and what is no cache', () => {
    const refused = expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' });
    expect(() => cachedEmbedder(ngramEmbedder(), memoryEmbeddingCache())).toThrow(refused);
    expect(() => cachedEmbedder(letters(), {} as never)).toThrow(refused);
    expect(() => cachedEmbedder({} as never, memoryEmbeddingCache())).toThrow(refused);
  });
});
