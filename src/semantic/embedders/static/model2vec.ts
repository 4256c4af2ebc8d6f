import { readSafetensors } from '../../../data/files/safetensors.ts';
import { AttuneError, shown } from '../../../errors.ts';
import { quantized } from './quantized.ts';
import { halfFloat, type StaticTable, textOf } from './static-file.ts';

/** What is used of a `tokenizer.json`. */
interface TokenizerFile {
  model?: { type?: string; vocab?: Record<string, number>; unk_token?: string; continuing_subword_prefix?: string };
  normalizer?: { type?: string; lowercase?: boolean };
}

/**
 * The `model.safetensors` of Model2Vec: `embeddings`, and in newer files `weights` per token and `mapping` from tokens to rows. A text's
 * vector is the mean over its tokens, unknown ones left out.
 * @throws ERR_BAD_FILE; ERR_NOT_SUPPORTED for a tokenizer other than that of uncased BERT.
 */
export function readModel2Vec(model: Uint8Array, tokenizer: string | Uint8Array | object, hybridWeight: number): StaticTable {
  const { tensors } = readSafetensors(model);
  const embeddings = floats(tensors.embeddings);
  const [rows = 0, dimensions = 0] = tensors.embeddings?.shape ?? [];
  if (!embeddings || rows * dimensions !== embeddings.length || dimensions === 0)
    return bad('its tensor embeddings, rows x dimensions of F32 or F16, is missing');
  const { vocabulary, unknown } = readTokenizer(tokenizer);
  const weights = floats(tensors.weights);
  const mapping = tensors.mapping?.data;
  if (mapping === undefined && vocabulary.length !== rows) bad(`its tokenizer has ${vocabulary.length} tokens for ${rows} rows`);
  const table = new Float32Array(vocabulary.length * dimensions);
  vocabulary.forEach((_, token) => {
    const row = Number(mapping?.[token] ?? token);
    if (token === unknown) return;
    if (!(row >= 0 && row < rows)) bad(`token ${token} has row ${row} of ${rows}`);
    const weight = weights?.[token] ?? 1;
    for (let d = 0; d < dimensions; d++) table[token * dimensions + d] = weight * embeddings[row * dimensions + d];
  });
  return { ...quantized(table, dimensions, 8), vocabulary, source: 'of Model2Vec', hybridWeight };
}

function readTokenizer(given: string | Uint8Array | object): { vocabulary: string[]; unknown: number } {
  let file: TokenizerFile | undefined;
  try {
    file = typeof given === 'string' || given instanceof Uint8Array ? JSON.parse(textOf(given)) : given;
  } catch {
    return bad('its tokenizer.json is no JSON');
  }
  const { model, normalizer } = file ?? {};
  const isBert = model?.type === 'WordPiece' && (model.continuing_subword_prefix ?? '##') === '##' && normalizer?.type === 'BertNormalizer';
  if (!isBert || normalizer.lowercase === false || !model.vocab) {
    throw new AttuneError(
      'ERR_NOT_SUPPORTED',
      `staticEmbedder: expected the tokenizer.json of uncased BERT (WordPiece with BertNormalizer), got ${shown(model?.type)} with ${shown(normalizer?.type)}. Take a model such as potion-base-8M.`,
    );
  }
  const vocabulary: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) vocabulary[id] = token;
  return {
    vocabulary: Array.from(vocabulary, (token, id) => token ?? `[unused id ${id}]`),
    unknown: model.vocab[model.unk_token ?? '[UNK]'] ?? -1,
  };
}

function floats(tensor: { dtype?: string; data: ArrayLike<number | bigint> } | undefined): ArrayLike<number> | undefined {
  if (tensor?.data instanceof Float32Array || tensor?.data instanceof Float64Array) return tensor.data;
  return tensor?.dtype === 'F16' ? Float32Array.from(tensor.data as ArrayLike<number>, halfFloat) : undefined;
}

function bad(what: string): never {
  throw new AttuneError('ERR_BAD_FILE', `Not a readable model of Model2Vec: ${what}. Restore it from a copy, or download it anew.`);
}
