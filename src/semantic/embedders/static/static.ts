import { type Embedder, type EmbedOptions, normalizeRows } from '../../../contracts/embedder.ts';
import { AttuneError, shown } from '../../../errors.ts';
import { xxHash32 } from '../../../numeric/xx-hash.ts';
import { anything, number, optional, readOptions } from '../../../options.ts';
import { reportAndYield } from '../../../work/report-and-yield.ts';
import { readEmbed } from '../read-embed.ts';
import { readModel2Vec } from './model2vec.ts';
import { fromModel2Vec, readStaticFiles, readStaticTable, type StaticFiles, type StaticTable, writeStaticTable } from './static-file.ts';
import { topicChances } from './topics.ts';
import { WordPiece } from './word-piece.ts';

/** Options of {@link staticEmbedder} for a table that lies in several files. */
export interface StaticOptions extends StaticFiles {
  /** Weight in hybrid search, 0 to 1. Default: what the table says. */
  hybridWeight?: number | undefined;
}

/** What belongs to the `model.safetensors` of Model2Vec. */
export interface Model2VecOptions {
  /** `tokenizer.json`, as text, bytes, or the object. It must be the one of uncased BERT (WordPiece), as in potion-base and potion-retrieval. */
  tokenizer: string | Uint8Array | object;
  /** Weight in hybrid search, 0 to 1. Default 0.5. */
  hybridWeight?: number | undefined;
}

/** An embedder that is a table of token vectors. */
export interface StaticEmbedder extends Embedder {
  /** The family, for files that bring it along. */
  readonly kind: 'static';
  /** Number of tokens. */
  readonly rows: number;
  /** The table as one file, for {@link staticEmbedder}. */
  toBytes(): Uint8Array<ArrayBuffer>;
}

/**
 * Vectors by a table of token vectors: the text is cut into tokens as BERT does, their vectors are added up, the sum is scaled to
 * length 1 (Tissier et al. 2019 and Model2Vec are the idea). No model runs: a query takes microseconds. {@link distil} makes a table.
 *
 * Files of Model2Vec, such as those of the potion family, are read with the option `tokenizer`. Each row is rounded to 8 bits.
 *
 * @param source the bytes that `toBytes()` of such an embedder gave (or the embedder itself), or the files of a table in the format
 *   `attune-static`, version 0: `{ model, vocab, config }`.
 * @throws ERR_BAD_FILE for a damaged or incomplete table; ERR_NEWER_FORMAT; ERR_WRONG_KIND; ERR_BAD_OPTION.
 */
export function staticEmbedder(source: Uint8Array | StaticEmbedder | StaticOptions, options?: Model2VecOptions): StaticEmbedder {
  if (options !== undefined) {
    const { tokenizer, hybridWeight } = readOptions('staticEmbedder', options, {
      tokenizer: anything<Model2VecOptions['tokenizer']>(),
      hybridWeight: number({ default: 0.5, min: 0, max: 1 }),
    });
    return new StaticTableEmbedder(readModel2Vec(file(source, 'staticEmbedder: the model'), tokenizer, hybridWeight));
  }
  if (source instanceof StaticTableEmbedder) return source;
  if (source instanceof Uint8Array) return staticFromBytes(source);
  const { hybridWeight, ...files } = readOptions('staticEmbedder', source, {
    model: file,
    vocab: (value: unknown, name: string) => (typeof value === 'string' ? value : file(value, name)),
    config: anything<StaticFiles['config']>(),
    hybridWeight: optional(number({ min: 0, max: 1 })),
  });
  const table = readStaticFiles(files);
  return new StaticTableEmbedder(hybridWeight === undefined ? table : { ...table, hybridWeight });
}

/** The inverse of `toBytes`. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function staticFromBytes(bytes: Uint8Array): StaticEmbedder {
  return new StaticTableEmbedder(readStaticTable(bytes));
}

/** An embedder over a validated table. */
export function staticFromTable(table: StaticTable): StaticEmbedder {
  return new StaticTableEmbedder(table);
}

class StaticTableEmbedder implements StaticEmbedder {
  readonly kind = 'static';
  readonly name: string;
  readonly dimensions: number;
  readonly rows: number;
  readonly hybridWeight: number;
  readonly sentenceWeight: number | undefined;
  readonly #table: StaticTable;
  readonly #tokens: WordPiece;
  readonly #sum: Float64Array;
  readonly #chances: Float64Array;

