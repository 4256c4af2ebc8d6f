import type { RelevanceScorer } from '../../contracts/relevance-scorer.ts';
import { AttuneError } from '../../errors.ts';
import { integer, readOptions, text } from '../../options.ts';
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

/** Options of {@link crossEncoder}. */
export interface CrossEncoderOptions extends PeerModelOptions {
  /** A text-classification model with one label, in the layout of transformers.js. Default `'Xenova/ms-marco-MiniLM-L-6-v2'`: English. */
  model?: string | undefined;
  /** Maximum number of texts per batch, 1 to 256. Default 16. */
  batchSize?: number | undefined;
  /** A query and a text that are longer together are cut, 8 to 8192 tokens. Default 256. */
  maxTokens?: number | undefined;
}

/** A scorer that holds a model in memory. */
export interface CrossEncoder extends RelevanceScorer {
  /** Frees the model. It is loaded again when needed. */
  dispose(): Promise<void>;
}

/**
 * Reads a query and a text together, through the optional package `@huggingface/transformers`, and says how well one answers the other, 0 to 1. Slower
 * than comparing vectors and better at it, so it is for the first few dozen items of a search: its option `rerank`.
 *
 * @throws ERR_BAD_OPTION; on first use ERR_MISSING_PEER without the package, ERR_EMBEDDER when the model cannot be loaded or run.
 */
export function crossEncoder(options: CrossEncoderOptions = {}): CrossEncoder {
  const o = readOptions('crossEncoder', options, {
    model: text({ default: 'Xenova/ms-marco-MiniLM-L-6-v2' }),
    batchSize: integer({ default: 16, min: 1, max: 256 }),
    maxTokens: integer({ default: 256, min: 8, max: 8192 }),
    ...peerModelChecks,
  });
  const lazy = new LazyModel(() => loadModel(o));
  return {
    name: `${o.model} ${o.dtype} ${o.maxTokens}`,
    async score(query, texts, { signal } = {}) {
      signal?.throwIfAborted();
      const model = await lazy.get();
      const scores = new Float32Array(texts.length);
      // Texts of like lengths go through together, because a batch takes as long as its longest text.
      const order = Array.from(texts.keys()).sort((a, b) => texts[a].length - texts[b].length || a - b);
      for (let start = 0; start < order.length; start += o.batchSize) {
        signal?.throwIfAborted();
        const batch = order.slice(start, start + o.batchSize);
        const logits = await logitsOf(
          model,
          query,
          batch.map((k) => texts[k]),
          o,
        );
        for (let k = 0; k < batch.length; k++) scores[batch[k]] = 1 / (1 + Math.exp(-logits[k]));
      }
      signal?.throwIfAborted();
      return scores;
    },
    dispose: () => lazy.dispose(),
  };
}

/** What is used of `@huggingface/transformers`. */
interface PairModule {
  AutoTokenizer: { from_pretrained(model: string, options: object): Promise<Loaded['tokenizer']> };
  AutoModelForSequenceClassification: { from_pretrained(model: string, options: object): Promise<Loaded['run']> };
}

interface Loaded {
  tokenizer: (texts: string[], options: object) => unknown;
  run: ((inputs: unknown) => Promise<{ logits: { data: ArrayLike<number>; dims: number[] } }>) & { dispose?(): Promise<unknown> };
}

interface ModelChoice {
  model: string;
  dtype: string;
  localModelPath: string | undefined;
  maxTokens: number;
  threads: number | undefined;
}

async function loadModel(o: ModelChoice): Promise<Loaded> {
  const peer = await loadPeer<PairModule>('crossEncoder');
  const source = sourceOf(o.model, o.localModelPath);
  const options = { local_files_only: o.localModelPath !== undefined };
  try {
    const tokenizer = await peer.AutoTokenizer.from_pretrained(source, options);
    const settings = { ...options, dtype: o.dtype, session_options: sessionOptions(o.threads) };
    return { tokenizer, run: await peer.AutoModelForSequenceClassification.from_pretrained(source, settings) };
  } catch (cause) {
    throw new AttuneError(
      'ERR_EMBEDDER',
      `crossEncoder: model '${o.model}' with dtype '${o.dtype}' could not be loaded from ${o.localModelPath ?? 'the model hub'}: ${messageOf(cause)}. Check the name and the network, or pass localModelPath, a folder that holds ${o.model}/config.json.`,
      { cause },
    );
  }
}

/** One number for each text. */
async function logitsOf({ tokenizer, run }: Loaded, query: string, texts: string[], o: ModelChoice): Promise<ArrayLike<number>> {
  // Text beyond 64 letters per token is cut anyway, and tokenizing it takes time.
  const short = (value: string) => wellFormed(value.slice(0, o.maxTokens * 64));
  const inputs = tokenizer(
    texts.map(() => short(query)),
    { text_pair: texts.map(short), padding: true, truncation: true, max_length: o.maxTokens },
  );
  try {
    const { logits } = await run(inputs);
    if (logits.dims[0] === texts.length && logits.data.length === texts.length) return logits.data;
    throw new Error(`it gives ${logits.dims.join(' x ')} numbers for ${texts.length} texts; take a model with one label`);
  } catch (cause) {
    throw new AttuneError('ERR_EMBEDDER', `crossEncoder: model '${o.model}' failed: ${messageOf(cause)}.`, { cause });
  }
}
