import { readSafetensors, type Tensor } from '../../../data/files/safetensors.ts';
import { AttuneError, shown } from '../../../errors.ts';
import { quantized } from './quantized.ts';
import { fromModel2Vec, halfFloat, type StaticTable, textOf } from './static-file.ts';
import { longestWord } from './word-piece.ts';

/** What is used of a `tokenizer.json`. */
interface TokenizerFile {
  model?: {
    type?: string;
    vocab?: Record<string, number>;
    unk_token?: string;
    continuing_subword_prefix?: string;
    max_input_chars_per_word?: number;
  };
  normalizer?: { type?: string; lowercase?: boolean; strip_accents?: boolean | null; handle_chinese_chars?: boolean };
  added_tokens?: { id: number; special?: boolean; content?: string }[];
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
    return bad('its tensor embeddings, rows x dimensions of F32, F16 or I8, is missing');
  const { vocabulary, unknown } = readTokenizer(tokenizer);
  const weights = floats(tensors.weights);
  if (tensors.weights && !(weights && weights.length >= vocabulary.length))
    bad(`its tensor weights is not a number for each of ${vocabulary.length} tokens`);
  const mapping = integers(tensors.mapping);
  if (mapping && mapping.length < vocabulary.length) bad(`its tensor mapping is not a row for each of ${vocabulary.length} tokens`);
  if (mapping === undefined && vocabulary.length !== rows) bad(`its tokenizer has ${vocabulary.length} tokens for ${rows} rows`);
  const table = new Float32Array(vocabulary.length * dimensions);
  vocabulary.forEach((_, token) => {
    const row = mapping?.[token] ?? token;
    if (token === unknown) return;
    if (!(row >= 0 && row < rows)) bad(`token ${token} has row ${row} of ${rows}`);
    const weight = weights?.[token] ?? 1;
    for (let d = 0; d < dimensions; d++) table[token * dimensions + d] = weight * embeddings[row * dimensions + d];
  });
  return { ...quantized(table, dimensions, 8), vocabulary, source: fromModel2Vec, hybridWeight };
}

function readTokenizer(given: string | Uint8Array | object): { vocabulary: string[]; unknown: number } {
  let file: TokenizerFile | undefined;
  try {
    file = typeof given === 'string' || given instanceof Uint8Array ? JSON.parse(textOf(given)) : given;
  } catch {
    return bad('its tokenizer.json is no JSON');
  }
  const { model, normalizer, added_tokens: added = [] } = file ?? {};
  const isBert = model?.type === 'WordPiece' && (model.continuing_subword_prefix ?? '##') === '##' && normalizer?.type === 'BertNormalizer';
  if (!isBert || !model.vocab) unsupported(`${shown(model?.type)} with ${shown(normalizer?.type)}`);
  if (normalizer.lowercase === false) unsupported('one that keeps capital letters');
  if (normalizer.strip_accents === false) unsupported('one that keeps accents');
  if (normalizer.handle_chinese_chars === false) unsupported('one that does not take Chinese characters apart');
  const longest = model.max_input_chars_per_word ?? longestWord;
  if (longest !== longestWord) unsupported(`one that knows words of up to ${longest} letters`);
  const vocabulary: string[] = [];
  for (const [token, id] of Object.entries(model.vocab)) vocabulary[id] = token;
  for (const { id, special, content } of added) {
    if (id in vocabulary) continue;
    if (!special) unsupported(`one with the added token ${shown(content)}`);
    vocabulary[id] = `[unused id ${id}]`; // names of special tokens in a text are ordinary text
  }
  return {
    vocabulary: Array.from(vocabulary, (token, id) => token ?? `[unused id ${id}]`),
    unknown: model.vocab[model.unk_token ?? '[UNK]'] ?? -1,
  };
}

function unsupported(got: string): never {
  throw new AttuneError(
    'ERR_NOT_SUPPORTED',
    `staticEmbedder: expected the tokenizer.json of uncased BERT (WordPiece with BertNormalizer), got ${got}. Take a model such as potion-base-8M.`,
  );
}

/** Bytes of a quantized model stand for themselves: vectors get the length 1 anyway. */
function floats(tensor: Tensor | undefined): ArrayLike<number> | undefined {
  const data = tensor?.data;
  if (data instanceof Float32Array || data instanceof Float64Array || data instanceof Int8Array) return data;
  return tensor?.dtype === 'F16' ? Float32Array.from(tensor.data, halfFloat) : undefined;
}

/** Model2Vec writes the mapping as numpy or torch made it: mostly with 64 bits, of which the lower half says all. */
function integers(tensor: Tensor | undefined): ArrayLike<number> | undefined {
  if (tensor?.dtype !== 'I64') return tensor?.data;
  return Array.from({ length: tensor.data.length / 2 }, (_, k) => tensor.data[2 * k]);
}

function bad(what: string): never {
  throw new AttuneError('ERR_BAD_FILE', `Not a readable model of Model2Vec: ${what}. Restore it from a copy, or download it anew.`);
}
