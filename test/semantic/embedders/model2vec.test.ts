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

  it('may have bytes, a mapping of 64 bits, and special tokens behind the others', async () => {
    const bytes = { data: Int8Array.of(9, 9, 64, 0, 0, 64, 64, 64, 5, 5), shape: [5, 2] };
    const added_tokens = [
      { id: 4, content: '[MASK]', special: true },
      { id: 0, content: '[UNK]', special: true },
    ];
    const plain = staticEmbedder(fileOf({ embeddings: bytes }), { tokenizer: { ...tokenizer, added_tokens } });
    const [a, b] = await plain.embed(['kettles']);
    expect(b / a).toBeCloseTo(2, 1);
    const mapping = { data: Int32Array.of(0, 0, 2, 0, 1, 0, 1, 0), shape: [4], dtype: 'I64' as const };
    const [x, y] = await staticEmbedder(fileOf({ embeddings: bytes, mapping }), { tokenizer }).embed(['steel']);
    expect([x, y]).toEqual([0, 1]);
  });

  it('has another name with the tokens of another model', () => {
    const other = { ...tokenizer, model: { ...tokenizer.model, vocab: { '[UNK]': 0, kettle: 1, steel: 2, '##s': 3 } } };
    const model = fileOf({ embeddings });
    expect(staticEmbedder(model, { tokenizer: other }).name).not.toBe(staticEmbedder(model, { tokenizer }).name);
  });

  it.each([
    ['an added word', { added_tokens: [{ id: 4, content: 'water filter', special: false }] }, /added token "water filter"/],
    ['accents', { normalizer: { ...tokenizer.normalizer, strip_accents: false } }, /keeps accents/],
    ['capital letters', { normalizer: { ...tokenizer.normalizer, lowercase: false } }, /capital/],
    ['other limits', { model: { ...tokenizer.model, max_input_chars_per_word: 20 } }, /20 letters/],
  ])('is refused where the tokenizer knows %s, since vectors would differ', (_, change, message) => {
    const given = { tokenizer: { ...tokenizer, ...change } };
    expect(() => staticEmbedder(fileOf({ embeddings }), given)).toThrow(
      expect.objectContaining({ code: 'ERR_NOT_SUPPORTED', message: expect.stringMatching(message) }),
    );
  });

  it('is refused when weights or a mapping are shorter than the vocabulary, or of a type that says nothing', () => {
    const short = { data: Float32Array.of(1, 2), shape: [2] };
    const brain = { data: Uint16Array.of(1, 2, 3, 4), shape: [4], dtype: 'BF16' as const };
    const broken: Parameters<typeof fileOf>[0][] = [
      { weights: short },
      { weights: brain },
      { mapping: { data: Int32Array.of(0, 1), shape: [2] } },
    ];
    for (const tensors of broken) {
      expect(() => staticEmbedder(fileOf({ embeddings, ...tensors }), { tokenizer })).toThrow(coded('ERR_BAD_FILE'));
    }
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
