import { type Embedder, embedDocuments } from '../../../contracts/embedder.ts';
import { availableThreads } from '../../../engine/threads/runtime.ts';
import { AttuneError, shown } from '../../../errors.ts';
import {
  abortSignal,
  anything,
  callback,
  choice,
  integer,
  number,
  optional,
  type Progress,
  readOptions,
  threads,
} from '../../../options.ts';
import { quantized } from '../static/quantized.ts';
import { type StaticEmbedder, staticFromTable } from '../static/static.ts';
import type { StaticTable } from '../static/static-file.ts';
import { WordPiece } from '../static/word-piece.ts';
import { inPrincipalAxes } from './distil-axes.ts';
import type { DistilSample } from './distil-fit.ts';
import { sentencesOf, vocabularyOf } from './distil-texts.ts';
import { type TopicText, withTopics } from './topic-texts.ts';

/** Options of {@link distil}. */
export interface DistilOptions {
  /** The embedder to imitate, such as a `transformersEmbedder`. */
  teacher: Embedder;
  /** Training texts: those of the catalogue, as they are embedded for the index. */
  texts: Iterable<string>;
  /** The teacher's vectors of the texts, row-major, if they are there already; so the teacher need not embed them again. */
  vectors?: Float32Array | undefined;
  /** How many sentences of longer texts are learnt from as well, drawn at random. Default 0; on SciFact 20,000 gained less than .001 nDCG@10. */
  sentences?: number | undefined;
  /** What the table is for: `'queries'` (default) against documents of the teacher, or queries and `'documents'` alike, without it. */
  use?: 'queries' | 'documents' | undefined;
  /** The WordPiece vocabulary. Default: the teacher's if it has such, or made from the texts. */
  vocabulary?: readonly string[] | undefined;
  /** Length of a vector of a table for documents, up to the teacher's, which is the default. Fewer make a smaller table that loses little. */
  dimensions?: number | undefined;
  /** Bits of a number in the table, 8 (default) or 4. */
  bits?: 8 | 4 | undefined;
  /** Batches to learn from. Default 500, or as many as go through everything five times. */
  steps?: number | undefined;
  /** Texts per batch, 4 to 4096. Default 512. */
  batchSize?: number | undefined;
  /** Initial learning rate, for vectors of length 1; it decays to 0. Default 0.01. */
  learningRate?: number | undefined;
  /** Softmax temperature: smaller values separate near and far texts of a batch more sharply. Above 0, default 0.05. */
  temperature?: number | undefined;
  /** Weight of the neighbourhoods beside the cosine, 0 or more. Default 1. */
  neighbours?: number | undefined;
  /** Weight in hybrid search that the embedder will have, 0 to 1. Default 0.6 for queries, 0.5 for documents as well. */
  hybridWeight?: number | undefined;
  /** The same for short queries that are sentences. Default: `hybridWeight`. */
  sentenceWeight?: number | undefined;
  /**
   * Texts with what they are about, such as titles and queries with the kind of product; undefined where they are about none of these. The table then
   * tells these topics apart, also where they share their words, and its vectors have one more number for each. Only with `use: 'documents'`.
   */
  topics?: Iterable<TopicText> | undefined;
  /** How much the topics count beside the sum of the tokens, which counts 1. Above 0, default 1. */
  topicShare?: number | undefined;
  /** Seed of the order of texts. Default 1. */
  seed?: number | undefined;
  /** Threads, 1 to 256, or `'auto'` (default): one per core. The result does not depend on it. */
  threads?: number | 'auto' | undefined;
  /** Called with the phases `'embedding'` (texts), `'fitting'` (batches, with `cosine`: how close the table is to the teacher) and `'topics'`. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborts: the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Makes a table of token vectors that imitates an embedder on your own texts: then documents can be embedded once by a transformer,
 * and queries in microseconds without it (`queryEmbedder` of an index), at some loss. No labels and no queries are needed.
 *
 * Each row begins as the teacher's vector of that token, centred and weighted against frequent ones (SIF, Arora et al. 2017; the
 * idea of Model2Vec), and is then fitted, so that the mean over a text matches the teacher's vector of the text and has the same
 * neighbours. Deterministic for a seed, whatever the threads.
 *
 * @returns an embedder of the teacher's dimensions; `toBytes()` saves it, `staticEmbedder(bytes)` brings it back.
 * @throws ERR_BAD_OPTION; ERR_EMPTY without a text to learn from; ERR_EMBEDDER when the teacher fails; the signal's reason.
 */
export async function distil(options: DistilOptions): Promise<StaticEmbedder> {
  const o = readOptions('distil', options, checks);
  const { signal, onProgress } = o;
  signal?.throwIfAborted();
  await o.teacher.prepare?.();
  const teacher = o.teacher;
  const wanted = checkDimensions(o, teacher.dimensions);
  const texts = readTexts(o.texts);
  const vectors = checkVectors(o.vectors, texts.length, teacher.dimensions);
  const vocabulary = o.vocabulary ?? (await teacher.vocabulary?.()) ?? vocabularyOf(texts, defaultVocabulary);
  const tokens = new WordPiece(vocabulary);

  const parts = new Set(sentencesOf(texts, o.sentences, o.seed));
  for (const text of texts) parts.delete(text);
  const unique = uniqueRows(texts);
  const learnt = [...unique.map((k) => texts[k]), ...parts];
  const asked = [...(vectors ? [] : unique.map((k) => texts[k])), ...parts, ...vocabulary.map(plainToken)];
  const answers = await embedDocuments(teacher, asked, { signal, onProgress });
  const { dimensions } = teacher;
  const targets = new Float32Array(learnt.length * dimensions);
  if (vectors) {
    unique.forEach((k, r) => {
      targets.set(vectors.subarray(k * dimensions, (k + 1) * dimensions), r * dimensions);
    });
  }
  targets.set(answers.subarray(0, (asked.length - vocabulary.length) * dimensions), vectors ? unique.length * dimensions : 0);
  const sample = sampleOf(learnt, targets, dimensions, tokens);
  const count = sample.starts.length - 1;
  if (count === 0)
    throw new AttuneError('ERR_EMPTY', 'distil: expected texts with words to learn from, got none. Pass the texts of the catalogue.');

  const initial = startTable(answers.subarray((asked.length - vocabulary.length) * dimensions), sample, tokens);
  const { fitTable } = await import('./distil-fit.ts');
  const fitted = await fitTable(initial, sample, {
    steps: o.steps ?? Math.max(500, Math.ceil((5 * count) / o.batchSize)),
    batchSize: o.batchSize,
    learningRate: o.learningRate,
    temperature: o.temperature,
    neighbours: o.neighbours,
    against: o.use === 'queries' ? 'teacher' : 'itself',
    seed: o.seed,
    threads: o.threads === 'auto' ? availableThreads() : o.threads,
    signal,
    onProgress,
  });
  const table = wanted === dimensions ? fitted : inPrincipalAxes(fitted, sample, wanted);
  const plain: StaticTable = {
    ...quantized(table, wanted, o.bits),
    vocabulary: [...vocabulary],
    source: `of ${teacher.name}`,
    hybridWeight: o.hybridWeight ?? (o.use === 'queries' ? 0.6 : 0.5),
    sentenceWeight: o.sentenceWeight,
  };
  if (o.topics === undefined) return staticFromTable(plain);
  return withTopics(plain, o.topics, { share: o.topicShare, seed: o.seed, signal, onProgress });
}

const defaultVocabulary = 30_000;
/** What the usual teachers read of a text, so no token behind it can be learnt from. */
const longestText = 254;

const checks = {
  teacher(value: unknown, name: string): Embedder {
    const given = value as Embedder | undefined;
    if (typeof given?.embed === 'function' && typeof given.name === 'string' && Number.isInteger(given.dimensions)) return given;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be an embedder { name, dimensions, embed }, got ${shown(value)}.`);
  },
  texts: anything<Iterable<string>>(),
  vectors: anything<Float32Array | undefined>(),
  sentences: integer({ default: 0, min: 0 }),
  use: choice(['queries', 'documents'] as const, 'queries'),
  vocabulary(value: unknown, name: string): readonly string[] | undefined {
    if (value === undefined) return undefined;
    const good =
      Array.isArray(value) && value.length > 0 && value.every((token) => typeof token === 'string' && token.isWellFormed() && token !== '');
    if (good && new Set(value).size === value.length) return value;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a list of different tokens that are not empty, got ${shown(value)}.`);
  },
  dimensions: optional(integer({ min: 1 })),
  bits: choice([8, 4] as const, 8),
  steps: optional(integer({ min: 0 })),
  batchSize: integer({ default: 512, min: 4, max: 4096 }),
  learningRate: number({ default: 0.01, above: 0, max: 1 }),
  temperature: number({ default: 0.05, min: 0.001, max: 100 }),
  neighbours: number({ default: 1, min: 0, max: 1000 }),
  hybridWeight: optional(number({ min: 0, max: 1 })),
  sentenceWeight: optional(number({ min: 0, max: 1 })),
  topics: anything<Iterable<TopicText> | undefined>(),
  topicShare: number({ default: 1, above: 0, max: 100 }),
  seed: integer({ default: 1 }),
  threads,
  signal: abortSignal,
  onProgress: callback<(progress: Progress) => void>(),
};

