import { AttuneError } from '../../../errors.ts';
import { integer, readOptions } from '../../../options.ts';

/** Options of {@link hnswIndex}. */
export interface HnswOptions {
  /** Links of a vector on the upper levels of the graph; twice as many on the lowest. 4 to 128, default 32. Fixed once vectors are in. */
  m?: number | undefined;
  /** Candidates that are looked at for the links of a new vector. More: a better graph, slower to build. `m` to 4,096, default 128. */
  efConstruction?: number | undefined;
  /** Candidates that a search keeps, and so how well it finds: see the curve in docs/search.md. 1 to 4,096, default 192. */
  efSearch?: number | undefined;
  /** Seed of the levels. Default 0. */
  seed?: number | undefined;
}

/** Options with defaults. */
export type HnswSettings = Required<HnswOptions> & { plain?: boolean };

/** @throws ERR_BAD_OPTION */
export function readHnswOptions(options: HnswOptions): HnswSettings {
  const o = readOptions('hnswIndex', options, {
    m: integer({ default: 32, min: 4, max: 128 }),
    efConstruction: integer({ default: 128, min: 4, max: 4096 }),
    efSearch: integer({ default: 192, min: 1, max: 4096 }),
    seed: integer({ default: 0 }),
  });
  if (o.efConstruction >= o.m) return o;
  throw new AttuneError('ERR_BAD_OPTION', `hnswIndex: option 'efConstruction' must be at least m = ${o.m}, got ${o.efConstruction}.`);
}
