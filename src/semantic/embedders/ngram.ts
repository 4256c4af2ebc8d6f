import { type Embedder, type EmbedOptions, normalizeRows } from '../../contracts/embedder.ts';
import { type ModelFile, readModelFile, tensorOf, writeModelFile } from '../../data/files/model-file.ts';
import { AttuneError } from '../../errors.ts';
import { fnvBasis, fnvOfText } from '../../numeric/hash.ts';
import { xxHash32 } from '../../numeric/xx-hash.ts';
import { integer, readOptions } from '../../options.ts';
import { reportAndYield } from '../../work/report-and-yield.ts';
import { tokenize } from '../lexical/tokenizer.ts';
import { readEmbed } from './read-embed.ts';

/** Options of {@link ngramEmbedder}. */
export interface NgramOptions {
  /** Length of a vector, 16 to 4096. Default 512. Longer vectors come closer to comparing the n-grams themselves; memory grows in proportion. */
  dimensions?: number | undefined;
}

/**
 * The default embedder: words and character n-grams (3 to 5 letters), hashed, weighted by how rare they are in the catalogue, and
 * added up in a vector of fixed length with random signs (feature hashing, Weinberger et al. 2009). It needs no model and no
 * download, knows no synonyms, and forgives typing errors, endings and compounds. Deterministic.
 *
 * @throws ERR_BAD_OPTION
 */
export function ngramEmbedder(options: NgramOptions = {}): Embedder {
  const { dimensions } = readOptions('ngramEmbedder', options, { dimensions: integer({ default: 512, min: 16, max: 4096 }) });
  return new NgramEmbedder(dimensions, undefined);
}

/** The name of one that has learnt from no catalogue; files of indexes, which hold what was learnt, have this one too. */
export const ngramName = (dimensions: number) => `ngram-${dimensions}`;

/** The inverse of `toBytes`. @throws ERR_BAD_FILE */
export function ngramFromBytes(bytes: Uint8Array): Embedder {
  const file = readModelFile(bytes, 'ngram-embedder', 2);
  const rarity = file.formatVersion === 1 ? tensorOf(file, 'rarity', Float32Array, buckets) : readRarity(file);
  const dimensions = Number(file.settings.dimensions);
  if (!(Number.isInteger(dimensions) && dimensions >= 16))
    throw new AttuneError('ERR_BAD_FILE', 'Expected the dimensions of an n-gram embedder.');
  return new NgramEmbedder(dimensions, rarity);
}

/** Rarity is kept by hash. With 2^17 buckets, rare pieces of 5,000 abstracts met common ones, and hybrid answers were worse. */
const buckets = 1 << 19;
const pieceLengths = [3, 4, 5];

/** The share of one word in a vector: places and values. */
interface Sketch {
  places: Uint16Array;
  values: Float32Array;
}

class NgramEmbedder implements Embedder {
  readonly kind = 'ngram';
  readonly dimensions: number;
  readonly hybridWeight = 0.36; // nDCG@10 on SciFact: .598 alone, .7055 with words, which alone reach .6992
  /** Weight by bucket; undefined before `fit`: all weigh the same. */
  readonly #rarity: Float32Array | undefined;
  readonly #sketches = new Map<string, Sketch>();
  #name: string | undefined;

  constructor(dimensions: number, rarity: Float32Array | undefined) {
    this.dimensions = dimensions;
    this.#rarity = rarity;
  }

  /** What it has learnt is part of the name, because it changes every vector. */
  get name(): string {
    const hasLearnt = () => this.#rarity?.some((weight) => weight !== 1);
    this.#name ??= `${ngramName(this.dimensions)}${hasLearnt() ? ` ${mark(this.#rarity as Float32Array)}` : ''}`;
    return this.#name;
  }

  async fit(texts: readonly string[], { signal, onProgress }: EmbedOptions = {}): Promise<Embedder> {
    const frequency = new Float64Array(buckets);
    const seen = new Int32Array(buckets).fill(-1);
    const hashes = new Map<string, Uint32Array>();
    for (let t = 0; t < texts.length; t++) {
      if (t % 1024 === 0) await reportAndYield('fitting', t, texts.length, { signal, onProgress });
      for (const word of tokenize(texts[t])) {
        const pieces = remember(hashes, word, () => Uint32Array.from(piecesOf(word), (hash) => hash & (buckets - 1)));
        for (const bucket of pieces) {
          if (seen[bucket] === t) continue;
          seen[bucket] = t;
          frequency[bucket]++;
        }
      }
    }
    // Never 0, so that a query of nothing but common words still points somewhere. To the power of 1.25, which ranks best beside BM25.
    const rarity = Float32Array.from(frequency, (f) => {
      // Rounded, because the last bit of a logarithm may differ between runtimes.
      const idf = Math.fround(Math.max(0.05, Math.log((texts.length + 1) / (f + 1))));
      return idf * Math.sqrt(Math.sqrt(idf));
    });
    return new NgramEmbedder(this.dimensions, rarity);
  }

  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array> {
    const { signal, onProgress } = readEmbed(this.name, texts, options);
    const vectors = new Float32Array(texts.length * this.dimensions);
    for (let t = 0; t < texts.length; t++) {
      if (t % 1024 === 0) await reportAndYield('embedding', t, texts.length, { signal, onProgress });
      this.#add(texts[t], vectors, t * this.dimensions);
    }
    onProgress?.({ phase: 'embedding', done: texts.length, total: texts.length });
    return normalizeRows(vectors, this.dimensions);
  }