  constructor(table: StaticTable) {
    const { codes, scales, dimensions, topics } = table;
    // The numbers are part of the name, because an index may only be searched with the table it was made for.
    const bytes = (data: Int8Array | Uint8Array | Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    // So are the tokens where they come from a file of their own, which may be that of another model.
    const tokens = table.source === fromModel2Vec ? [new TextEncoder().encode(table.vocabulary.join('\n'))] : [];
    const parts = [codes, scales, ...(topics ? [topics.weights, Float32Array.of(topics.share)] : []), ...tokens];
    const mark = parts.map((part) => xxHash32(bytes(part)).toString(16).padStart(8, '0')).join('');
    this.name = `static ${table.source} ${mark}`;
    this.dimensions = dimensions + (topics?.names.length ?? 0);
    this.rows = scales.length;
    this.hybridWeight = table.hybridWeight;
    this.sentenceWeight = table.sentenceWeight;
    this.#table = table;
    this.#tokens = new WordPiece(table.vocabulary);
    this.#sum = new Float64Array(dimensions);
    this.#chances = new Float64Array(topics ? topics.names.length + 1 : 0);
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array> {
    const { signal, onProgress } = readEmbed(this.name, texts, options);
    const { dimensions } = this;
    const vectors = new Float32Array(texts.length * dimensions);
    for (let t = 0; t < texts.length; t++) {
      if (t % 1024 === 0) await reportAndYield('embedding', t, texts.length, { signal, onProgress });
      this.#embed(this.#tokens.ids(texts[t]), vectors, t * dimensions);
    }
    onProgress?.({ phase: 'embedding', done: texts.length, total: texts.length });
    return normalizeRows(vectors, dimensions);
  }

  readonly tokens = {
    of: (text: string) => this.#tokens.ids(text).map((id) => this.#table.vocabulary[id]),
    adder: (vocabulary: readonly string[]) => {
      const numbers = new Map(this.#table.vocabulary.map((token, id) => [token, id]));
      const ids = vocabulary.map((token) => numbers.get(token) ?? 0);
      return (tokens: readonly number[], vectors: Float32Array, at: number) =>
        this.#embed(
          tokens.map((token) => ids[token]),
          vectors,
          at,
        );
    },
  };

  toBytes(): Uint8Array<ArrayBuffer> {
    return writeStaticTable(this.#table);
  }

  /** The vector of a text, of any length, into `vectors`. */
  #embed(ids: number[], vectors: Float32Array, at: number): void {
    const { topics, dimensions } = this.#table;
    const sum = this.#added(ids);
    vectors.set(sum, at);
    if (!topics) return;
    let squares = 0;
    for (let d = 0; d < dimensions; d++) squares += sum[d] * sum[d];
    if (squares === 0) return;
    const scale = 1 / Math.sqrt(squares);
    for (let d = 0; d < dimensions; d++) sum[d] *= scale;
    vectors.set(sum, at);
    topicChances(topics.weights, dimensions, sum, 0, this.#chances);
    // Roots, so that the dot product of two texts is the affinity of their chances (Bhattacharyya 1943); times the best one, so that a text of
    // which no topic is likely, such as an abstract of medicine, is compared by its tokens alone.
    const chances = this.#chances.subarray(0, topics.names.length);
    const best = topics.share * chances.reduce((most, chance) => Math.max(most, chance), 0);
    for (let k = 0; k < chances.length; k++) vectors[at + dimensions + k] = best * Math.sqrt(chances[k]);
  }

  /** The mean of the rows; overwrites the previous one. */
  #added(ids: number[]): Float64Array {
    const { codes, scales, bits, dimensions } = this.#table;
    const sum = this.#sum.fill(0);
    for (const id of ids) {
      const scale = scales[id] / ids.length;
      if (bits === 8) {
        const at = id * dimensions;
        for (let d = 0; d < dimensions; d++) sum[d] += scale * codes[at + d];
      } else {
        const at = (id * dimensions) / 2;
        for (let d = 0; d < dimensions; d += 2) {
          const pair = codes[at + d / 2];
          sum[d] += scale * ((pair << 28) >> 28);
          sum[d + 1] += scale * ((pair << 24) >> 28);
        }
      }
    }
    return sum;
  }
}

function file(value: unknown, name: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be the bytes of a file (Uint8Array), got ${shown(value)}.`);
}
