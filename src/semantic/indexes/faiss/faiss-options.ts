import { AttuneError, shown } from '../../../errors.ts';
import { type Check, choice, integer, optional, readOptions } from '../../../options.ts';
import type { FaissModule, FaissSettings } from './faiss-module.ts';

/** Options of `faissIndex`. */
export interface FaissOptions {
  /**
   * `'flat'` (default) compares all vectors (FAISS's IndexFlatIP) and is exact; `'hnsw'` walks a graph (IndexHNSWFlat); `'ivf'` looks
   * into some of many lists (IndexIVFFlat).
   */
  kind?: 'flat' | 'hnsw' | 'ivf' | undefined;
  /** hnsw: neighbours of a vector, 2 to 256. Default 32. */
  m?: number | undefined;
  /** hnsw: how wide the graph is searched when a vector is added, 1 to 10,000. Default 80. */
  efConstruction?: number | undefined;
  /** hnsw: how wide it is searched for an answer, 1 to 100,000. More finds more, and takes longer. Default 64. */
  efSearch?: number | undefined;
  /** ivf: number of lists, 1 to 65,536. With fewer than 39 vectors per list all vectors are compared, because FAISS does not train with less. Default 256. */
  lists?: number | undefined;
  /** ivf: how many lists are looked into, 1 to `lists`. Default 16. */
  probes?: number | undefined;
  /** The package, loaded already. Default: `faiss-node` is imported by `prepare()`, or on the first `add`. */
  faiss?: FaissModule | undefined;
}

/** @throws ERR_BAD_OPTION */
export function readFaissOptions(options: FaissOptions): FaissSettings & { faiss: FaissModule | undefined } {
  const settings = readOptions('faissIndex', options, {
    kind: choice(['flat', 'hnsw', 'ivf'] as const, 'flat'),
    m: integer({ default: 32, min: 2, max: 256 }),
    efConstruction: integer({ default: 80, min: 1, max: 10_000 }),
    efSearch: integer({ default: 64, min: 1, max: 100_000 }),
    lists: integer({ default: 256, min: 1, max: 65_536 }),
    probes: optional(integer({ min: 1 })),
    faiss: moduleOption,
  });
  const probes = settings.probes ?? Math.min(16, settings.lists);
  if (probes > settings.lists) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `faissIndex: option 'probes' must be a whole number up to ${settings.lists}, the number of lists, got ${probes}.`,
    );
  }
  return { ...settings, probes };
}

const moduleOption: Check<FaissModule | undefined> = (value, name) => {
  const given = value as FaissModule | undefined;
  if (given === undefined || (typeof given?.Index?.fromFactory === 'function' && typeof given.Index.fromBuffer === 'function'))
    return given;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be the module faiss-node, got ${shown(value)}.`);
};
