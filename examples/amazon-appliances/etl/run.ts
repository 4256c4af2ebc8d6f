import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Progress } from 'attune';
import { assertUnused, createDatabase } from '../pipeline/database.ts';
import { paths } from '../settings.ts';
import { loadProducts, type ProductCounts } from './load-products.ts';
import { parquetFiles, writeParquet } from './parquet.ts';
import { Ratings } from './ratings.ts';
import { Rejects } from './rejects.ts';
import { readRating } from './review.ts';
import { readSource } from './source.ts';
import { storeRatings } from './store-ratings.ts';

export interface EtlOptions {
  dataDir: string;
  reviews: string;
  /** Without it every product is bare. */
  products?: string;
  /** Users and products with fewer ratings are left out, again and again until all have as many. */
  minInteractions: number;
  /** Share of the users that stay, each with all ratings. */
  sampleFraction: number;
  sampleSeed: number;
  unknownProducts: 'stub' | 'reject';
}

/** What went in, what came out, and why not all of it. */
export interface EtlSummary {
  reviews: { rows: number; superseded: number; notSampled: number; tooFew: number; kept: number };
  products: ProductCounts & { stubs: number; kept: number };
  users: number;
  ratedProducts: number;
  meanRating: number;
  /** Rows in rejects.jsonl.gz by the rule they broke. */
  rejects: Record<string, number>;
}

/** Says which inputs and options made the tables; written last, so that its being there means that all is whole. */
export interface EtlManifest {
  inputs: string;
  summary: EtlSummary;
}

/** Runs one step under a bar. */
export type Step = <T>(label: string, work: (onProgress: (progress: Progress) => void) => Promise<T>) => Promise<T>;

/**
 * Files to tables. Everything is built in a folder of its own and moved to its place at the end, so that a killed run leaves the
 * old tables, and the next run starts over.
 */
export async function runEtl(options: EtlOptions, step: Step): Promise<EtlSummary> {
  const { dataDir } = options;
  const { database } = paths(dataDir);
  assertFile(options.reviews, 'reviews');
  if (options.products !== undefined) assertFile(options.products, 'products');
  const inputs = fingerprint(options);
  mkdirSync(dataDir, { recursive: true });
  assertUnused(database);
  const building = join(dataDir, '.etl');
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building);
  const rejects = new Rejects(join(building, 'rejects.jsonl.gz'));
  const target = await createDatabase(join(building, 'appliances.db'));
  try {
    const products = await step('Reading products', (onProgress) =>
      loadProducts(options.products, target.data.products, rejects, onProgress),
    );
    const ratings = new Ratings();
    const counts = await step('Reading reviews', (onProgress) => readRatings(options.reviews, ratings, rejects, onProgress));
    const stored = await step('Writing tables', (onProgress) =>
      storeRatings(options, ratings, products.known, target, rejects, onProgress),
    );
    if (existsSync(database)) target.copyEvents(database); // what visitors did stays when the tables are built anew
    await step('Writing parquet', () => writeParquet(building, ratings, stored.rows));
    target.close();
    if (existsSync(join(building, 'appliances.db-wal'))) throw new Error('The new tables have not left their log. Nothing was changed.');
    await rejects.close();
    const { rows, ...rest } = stored;
    const summary: EtlSummary = {
      reviews: { ...counts, notSampled: rest.notSampled, tooFew: rest.tooFew, kept: rows.length },
      products: { ...products.counts, stubs: rest.stubs, kept: rest.products },
      users: rest.users,
      ratedProducts: rest.ratedProducts,
      meanRating: rest.meanRating,
      rejects: Object.fromEntries([...rejects.counts].sort((a, b) => b[1] - a[1])),
    };
    writeFileSync(join(building, 'etl.json'), JSON.stringify({ inputs, summary } satisfies EtlManifest, undefined, 2));
    assertUnused(database);
    for (const name of ['appliances.db', ...parquetFiles, 'rejects.jsonl.gz', 'etl.json'])
      renameSync(join(building, name), join(dataDir, name));
    return summary;
  } finally {
    target.close();
    rmSync(building, { recursive: true, force: true });
  }
}

/** Files by place, size and time, and the options that change what comes out. */
export function fingerprint({ reviews, products, minInteractions, sampleFraction, sampleSeed, unknownProducts }: EtlOptions): string {
  const file = (path: string | undefined) => {
    if (path === undefined) return null;
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
    return [resolve(path), size, mtimeMs];
  };
  return JSON.stringify({ reviews: file(reviews), products: file(products), minInteractions, sampleFraction, sampleSeed, unknownProducts });
}

function assertFile(file: string, what: string): void {
  if (existsSync(file)) return;
  const message = `Expected a file of ${what} at '${file}', got nothing there. Check --${what}, or make a sample with the command sample.`;
  throw Object.assign(new Error(message), { code: 'ERR_NOT_FOUND' });
}

async function readRatings(file: string, ratings: Ratings, rejects: Rejects, onProgress: (progress: Progress) => void) {
  let rows = 0;
  let superseded = 0;
  for await (const batch of readSource(file, { onProgress })) {
    for (const { line, row, problem } of batch) {
      rows++;
      const rating = row ? readRating(row) : `not a row: ${problem.replace(/, got .*/s, '')}`;
      if (typeof rating === 'string') {
        await rejects.add('reviews', rating, line, row ?? problem);
        continue;
      }
      const older = ratings.add(rating, line);
      if (!older) continue;
      superseded++;
      await rejects.add('reviews', 'superseded by a newer rating of the same pair', older.line, older.rating);
    }
  }
  return { rows, superseded };
}
