import { type Embedder, ngramEmbedder, SemanticIndex } from 'attune';
import { describe, expect, it } from 'vitest';
import { ngramFromBytes } from '../../../src/semantic/embedders/ngram.ts';
import { embedderConformance } from '../../support/conformance.ts';

const catalogue = ['steel water hose', 'steel water filter', 'steel ice maker', 'quiet steel dishwasher', 'washing machine hose'];
const fitted = () => (ngramEmbedder() as Required<Embedder>).fit(catalogue);

describe('an n-gram embedder', () => {
  embedderConformance({ open: () => ngramEmbedder() });
});

describe('an n-gram embedder fitted on a catalogue', () => {
  embedderConformance({ open: fitted });

  it('lets rare words count more than common ones', async () => {
    const [query, rare, common] = await rows(await fitted(), ['steel dishwasher', 'dishwasher', 'steel']);
    expect(cosine(query, rare)).toBeGreaterThan(cosine(query, common) + 0.2);
  });

  it('forgives a typing error', async () => {
    const [query, right, wrong] = await rows(await fitted(), ['dishwascher', 'dishwasher', 'ice maker']);
    expect(cosine(query, right)).toBeGreaterThan(cosine(query, wrong) + 0.2);
  });

  it('comes back from its bytes with the same vectors', async () => {
    const embedder = (await fitted()) as Required<Embedder>;
    const again = ngramFromBytes(embedder.toBytes());
    expect(again.name).toBe(embedder.name);
    expect(await again.embed(catalogue)).toEqual(await embedder.embed(catalogue));
  });

  it('leaves the one it was made from as it was', async () => {
    const plain = ngramEmbedder() as Required<Embedder>;
    const before = await plain.embed(catalogue);
    await plain.fit(catalogue);
    expect(await plain.embed(catalogue)).toEqual(before);
  });

  it('has a name of its own for every catalogue, so that caches and indexes tell its vectors apart', async () => {
    const other = await (ngramEmbedder() as Required<Embedder>).fit(catalogue.slice(1));
    const names = [ngramEmbedder(), await fitted(), other].map(({ name }) => name);
    expect(new Set(names).size).toBe(3);
    expect((await fitted()).name).toBe(names[1]);
    const index = await SemanticIndex.build(
      catalogue.map((text, id) => ({ id, text })),
      {},
    );
    const bytes = index.toBytes();
    const again = SemanticIndex.fromBytes(bytes, { embedder: ngramEmbedder() });
    expect(await again.search('steel hose')).toEqual(await index.search('steel hose'));
    expect(SemanticIndex.fromBytes(bytes, { embedder: await fitted() }).size).toBe(5);
    expect(() => SemanticIndex.fromBytes(bytes, { embedder: other })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });

  it('has zeros for a text without words', async () => {
    expect([...(await (await fitted()).embed([' ... ']))].every((x) => x === 0)).toBe(true);
  });

  it('refuses dimensions out of range', () => {
    expect(() => ngramEmbedder({ dimensions: 8 })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });
});

async function rows(embedder: Embedder, texts: string[]): Promise<Float32Array[]> {
  const vectors = await embedder.embed(texts);
  return texts.map((_, k) => vectors.slice(k * embedder.dimensions, (k + 1) * embedder.dimensions));
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, k) => sum + x * b[k], 0);
}