/** @returns the length of the table's vectors. */
function checkDimensions(o: { dimensions?: number; use: string; bits: number; topics?: unknown }, teacher: number): number {
  const refuse = (what: string) => {
    throw new AttuneError('ERR_BAD_OPTION', `distil: ${what}`);
  };
  const wanted = o.dimensions ?? teacher;
  if (wanted > teacher) refuse(`option 'dimensions' can be at most the teacher's ${teacher}, got ${wanted}.`);
  if (wanted < teacher && o.use === 'queries')
    refuse(`a table for queries has the ${teacher} dimensions of the documents, got ${wanted}. Pass use: 'documents' for a smaller one.`);
  if (o.topics !== undefined && o.use === 'queries')
    refuse("option 'topics' is for use: 'documents', since vectors of the teacher have none.");
  if (o.bits === 4 && wanted % 2 === 1) refuse(`4 bits need an even number of dimensions, the table has ${wanted}.`);
  return wanted;
}

function readTexts(given: Iterable<string>): string[] {
  if (typeof given !== 'string' && typeof given?.[Symbol.iterator] === 'function') {
    const texts = [...given];
    const wrong = texts.findIndex((text) => typeof text !== 'string');
    if (wrong < 0) return texts;
    throw new AttuneError('ERR_BAD_OPTION', `distil: option 'texts' must hold texts, got ${shown(texts[wrong])} at ${wrong}.`);
  }
  throw new AttuneError('ERR_BAD_OPTION', `distil: option 'texts' must be an iterable of texts, got ${shown(given)}.`);
}

