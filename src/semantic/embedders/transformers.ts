import { type Embedder, type EmbedOptions, normalizeRows } from '../../contracts/embedder.ts';
import { AttuneError } from '../../errors.ts';
import { choice, integer, number, readOptions, text } from '../../options.ts';
import { yieldNow } from '../../work/yield-now.ts';
import {
  LazyModel,
  loadPeer,
  messageOf,
  type PeerModelOptions,
  peerModelChecks,
  sessionOptions,
  sourceOf,
  wellFormed,
} from './transformers-peer.ts';

/** Options of {@link transformersEmbedder}. */
export interface TransformersOptions extends PeerModelOptions {
  /** A feature-extraction model in the layout of transformers.js. Default `'Xenova/all-MiniLM-L6-v2'`: 384 dimensions, English. */
  model?: string | undefined;
  /** How one vector is made of many: the mean over the tokens (default), or the first token's. The model's card says which. */
  pooling?: 'mean' | 'cls' | undefined;
  /** Put before every text; some models want `'query: '` before queries and `'passage: '` before documents. Default none. */
  prefix?: string | undefined;
  /** Maximum number of texts per batch, 1 to 1024. Default 64. Long ones go in smaller batches, of 512 tokens or one text. */
  batchSize?: number | undefined;
  /** Longer texts are cut, 2 to 8192. Default 256, the length that all-MiniLM-L6-v2 was trained with. */
  maxTokens?: number | undefined;
  /** Weight in hybrid search, 0 to 1. Default 0.6: with all-MiniLM-L6-v2 on SciFact .740 nDCG@10, where words alone reach .699. */
  hybridWeight?: number | undefined;
}

/** An embedder that holds a model in memory. */
export interface TransformersEmbedder extends Embedder {
  /** Frees the model. It is loaded again when needed. */
  dispose(): Promise<void>;
}

/**
 * Vectors by a transformer, through the optional package `@huggingface/transformers`. The package and the model are loaded on the
 * first use (or by `prepare()`).
 *
 * Texts are sorted by their number of tokens and go through in batches of like ones, because a batch takes as long as its longest text. With
 * `'q8'` the scale of a number depends on its whole batch, so the vector of a text varies slightly (cosine about .99) with its
 * neighbours; the same list gives the same vectors.
 *
 * @throws ERR_BAD_OPTION; on first use ERR_MISSING_PEER without the package, ERR_EMBEDDER when the model cannot be loaded or run.
 */
export function transformersEmbedder(options: TransformersOptions = {}): TransformersEmbedder {
  const o = readOptions('transformersEmbedder', options, {
    model: text({ default: 'Xenova/all-MiniLM-L6-v2' }),
    pooling: choice(['mean', 'cls'] as const, 'mean'),
    prefix: text({ default: '', allowEmpty: true }),
    batchSize: integer({ default: 64, min: 1, max: 1024 }),
    maxTokens: integer({ default: 256, min: 2, max: 8192 }),
    ...peerModelChecks,
    hybridWeight: number({ default: 0.6, min: 0, max: 1 }),
  });
  const name = [o.model, o.dtype, o.pooling, o.maxTokens, o.prefix].filter((part) => part !== '').join(' ');
  let dimensions = knownDimensions[o.model] ?? 0;
  const lazy = new LazyModel(() => loadModel(o));
  const load = async () => {
    const loaded = await lazy.get();
    dimensions = loaded.dimensions;
    return loaded;
  };

  return {
    name,
    get dimensions() {
      return dimensions;
    },
    hybridWeight: o.hybridWeight,
    async prepare() {
      await load();
    },
    async embed(texts, { signal, onProgress }: EmbedOptions = {}) {
      signal?.throwIfAborted();
      const model = await load();
      const firstOf = new Map<string, number>();
      const rows = texts.map((text) => firstOf.get(text) ?? firstOf.set(text, firstOf.size).size - 1); // equal texts go through once
      const unique = [...firstOf.keys()];
      const tokens = await tokenizeAll(model, unique, o, signal);
      const order = unique.map((_, k) => k).sort((a, b) => tokens[b].length - tokens[a].length || a - b);
      const vectors = new Float32Array(unique.length * dimensions);
      for (let start = 0, end = 0; start < order.length; start = end) {
        signal?.throwIfAborted();
        end = endOfBatch(order, tokens, start, o.batchSize);
        await runBatch(model, name, order.slice(start, end), tokens, o.pooling, vectors);
        if (end < order.length) onProgress?.({ phase: 'embedding', done: end, total: texts.length });
      }
      signal?.throwIfAborted();
      onProgress?.({ phase: 'embedding', done: texts.length, total: texts.length });
      normalizeRows(vectors, dimensions);
      if (unique.length === texts.length) return vectors;
      const all = new Float32Array(texts.length * dimensions);
      rows.forEach((row, k) => {
        all.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), k * dimensions);
      });
      return all;
    },
    async vocabulary() {
      return vocabularyOf((await load()).tokenizer);
    },
    dispose: () => lazy.dispose(),
  };
}

