import { AttuneError, shown } from '../errors.ts';
import type { Progress } from '../options.ts';
import { untilAborted } from '../work/until-aborted.ts';

/** Options of {@link Embedder.embed}. */
export interface EmbedOptions {
  /** Aborts: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Called regularly with phase `'embedding'`; `done` and `total` count texts. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Turns texts into vectors. Three members are required; the others are capabilities that only some embedders have.
 *
 * Two embedders of the same `name` and `dimensions` must give the same vectors: an index remembers the name and refuses a
 * different one when it is loaded.
 */
export interface Embedder {
  /** Identifies what makes these vectors, for example the model and its precision. */
  readonly name: string;
  /** Length of a vector. An embedder that must load a model to know it may report 0 until {@link prepare} is done. */
  readonly dimensions: number;
  /** One row per text, row-major, each row of length 1 (or all zero when there is nothing in the text to embed). */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array>;
  /** Loads what is needed before the first `embed`; called by an index before it reads `dimensions`. */
  prepare?(): Promise<void>;
  /** Learns from a catalogue, such as how rare each word is. Returns a new embedder; this one stays as it is. */
  fit?(texts: readonly string[], options?: EmbedOptions): Promise<Embedder>;
  /** The tokens that it splits texts into, if they are those of an uncased WordPiece vocabulary; undefined otherwise. Used by `distil`. */
  vocabulary?(): Promise<readonly string[] | undefined>;
  /** The weight of its scores in hybrid search, 0 to 1, found by measuring. Without it an index uses 0.5. */
  readonly hybridWeight?: number | undefined;
  /**
   * The weight for short queries that are sentences, such as `dryer that saves energy`: with a function word, three to eight words, no digits.
   * Their words are seldom those of the right items. Default: `hybridWeight`.
   */
  readonly sentenceWeight?: number | undefined;
  /** Name of a built-in family that can be restored from {@link toBytes}, so that an index file needs no embedder next to it. */
  readonly kind?: string | undefined;
  /** Everything it has learnt. */
  toBytes?(): Uint8Array<ArrayBuffer>;
  /** For built-in families whose vectors depend on the tokens of a text alone: index files then keep tokens, in a tenth of the bytes of vectors. */
  readonly tokens?: TokenEmbedding | undefined;
}

/** How an embedder makes a vector from tokens. */
export interface TokenEmbedding {
  /** The tokens of a text, in order. */
  of(text: string): string[];
  /** @returns a function that adds up, at a place, what `embed` does before it scales to length 1, from tokens by their place in `vocabulary`. */
  adder(vocabulary: readonly string[]): (tokens: readonly number[], vectors: Float32Array, at: number) => void;
}

/** Calls an embedder and validates its output; rows whose length is not 1 are normalized. @throws ERR_EMBEDDER when the answer has the wrong shape or is not finite. */
export async function embedWith(embedder: Embedder, texts: readonly string[], options: EmbedOptions): Promise<Float32Array> {
  options.signal?.throwIfAborted();
  const vectors = texts.length === 0 ? new Float32Array(0) : await untilAborted(embedder.embed(texts, options), options.signal);
  options.signal?.throwIfAborted();
  const wanted = texts.length * embedder.dimensions;
  if (!(vectors instanceof Float32Array) || vectors.length !== wanted) {
    const got = vectors instanceof Float32Array ? `${vectors.length} numbers` : shown(vectors);
    throw new AttuneError(
      'ERR_EMBEDDER',
      `Embedder '${embedder.name}': expected a Float32Array of ${texts.length} x ${embedder.dimensions} numbers, got ${got}. Repair its embed function.`,
    );
  }
  for (let k = 0; k < vectors.length; k++) {
    if (Number.isFinite(vectors[k])) continue;
    const row = Math.floor(k / embedder.dimensions);
    throw new AttuneError(
      'ERR_EMBEDDER',
      `Embedder '${embedder.name}': expected finite numbers, got ${vectors[k]} for text ${row}, ${shown(texts[row])}.`,
    );
  }
  return hasUnitRows(vectors, embedder.dimensions) ? vectors : normalizeRows(vectors.slice(), embedder.dimensions);
}

/** Whether every row has length 1, up to rounding or quantization, or is all zeros. */
function hasUnitRows(vectors: Float32Array, dimensions: number): boolean {
  for (let start = 0; start < vectors.length; start += dimensions) {
    let sum = 0;
    for (let k = start; k < start + dimensions; k++) sum += vectors[k] * vectors[k];
    if (sum !== 0 && Math.abs(sum - 1) > 0.01) return false;
  }
  return true;
}

/** The vectors of documents; a document without text has zeros, which are close to nothing. */
export async function embedDocuments(embedder: Embedder, texts: readonly string[], options: EmbedOptions): Promise<Float32Array> {
  const rows = [...texts.keys()].filter((k) => texts[k].trim() !== '');
  const vectors = await embedWith(
    embedder,
    rows.map((k) => texts[k]),
    options,
  );
  if (rows.length === texts.length) return vectors;
  const { dimensions } = embedder;
  const all = new Float32Array(texts.length * dimensions);
  rows.forEach((k, row) => {
    all.set(vectors.subarray(row * dimensions, (row + 1) * dimensions), k * dimensions);
  });
  return all;
}

/** Scales every row to length 1, in place; rows of zeros stay. */
export function normalizeRows(vectors: Float32Array, dimensions: number): Float32Array {
  for (let start = 0; start < vectors.length; start += dimensions) {
    let sum = 0;
    for (let k = start; k < start + dimensions; k++) sum += vectors[k] * vectors[k];
    if (sum === 0) continue;
    const scale = 1 / Math.sqrt(sum);
    for (let k = start; k < start + dimensions; k++) vectors[k] *= scale;
  }
  return vectors;
}