function checkVectors(vectors: Float32Array | undefined, texts: number, dimensions: number): Float32Array | undefined {
  if (vectors === undefined || (vectors instanceof Float32Array && vectors.length === texts * dimensions && vectors.every(Number.isFinite)))
    return vectors;
  const got = vectors instanceof Float32Array ? `${vectors.length} numbers` : shown(vectors);
  throw new AttuneError(
    'ERR_BAD_OPTION',
    `distil: option 'vectors' must be a Float32Array of ${texts} x ${dimensions} finite numbers, one row per text, got ${got}.`,
  );
}

/** The first of equal texts. */
function uniqueRows(texts: readonly string[]): number[] {
  const seen = new Set<string>();
  return [...texts.keys()].filter((k) => seen.size < seen.add(texts[k]).size);
}

/** What a teacher is asked for a token: the piece as a word of its own, nothing for what stands for no text. */
const plainToken = (token: string) => (isSpecial(token) ? '' : token.replace(/^##(?=.)/, ''));
const isSpecial = (token: string) => /^\[.+\]$/.test(token);

/** The texts that have tokens and a vector. */
function sampleOf(texts: readonly string[], targets: Float32Array, dimensions: number, tokens: WordPiece): DistilSample {
  const starts: number[] = [0];
  const ids: number[] = [];
  let rows = 0;
  texts.forEach((text, k) => {
    const own = tokens
      .ids(text)
      .slice(0, longestText)
      .filter((id) => !isSpecial(tokens.vocabulary[id]));
    const target = targets.subarray(k * dimensions, (k + 1) * dimensions);
    const length = Math.hypot(...target);
    if (own.length === 0 || length === 0) return;
    for (const id of own) ids.push(id);
    starts.push(ids.length);
    targets.set(
      target.map((x) => x / length),
      rows++ * dimensions,
    );
  });
  return { starts: Int32Array.from(starts), tokens: Int32Array.from(ids), targets: targets.subarray(0, rows * dimensions), dimensions };
}

/** Rarer than this a token counts fully, in shares of all tokens. */
const rare = 1e-4;

/** The teacher's vectors of the tokens: centred, weighted by rarity, and of length about 1. */
function startTable(vectors: Float32Array, { tokens, dimensions }: DistilSample, { vocabulary }: WordPiece): Float32Array {
  const rows = vocabulary.length;
  const counts = new Float64Array(rows);
  for (const id of tokens) counts[id]++;
  const known = [...vocabulary.keys()].filter((row) => !isSpecial(vocabulary[row]));
  const mean = new Float64Array(dimensions);
  for (const row of known) for (let d = 0; d < dimensions; d++) mean[d] += vectors[row * dimensions + d] / known.length;
  const table = new Float32Array(rows * dimensions);
  let squares = 0;
  for (const row of known) {
    const weight = rare / (rare + counts[row] / tokens.length);
    for (let d = row * dimensions; d < (row + 1) * dimensions; d++) {
      table[d] = weight * (vectors[d] - mean[d - row * dimensions]);
      squares += table[d] * table[d];
    }
  }
  const scale = squares > 0 ? Math.sqrt(known.length / squares) : 1;
  return table.map((x) => x * scale);
}
