import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SemanticIndex } from 'attune';
import { transformersEmbedder } from 'attune/transformers';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { embedderConformance } from '../../support/conformance.ts';

const models = resolve(import.meta.dirname, '../../..', process.env.ATTUNE_MODELS ?? '../shared/models');
const present = existsSync(`${models}/Xenova/all-MiniLM-L6-v2/config.json`);
if (!present) console.warn(`skipped: no models in ${models}; set ATTUNE_MODELS to the folder that holds Xenova/all-MiniLM-L6-v2`);

describe('a transformers embedder', () => {
  it('starts nothing and knows its shape before the first use', () => {
    const embedder = transformersEmbedder({ dtype: 'fp32' });
    expect(embedder.dimensions).toBe(384);
    expect(embedder.name).toContain('all-MiniLM-L6-v2 fp32');
  });

  it('refuses unknown options', () => {
    expect(() => transformersEmbedder({ modell: 'x' } as never)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });

  it('names the folder when the model is not there', async () => {
    const embedder = transformersEmbedder({ localModelPath: 'no/such/folder' });
    await expect(embedder.embed(['x'])).rejects.toMatchObject({ code: 'ERR_EMBEDDER', message: expect.stringContaining('no/such/folder') });
  });

  it('says how to install the package when it is missing', async () => {
    vi.doMock('@huggingface/transformers', () => {
      throw new Error('Cannot find package');
    });
    try {
      await expect(SemanticIndex.build([{ id: 'a', text: 'b' }], { embedder: transformersEmbedder() })).rejects.toMatchObject({
        code: 'ERR_MISSING_PEER',
        message: expect.stringContaining('npm install @huggingface/transformers'),
      });
    } finally {
      vi.doUnmock('@huggingface/transformers');
    }
  });
});

describe.skipIf(!present)('all-MiniLM-L6-v2', () => {
  const embedder = transformersEmbedder({ localModelPath: models, dtype: 'fp32', threads: 1, batchSize: 4 });
  afterAll(() => embedder.dispose());

  embedderConformance({ open: () => embedder, batchTolerance: 1e-4 });

  it('finds by meaning what shares no word with the query', async () => {
    const products = [
      { id: 'oven', text: 'Electric oven with grill' },
      { id: 'fridge', text: 'Refrigerator with freezer compartment' },
      { id: 'washer', text: 'Front-load laundry machine, 1400 rpm' },
    ];
    const index = await SemanticIndex.build(products, { embedder });
    for (const mode of ['semantic', 'hybrid'] as const) {
      expect((await index.search('keeps food cold', { n: 1, mode }))[0].item).toBe('fridge');
      expect((await index.search('clean my clothes', { n: 1, mode }))[0].item).toBe('washer');
    }
    const bytes = index.toBytes();
    expect(() => SemanticIndex.fromBytes(bytes)).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    const again = SemanticIndex.fromBytes(bytes, { embedder });
    expect(await again.search('bake a cake')).toEqual(await index.search('bake a cake'));
  });

  it('gives equal texts one vector, each in its place', async () => {
    const [a, b, again] = await rowsOf(['a kettle', 'a dishwasher', 'a kettle']);
    expect(again).toEqual(a);
    expect(b).not.toEqual(a);
  });

  it('knows its vocabulary', async () => {
    const vocabulary = await embedder.vocabulary?.();
    expect(vocabulary).toHaveLength(30_522);
    expect(vocabulary?.[100]).toBe('[UNK]');
  });

  async function rowsOf(texts: string[]): Promise<Float32Array[]> {
    const vectors = await embedder.embed(texts);
    return texts.map((_, k) => vectors.slice(k * 384, (k + 1) * 384));
  }

  it('cuts at maxTokens', async () => {
    const short = transformersEmbedder({ localModelPath: models, dtype: 'fp32', threads: 1, maxTokens: 6 });
    const vectors = await short.embed(['one two three four', 'one two three four five six seven eight']);
    vectors.slice(0, 384).forEach((x, d) => {
      expect(x).toBeCloseTo(vectors[384 + d], 4);
    });
    await short.dispose();
  });

  it('stops between batches when aborted', async () => {
    const controller = new AbortController();
    const texts = Array.from({ length: 40 }, (_, k) => `text number ${k}`);
    const work = embedder.embed(texts, { signal: controller.signal, onProgress: () => controller.abort(new Error('enough')) });
    await expect(work).rejects.toThrow('enough');
  });
});