/** So that `dimensions` is right before the model is there. */
const knownDimensions: Record<string, number> = {
  'Xenova/all-MiniLM-L6-v2': 384,
  'Xenova/all-MiniLM-L12-v2': 384,
  'Xenova/multi-qa-MiniLM-L6-cos-v1': 384,
  'Xenova/paraphrase-multilingual-MiniLM-L12-v2': 384,
  'Xenova/bge-small-en-v1.5': 384,
  'Xenova/bge-base-en-v1.5': 768,
  'Xenova/multilingual-e5-small': 384,
  'Xenova/all-mpnet-base-v2': 768,
};

/** What is used of a tensor. */
interface TensorLike {
  data: ArrayLike<number>;
  dims: number[];
}

/** What is used of `@huggingface/transformers`. */
interface TransformersModule {
  AutoTokenizer: { from_pretrained(model: string, options: object): Promise<Tokenizer> };
  AutoModel: { from_pretrained(model: string, options: object): Promise<Model> };
  Tensor: new (type: string, data: BigInt64Array, dims: number[]) => TensorLike;
}

type Tokenizer = ((texts: string[], options: object) => { input_ids: number[][] }) & {
  get_vocab?(): Map<string, number>;
  _tokenizerJSON?: { model?: { type?: string; continuing_subword_prefix?: string }; normalizer?: { type?: string; lowercase?: boolean } };
};
type Model = ((inputs: Record<string, TensorLike>) => Promise<Record<string, TensorLike>>) & {
  config?: { hidden_size?: number };
  dispose?(): Promise<unknown>;
};

interface Loaded {
  tokenizer: Tokenizer;
  run: Model;
  Tensor: TransformersModule['Tensor'];
  dimensions: number;
}

async function loadModel(o: {
  model: string;
  dtype: string;
  localModelPath: string | undefined;
  threads: number | undefined;
}): Promise<Loaded> {
  const peer = await loadPeer<TransformersModule>('transformersEmbedder');
  const source = sourceOf(o.model, o.localModelPath);
  const options = { local_files_only: o.localModelPath !== undefined };
  try {
    const tokenizer = await peer.AutoTokenizer.from_pretrained(source, options);
    const run = await peer.AutoModel.from_pretrained(source, {
      ...options,
      dtype: o.dtype,
      session_options: sessionOptions(o.threads),
    });
    const probe = await forward({ tokenizer, run, Tensor: peer.Tensor, dimensions: 0 }, [[0]]);
    return { tokenizer, run, Tensor: peer.Tensor, dimensions: probe.dims[2] };
  } catch (cause) {
    throw new AttuneError(
      'ERR_EMBEDDER',
      `transformersEmbedder: model '${o.model}' with dtype '${o.dtype}' could not be loaded from ${o.localModelPath ?? 'the model hub'}: ${messageOf(cause)}. Check the name and the network, or pass localModelPath, a folder that holds ${o.model}/config.json.`,
      { cause },
    );
  }
}

/**
 * The token ids of each text, cut to `maxTokens`. The cut is made here for two reasons: published tokenizers say 512 where the model
 * was trained with less, and the package cuts the closing token off as well, which moves the vector.
 */
