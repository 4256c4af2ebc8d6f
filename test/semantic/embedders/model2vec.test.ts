import { staticEmbedder } from 'attune';
import { describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../src/data/files/safetensors.ts';

const vocab = { '[UNK]': 0, steel: 1, kettle: 2, '##s': 3 };
const tokenizer = { model: { type: 'WordPiece', vocab, unk_token: '[UNK]' }, normalizer: { type: 'BertNormalizer', lowercase: true } };
const embeddings = { data: Float32Array.of(9, 9, 1, 0, 0, 1, 1, 1), shape: [4, 2] };
const fileOf = (tensors: Parameters<typeof writeSafetensors>[0]['tensors']) => writeSafetensors({ tensors, metadata: {} });
const coded = (code: string) => expect.objectContaining({ code });

describe('a model of Model2Vec', () => {
  it('gives the mean over its tokens, unknown ones left out, of length 1', async () => {
    for (const given of [tokenizer, JSON.stringify(tokenizer), new TextEncoder().encode(JSON.stringify(tokenizer))]) {
      const embedder = staticEmbedder(fileOf({ embeddings }), { tokenizer: given });
      const vectors = await embedder.embed(['Steel kettle', 'kettles', '???', 'steel 漢']);
      const half = Math.SQRT1_2;
      [half, half, 1 / Math.sqrt(5), 2 / Math.sqrt(5), 0, 0, 1, 0].forEach((value, k) => {
        expect(vectors[k]).toBeCloseTo(value, 2);
      });
    }
  });

  it('has weights per token, and several tokens per row, in newer files', async () => {
    const weights = { data: Float32Array.of(1, 2, 1, 1), shape: [4] };
    const mapping = { data: Int32Array.of(0, 1, 2, 2), shape: [4] };
    const embedder = staticEmbedder(fileOf({ embeddings, weights, mapping }), { tokenizer, hybridWeight: 0.7 });
    const [x, y] = await embedder.embed(['steel kettles']);
    expect(x / y).toBeCloseTo(1, 1); // (2, 0) + (0, 1) + (0, 1)
    expect(embedder.hybridWeight).toBe(0.7);
    expect(staticEmbedder(embedder.toBytes()).name).toBe(embedder.name);
  });

  it('is refused with another tokenizer, or when it is damaged', () => {
    const model = fileOf({ embeddings });
    expect(() => staticEmbedder(model, { tokenizer: { model: { type: 'Unigram' } } })).toThrow(coded('ERR_NOT_SUPPORTED'));
    expect(() => staticEmbedder(model, { tokenizer: '{' })).toThrow(coded('ERR_BAD_FILE'));
    expect(() => staticEmbedder(fileOf({ other: embeddings }), { tokenizer })).toThrow(coded('ERR_BAD_FILE'));
    expect(() => staticEmbedder(model, { tokenizer: { ...tokenizer, model: { ...tokenizer.model, vocab: { a: 0 } } } })).toThrow(
      coded('ERR_BAD_FILE'),
    );
  });
});
