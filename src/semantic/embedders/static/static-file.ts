import { type ModelFile, readModelFile, writeModelFile } from '../../../data/files/model-file.ts';
import { readSafetensors, type Tensor } from '../../../data/files/safetensors.ts';
import { IdMap } from '../../../data/id-map.ts';
import { AttuneError, shown } from '../../../errors.ts';
import type { Topics } from './topics.ts';

/** The source of tables that Model2Vec made. */
export const fromModel2Vec = 'of Model2Vec';

/** A table of token vectors: the vector of row i is `scales[i]` times its codes. */
export interface StaticTable {
  /** Length of a vector. */
  dimensions: number;
  /** 8: one Int8 per number. 4: two numbers per byte, -8 to 7, the first in the low nibble. */
  bits: 8 | 4;
  codes: Int8Array | Uint8Array;
  scales: Float32Array;
  /** The token of each row, in the manner of WordPiece. */
  vocabulary: string[];
  /** What it was made from, for people; part of the embedder's name. */
  source: string;
  /** The weight in hybrid search that suits it. */
  hybridWeight: number;
  /** The weight for sentences; undefined: the same. */
  sentenceWeight?: number | undefined;
  /** What tells apart what texts are about; undefined: nothing does. */
  topics?: Topics | undefined;
}

/** A table in the three files of the format `attune-static`, version 0. */
export interface StaticFiles {
  /** Bytes of `model.safetensors`: `embeddings`, I8 of rows x dimensions, and `scales`, F16 or F32 of rows. */
  model: Uint8Array;
  /** `vocab.txt`, as text or bytes: one token per line; the line number is the row. */
  vocab: string | Uint8Array;
  /** `config.json`, as text, bytes, or the object. Its settings must be those of this format; without it they are taken to be. */
  config?: string | Uint8Array | object;
}

const kind = 'static-embedder';
/** 2 has topics; a table without them is written as version 1, for those who have not updated. */
const formatVersion = 2;

/** One file that holds the whole table. */
export function writeStaticTable(table: StaticTable): Uint8Array<ArrayBuffer> {
  const { dimensions, bits, codes, scales, vocabulary, source, hybridWeight, sentenceWeight, topics } = table;
  return writeModelFile({
    kind,
    formatVersion: topics ? formatVersion : 1,
    settings: {
      dimensions,
      bits,
      source,
      hybridWeight,
      ...(sentenceWeight !== undefined && { sentenceWeight }),
      ...(topics && { topicShare: topics.share }),
    },
    tensors: {
      embeddings: { data: codes, shape: [scales.length, (dimensions * bits) / 8] },
      scales: { data: scales, shape: [scales.length] },
      ...(topics && { topics: { data: topics.weights, shape: [topics.names.length + 1, dimensions] } }),
    },
    ids: { vocabulary: new IdMap(vocabulary), ...(topics && { topics: new IdMap(topics.names) }) },
  });
}

/** The inverse of {@link writeStaticTable}. @throws ERR_BAD_FILE, ERR_WRONG_KIND, ERR_NEWER_FORMAT */
export function readStaticTable(bytes: Uint8Array): StaticTable {
  const file = readModelFile(bytes, kind, formatVersion);
  const { dimensions, bits, source, hybridWeight, sentenceWeight } = file.settings;
  const rows = file.ids.vocabulary?.size;
  if (rows === undefined) bad('its vocabulary is missing');
  if (!isDimensions(dimensions)) bad(`its settings say ${shown(dimensions)} dimensions`);
  if (bits !== 8 && bits !== 4) bad(`its settings say ${shown(bits)} bits`);
  if (bits === 4 && dimensions % 2 === 1) bad('4 bits need an even number of dimensions');
  if (typeof source !== 'string') bad(`its settings say source ${shown(source)}`);
  if (!isWeight(hybridWeight)) bad(`its settings say hybridWeight ${shown(hybridWeight)}`);
  if (sentenceWeight !== undefined && !isWeight(sentenceWeight)) bad(`its settings say sentenceWeight ${shown(sentenceWeight)}`);
  const codes =
    bits === 8 ? tensor(file, 'embeddings', [rows, dimensions], Int8Array) : tensor(file, 'embeddings', [rows, dimensions / 2], Uint8Array);
  const scales = checkedScales(tensor(file, 'scales', [rows], Float32Array));
  const topics = readTopics(file, dimensions);
  return { dimensions, bits, codes, scales, vocabulary: [...file.ids.vocabulary], source, hybridWeight, sentenceWeight, topics };
}

function readTopics(file: ModelFile, dimensions: number): Topics | undefined {
  const { topicShare: share } = file.settings;
  if (share === undefined) return undefined;
  if (typeof share !== 'number' || !(share > 0 && share <= 100)) bad(`its settings say topicShare ${shown(share)}`);
  const names = [...(file.ids.topics ?? bad('the names of its topics are missing'))];
  const weights = tensor(file, 'topics', [names.length + 1, dimensions], Float32Array);
  if (!weights.every(Number.isFinite)) bad('a weight of its topics is not finite');
  return { names, weights, share };
}