async function tokenizeAll(
  { tokenizer }: Loaded,
  texts: readonly string[],
  { maxTokens, prefix }: { maxTokens: number; prefix: string },
  signal: AbortSignal | undefined,
): Promise<number[][]> {
  const idsOf = (part: string[]) => tokenizer(part, { padding: false, truncation: false, return_tensor: false }).input_ids;
  const closing = idsOf([''])[0].at(-1);
  const tokens: number[][] = [];
  for (let start = 0; start < texts.length; start += 512) {
    signal?.throwIfAborted();
    // Text beyond 64 letters per token is cut anyway, and tokenizing it takes time.
    const part = texts.slice(start, start + 512).map((t) => wellFormed(prefix + t.slice(0, maxTokens * 64)));
    for (const ids of idsOf(part)) {
      if (ids.length <= maxTokens) tokens.push(ids);
      else if (ids.at(-1) === closing) tokens.push([...ids.slice(0, maxTokens - 1), closing as number]);
      else tokens.push(ids.slice(0, maxTokens));
    }
    if (start > 0) await yieldNow();
  }
  return tokens;
}

/** The vocabulary by id, when the tokenizer is the one of uncased BERT, which attune has itself. */
function vocabularyOf(tokenizer: Tokenizer): readonly string[] | undefined {
  const { model, normalizer } = tokenizer._tokenizerJSON ?? {};
  const isBert = model?.type === 'WordPiece' && (model.continuing_subword_prefix ?? '##') === '##';
  const vocabulary = isBert && normalizer?.type === 'BertNormalizer' && normalizer.lowercase ? tokenizer.get_vocab?.() : undefined;
  if (!vocabulary) return undefined;
  const tokens: string[] = [];
  for (const [token, id] of vocabulary) tokens[id] = token;
  return Array.from(tokens, (token, id) => token ?? `[unused id ${id}]`);
}

/**
 * Maximum number of tokens per batch, including padding. The output of a layer for 512 tokens still fits a processor's cache: MiniLM took 12 % less of its time
 * for 512 than for 2,048, and no less for 128.
 */
const batchTokens = 512;

/** Where the batch that begins at `start` ends. It ends early where texts become shorter, when it is large enough to be worth a call. */
function endOfBatch(order: readonly number[], tokens: readonly number[][], start: number, batchSize: number): number {
  const width = Math.max(1, tokens[order[start]].length);
  const most = Math.min(order.length, start + batchSize, start + Math.max(1, Math.floor(batchTokens / width)));
  const enough = start + Math.ceil(batchTokens / 2 / width);
  let end = start + 1;
  while (end < most && (end < enough || tokens[order[end]].length === width)) end++;
  return end;
}

/** Embeds one batch into the rows of `vectors` that its texts own. */
async function runBatch(
  model: Loaded,
  name: string,
  batch: number[],
  tokens: number[][],
  pooling: 'mean' | 'cls',
  vectors: Float32Array,
): Promise<void> {
  let hidden: TensorLike;
  try {
    hidden = await forward(
      model,
      batch.map((k) => tokens[k]),
    );
  } catch (cause) {
    throw new AttuneError('ERR_EMBEDDER', `Embedder '${name}' failed: ${messageOf(cause)}.`, { cause });
  }
  const [, width, dimensions] = hidden.dims;
  const { data } = hidden; // once: the tensor is a proxy, and asking it for each number took a quarter of all time
  batch.forEach((k, row) => {
    const count = pooling === 'cls' ? 1 : tokens[k].length;
    const to = k * dimensions;
    for (let t = 0; t < count; t++) {
      const from = (row * width + t) * dimensions;
      for (let d = 0; d < dimensions; d++) vectors[to + d] += data[from + d];
    }
  });
}

/** Hidden states, texts x tokens x dimensions; shorter texts are padded at the end and masked. */
async function forward({ run, Tensor }: Loaded, batch: number[][]): Promise<TensorLike> {
  const width = batch.reduce((longest, ids) => Math.max(longest, ids.length), 1);
  const ids = new BigInt64Array(batch.length * width);
  const mask = new BigInt64Array(batch.length * width);
  batch.forEach((row, r) => {
    row.forEach((id, t) => {
      ids[r * width + t] = BigInt(id);
      mask[r * width + t] = 1n;
    });
  });
  const dims = [batch.length, width];
  const output = await run({ input_ids: new Tensor('int64', ids, dims), attention_mask: new Tensor('int64', mask, dims) });
  const hidden = output.last_hidden_state ?? output.token_embeddings ?? output.logits;
  if (hidden?.dims.length === 3) return hidden;
  throw new Error('the model gives no hidden states of its tokens; take one made for feature extraction');
}