  readonly tokens = {
    of: tokenize,
    adder: (vocabulary: readonly string[]) => {
      const sketches: Sketch[] = [];
      const counts = new Map<number, number>();
      return (tokens: readonly number[], vectors: Float32Array, at: number) => {
        counts.clear();
        for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
        for (const [token, count] of counts) {
          sketches[token] ??= this.#sketch(vocabulary[token]);
          addSketch(sketches[token], count, vectors, at);
        }
      };
    },
  };

  toBytes(): Uint8Array<ArrayBuffer> {
    return writeModelFile({
      kind: 'ngram-embedder',
      formatVersion: 2,
      settings: { dimensions: this.dimensions },
      tensors: rarityTensors(this.#rarity ?? new Float32Array(buckets).fill(1)),
      ids: {},
    });
  }

  #add(text: string, vectors: Float32Array, at: number): void {
    const counts = new Map<string, number>();
    for (const word of tokenize(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
    for (const [word, count] of counts) {
      addSketch(
        remember(this.#sketches, word, () => this.#sketch(word)),
        count,
        vectors,
        at,
      );
    }
  }

  #sketch(word: string): Sketch {
    const pieces = piecesOf(word);
    const sketch = { places: new Uint16Array(pieces.length), values: new Float32Array(pieces.length) };
    pieces.forEach((hash, k) => {
      const spread = mix(hash);
      sketch.places[k] = (spread >>> 1) % this.dimensions;
      const weight = this.#rarity ? this.#rarity[hash & (buckets - 1)] : 1;
      sketch.values[k] = spread & 1 ? weight : -weight;
    });
    return sketch;
  }
}

function mark({ buffer, byteOffset, byteLength }: Float32Array): string {
  return xxHash32(new Uint8Array(buffer, byteOffset, byteLength))
    .toString(16)
    .padStart(8, '0');
}

function addSketch({ places, values }: Sketch, count: number, vectors: Float32Array, at: number): void {
  const weight = Math.sqrt(count);
  for (let k = 0; k < places.length; k++) vectors[at + places[k]] += weight * values[k];
}

/** The rarity of the pieces that occur; that of the others, the largest, is `common`. Few values are different, so each is kept once. */
function rarityTensors(rarity: Float32Array): ModelFile['tensors'] {
  const common = rarity.reduce((most, value) => Math.max(most, value), 0);
  const places = Int32Array.from(rarity.keys()).filter((bucket) => rarity[bucket] !== common);
  const numbers = new Map<number, number>();
  const codes = Int32Array.from(places, (bucket) => {
    const value = rarity[bucket];
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value) as number;
  });
  const column = <T extends Float32Array | Uint16Array | Int32Array>(data: T) => ({ data, shape: [data.length] });
  const gaps = places.map((bucket, k) => bucket - (k === 0 ? 0 : places[k - 1]));
  // A gap of 65,535 or more stands in three numbers: 65,535, and its two halves.
  const short = Array.from(gaps).flatMap((gap) => (gap < 0xffff ? [gap] : [0xffff, gap >>> 16, gap & 0xffff]));
  return {
    common: column(Float32Array.of(common)),
    gaps: column(Uint16Array.from(short)),
    values: column(Float32Array.from(numbers.keys())),
    codes: column(numbers.size <= 0x10000 ? Uint16Array.from(codes) : codes),
  };
}

function readRarity(file: ModelFile): Float32Array {
  const [common] = tensorOf(file, 'common', Float32Array, 1);
  const gaps = tensorOf(file, 'gaps', Uint16Array);
  const values = tensorOf(file, 'values', Float32Array);
  const codes: ArrayLike<number> = values.length <= 0x10000 ? tensorOf(file, 'codes', Uint16Array) : tensorOf(file, 'codes', Int32Array);
  const rarity = new Float32Array(buckets).fill(common);
  let bucket = 0;
  let k = 0;
  for (let code = 0; code < codes.length; code++) {
    const gap = gaps[k] < 0xffff ? gaps[k++] : gaps[++k] * 0x10000 + gaps[(k += 2) - 1];
    bucket += gap;
    if (!(bucket < buckets && codes[code] < values.length))
      throw new AttuneError('ERR_BAD_FILE', 'Expected the rarities of an n-gram embedder.');
    rarity[bucket] = values[codes[code]];
  }
  return rarity;
}

/** Hashes of a word and of its pieces; the ends count as letters, so that beginnings and endings are pieces of their own. */
function piecesOf(word: string): number[] {
  const marked = ` ${word} `;
  const hashes = [hashOf(marked, 0, marked.length, 1)];
  for (const length of pieceLengths) {
    for (let start = 0; start + length <= marked.length; start++) hashes.push(hashOf(marked, start, start + length, 2));
  }
  return hashes;
}

/** FNV-1a over UTF-16 units. */
function hashOf(text: string, start: number, end: number, seed: number): number {
  return mix(fnvOfText(text, start, end, fnvBasis ^ seed));
}

/** The final mix of MurmurHash3. */
function mix(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Words repeat (Zipf), so results are cached per word; a cache that has grown large is cleared, since common words soon return. */
function remember<T>(known: Map<string, T>, word: string, make: () => T): T {
  let value = known.get(word);
  if (value === undefined) {
    if (known.size >= 50_000) known.clear();
    value = make();
    known.set(word, value);
  }
  return value;
}