/** Reads the three files. @throws ERR_BAD_FILE, ERR_NEWER_FORMAT, ERR_WRONG_KIND */
export function readStaticFiles({ model, vocab, config }: StaticFiles): StaticTable {
  const { tensors, metadata } = readSafetensors(model);
  const settings = config === undefined ? {} : readConfig(config);
  const format = settings.model_type ?? metadata.format;
  if (format !== 'attune-static' || (metadata.format ?? format) !== 'attune-static') {
    throw new AttuneError(
      'ERR_WRONG_KIND',
      `Expected a table of the format 'attune-static', got ${shown(metadata.format ?? format)}. Only such tables can be read.`,
    );
  }
  const version = Number(metadata.version ?? 0);
  if (!Number.isSafeInteger(version) || version < 0) bad(`its version is ${shown(metadata.version)}`);
  if (version > 0) throw new AttuneError('ERR_NEWER_FORMAT', `Expected version 0 of 'attune-static', got ${version}. Update attune.`);
  const embeddings = Object.hasOwn(tensors, 'embeddings') ? tensors.embeddings : undefined;
  if (embeddings?.shape.length !== 2) return bad('tensor embeddings of rows x dimensions is missing');
  const [rows, dimensions] = embeddings.shape;
  if (!isDimensions(dimensions)) bad(`it has ${dimensions} dimensions`);
  checkConfig(settings, metadata, rows, dimensions);
  const codes = tensor({ tensors }, 'embeddings', [rows, dimensions], Int8Array);
  const given = Object.hasOwn(tensors, 'scales') ? tensors.scales : undefined;
  if (given?.dtype !== 'F16' && !(given?.data instanceof Float32Array)) bad('tensor scales, F16 or F32, is missing');
  if (given.data.length !== rows) bad(`it has ${given.data.length} scales for ${rows} rows`);
  const scales = checkedScales(given.dtype === 'F16' ? Float32Array.from(given.data, halfFloat) : (given.data.slice() as Float32Array));
  const vocabulary = readVocabulary(vocab);
  if (vocabulary.length !== rows) bad(`its vocabulary has ${vocabulary.length} tokens for ${rows} rows`);
  return { dimensions, bits: 8, codes, scales, vocabulary, source: 'attune-static', hybridWeight: 0.3 };
}

/** Settings that would produce different vectors. */
function checkConfig(settings: Record<string, unknown>, metadata: Record<string, string>, rows: number, dimensions: number): void {
  const tokenizer = (settings.tokenizer ?? {}) as Record<string, unknown>;
  const expected: [string, unknown, unknown][] = [
    ['rows', settings.rows ?? rows, rows],
    ['dim', settings.dim ?? dimensions, dimensions],
    ['dim', Number(metadata.dim ?? dimensions), dimensions],
    ['pooling', settings.pooling ?? 'mean', 'mean'],
    ['pooling', metadata.pooling ?? 'mean', 'mean'],
    ['normalize', settings.normalize ?? true, true],
    ['normalize', metadata.normalize ?? 'true', 'true'],
    ['tokenizer.type', tokenizer.type ?? 'wordpiece', 'wordpiece'],
    ['tokenizer.lowercase', tokenizer.lowercase ?? true, true],
    ['tokenizer.strip_accents', tokenizer.strip_accents ?? true, true],
    ['tokenizer.unk', tokenizer.unk ?? '[UNK]', '[UNK]'],
    ['tokenizer.max_input_chars_per_word', tokenizer.max_input_chars_per_word ?? 100, 100],
  ];
  for (const [name, got, wanted] of expected) if (got !== wanted) bad(`its setting ${name} is ${shown(got)} instead of ${shown(wanted)}`);
}

function readConfig(config: string | Uint8Array | object): Record<string, unknown> {
  if (typeof config === 'object' && config !== null && !(config instanceof Uint8Array)) return config as Record<string, unknown>;
  try {
    const read = JSON.parse(textOf(config as string | Uint8Array));
    if (read !== null && typeof read === 'object' && !Array.isArray(read)) return read;
  } catch {
    // not JSON
  }
  return bad('its config.json is not a JSON object');
}

function readVocabulary(vocab: string | Uint8Array): string[] {
  const lines = textOf(vocab).split('\n');
  if (lines.at(-1) === '') lines.pop();
  const tokens = lines.map((line) => line.replace(/\r$/, ''));
  const seen = new Set<string>();
  tokens.forEach((token, k) => {
    if (token === '') bad(`line ${k + 1} of its vocabulary is empty`);
    if (seen.has(token)) bad(`token ${shown(token)} occurs twice in its vocabulary`);
    seen.add(token);
  });
  return tokens;
}

/** Text, or bytes as UTF-8. @throws ERR_BAD_FILE */
export function textOf(text: string | Uint8Array): string {
  if (typeof text === 'string') return text;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return bad('a text in it is not UTF-8');
  }
}

function tensor<T extends Tensor['data']>(
  { tensors }: Pick<ModelFile, 'tensors'>,
  name: string,
  shape: number[],
  type: new (n: number) => T,
): T {
  const found = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  const fits = found?.data instanceof type && found.shape.join() === shape.join();
  return fits ? (found.data.slice() as T) : bad(`tensor ${name} of ${shape.join(' x ')} is missing`);
}

function checkedScales(scales: Float32Array): Float32Array {
  const wrong = scales.findIndex((scale) => !Number.isFinite(scale));
  return wrong < 0 ? scales : bad(`the scale of row ${wrong} is ${scales[wrong]}`);
}

/** A 16-bit float from its bits. */
export function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 0
      ? 2 ** -24 * fraction
      : exponent === 31
        ? fraction
          ? Number.NaN
          : Number.POSITIVE_INFINITY
        : 2 ** (exponent - 15) * (1 + fraction / 1024);
  return bits & 0x8000 ? -size : size;
}

const isDimensions = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_536;
const isWeight = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1;

function bad(what: string): never {
  throw new AttuneError('ERR_BAD_FILE', `Not a readable table of token vectors: ${what}. Restore it from a copy, or make it again.`);
}
