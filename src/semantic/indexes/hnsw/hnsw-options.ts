import { availableThreads } from '../../../engine/threads/runtime.ts';
import { AttuneError } from '../../../errors.ts';
import { choice, integer, readOptions, threads } from '../../../options.ts';
import { keptVectors } from '../four-bit/kept-vectors.ts';

/** Options of {@link hnswIndex}. */
export interface HnswOptions {
  /** Links of a vector on the upper levels of the graph; twice as many on the lowest. 4 to 128, default 32, with `'4bit'` 16. Fixed once vectors are in. */
  m?: number | undefined;
  /** Candidates that are looked at for the links of a new vector. More: a better graph, slower to build. `m` to 4,096, default 128. */
  efConstruction?: number | undefined;
  /** Candidates that a search keeps, and so how well it finds: see the curve in docs/vector-indexes.md. 1 to 4,096, default 192. */
  efSearch?: number | undefined;
  /** Seed of the levels, and of the rotation of `'4bit'`. Default 0. */
  seed?: number | undefined;
  /** Threads that `add` links thousands of vectors by. The index is the same for any number. Default 'auto': all the runtime has. */
  threads?: number | 'auto' | undefined;
  /**
   * `'float32'` (default) keeps vectors, and codes of eight bits per dimension to walk the graph by. `'4bit'` keeps codes of four bits after a random
   * rotation: an eighth of the memory of vectors, beside that of the links, which are packed.
   */
  storage?: 'float32' | '4bit' | undefined;
  /**
   * With `'4bit'`: where the vectors are that candidates are scored from. `'memory'` (default), `'none'` (scores are estimates, and more
   * are missed), or a function that reads the vector of a key, such as from a file.
   */
  vectors?: 'memory' | 'none' | ((key: number) => Float32Array) | undefined;
}

/** Options with defaults. */
export type HnswSettings = Omit<{ [Name in keyof HnswOptions]-?: Exclude<HnswOptions[Name], undefined> }, 'threads'> & {
  threads: number;
  plain?: boolean;
};

/** Beside codes of four bits links are a quarter of the memory or more, so a graph has half as many. */
const packedDefaultM = 16;

/** @throws ERR_BAD_OPTION */
export function readHnswOptions(options: HnswOptions): HnswSettings {
  const o = readOptions('hnswIndex', options, {
    m: integer({ default: 32, min: 4, max: 128 }),
    efConstruction: integer({ default: 128, min: 4, max: 4096 }),
    efSearch: integer({ default: 192, min: 1, max: 4096 }),
    seed: integer({ default: 0 }),
    threads,
    storage: choice(['float32', '4bit'] as const, 'float32'),
    vectors: keptVectors,
  });
  if (o.storage === '4bit' && options.m === undefined) o.m = packedDefaultM;
  if (o.efConstruction >= o.m) return { ...o, threads: o.threads === 'auto' ? availableThreads() : o.threads };
  throw new AttuneError('ERR_BAD_OPTION', `hnswIndex: option 'efConstruction' must be at least m = ${o.m}, got ${o.efConstruction}.`);
}
