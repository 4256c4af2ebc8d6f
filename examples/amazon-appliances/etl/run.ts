import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { IdMap, type Progress } from 'attune';
import { type DatabaseKind, databaseOf, kindOf } from '../pipeline/database.ts';
import { loadProducts, type ProductCounts, type ProductMessage } from './load-products.ts';
import { writeParquet } from './parquet.ts';
import { checkQuality, type Figures, type QualityReport } from './quality.ts';
import { qualityHtml } from './quality-page.ts';
import { Ratings } from './ratings.ts';
import { readReviews } from './read-reviews.ts';
import { Rejects } from './rejects.ts';
import type { FieldNames } from './review.ts';
import type { Encoding } from './source.ts';
import { chooseRatings, storeRatings } from './store-ratings.ts';
import { finishSwitch, switchTo } from './switch.ts';

export interface EtlOptions {
  dataDir: string;
  /** A database of PostgreSQL, by its address. Without it the tables are in a file of the data folder. */
  database?: string;
  reviews: string;
  /** Without it every product is bare. */
  products?: string;
  /** Users and products with fewer ratings are left out, again and again until all have as many. */
  minInteractions: number;
  /** Share of the users that stay, each with all ratings. */
  sampleFraction: number;
  sampleSeed: number;
  unknownProducts: 'stub' | 'reject';
  /** Columns of the reviews that are called otherwise than in the files of Amazon. */
  columns?: FieldNames;
  /** How the letters of both files are written. Default UTF-8. */
  encoding?: Encoding;
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
  /** Rules of quality that the files break, see quality.html. */
  brokenRules: string[];
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
  const database = databaseOf(options);
  const kind = await kindOf(database);
  assertFile(options.reviews, 'reviews');
  if (options.products !== undefined) assertFile(options.products, 'products');
  const inputs = fingerprint(options);
  mkdirSync(dataDir, { recursive: true });
  await finishSwitch(dataDir, kind, database);
  await kind.assertUnused(database);
  const building = join(dataDir, '.etl');
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building);
  const file = (name: string) => join(building, name);
  const target = kind.placeOfLoad(database, building);
  const rejects = new Rejects(file('rejects.jsonl.gz'));
  try {
    const { ratings, counts, products } = await step('Reading files', (onProgress) =>
      readFiles(kind, options, target, rejects, onProgress),
    );
    const chosen = await chooseRatings(options, ratings, products.known, rejects);
    const stored = await step('Writing tables', () =>
      storeRatings(
        kind,
        target,
        ratings,
        chosen,
        products.known,
        (opened) => opened.copyEvents(database), // what visitors did stays when the tables are built anew
        (columns) => writeParquet(building, columns, chosen.rows),
      ),
    );
    await rejects.close();
    const { rows, notSampled, tooFew, users, ratedProducts, meanRating } = chosen;
    const summary: EtlSummary = {
      reviews: { ...counts, notSampled, tooFew, kept: rows.length },
      products: { ...products.counts, stubs: stored.stubs, kept: stored.products },
      users,
      ratedProducts,
      meanRating,
      rejects: Object.fromEntries([...rejects.counts].sort((a, b) => b[1] - a[1])),
      brokenRules: [],
    };
    const quality = checkQuality(summary, histogramOf(chosen.rows, stored.columns.value), figuresBefore(dataDir));
    summary.brokenRules = quality.results.filter(({ passed }) => !passed).map(({ name }) => name);
    writeFileSync(file('quality.json'), JSON.stringify(quality, undefined, 2));
    writeFileSync(file('quality.html'), qualityHtml(quality));
    writeFileSync(file('etl.json'), JSON.stringify({ inputs, summary } satisfies EtlManifest, undefined, 2));
    await kind.assertUnused(database);
    await switchTo(building, dataDir, kind, target);
    return summary;
  } finally {
    await rejects.close().catch(() => {}); // whatever went wrong is on its way already
    rmSync(building, { recursive: true, force: true });
  }
}

function histogramOf(rows: Int32Array, value: Float64Array): [number, number][] {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(value[row], (counts.get(value[row]) ?? 0) + 1);
  return [...counts].sort((a, b) => a[0] - b[0]);
}

/** The figures of the last load, when there was one. */
function figuresBefore(dataDir: string): Figures | undefined {
  try {
    return (JSON.parse(readFileSync(join(dataDir, 'quality.json'), 'utf8')) as QualityReport).figures;
  } catch {
    return undefined;
  }
}

/** Reads both files at once, each in a thread; the products go to their table at once. */
async function readFiles(
  kind: DatabaseKind,
  options: EtlOptions,
  database: string,
  rejects: Rejects,
  onProgress: (progress: Progress) => void,
) {
  const ratings = new Ratings();
  const counts = { rows: 0, superseded: 0 };
  const started = performance.now();
  let isCatalogueRead = false;
  const products = async () => {
    let result: ProductMessage['result'];
    for await (const message of loadProducts({ file: options.products, database, encoding: options.encoding })) {
      for (const { line, reason, row } of message.rejects) rejects.add('products', reason, line, row);
      await rejects.room();
      result ??= message.result;
    }
    if (!result) throw new Error('The loading of products ended early.');
    isCatalogueRead = true;
    return { counts: result.counts, known: IdMap.fromColumns(result.known.bytes, result.known.ends) };
  };
  const reviews = async () => {
    for await (const { batch, progress } of readReviews({ file: options.reviews, columns: options.columns, encoding: options.encoding })) {
      for (const { line, reason, row } of batch.rejects) rejects.add('reviews', reason, line, row);
      counts.rows += batch.size + batch.rejects.length;
      ratings.addAll(batch, (line, rating) => {
        counts.superseded++;
        rejects.add('reviews', 'superseded by a newer rating of the same pair', line, rating);
      });
      await rejects.room();
      const perSecond = Math.round((1000 * counts.rows) / (performance.now() - started));
      onProgress({ ...progress, phase: `${counts.rows.toLocaleString('en-US')} reviews, ${perSecond.toLocaleString('en-US')} a second` });
    }
    if (!isCatalogueRead) kind.prepareRatings?.(ratings);
  };
  const [loaded] = await Promise.all([products(), reviews()]);
  return { ratings, counts, products: loaded };
}

/** Files by place, size and time, and the options that change what comes out. */
export function fingerprint({
  reviews,
  products,
  minInteractions,
  sampleFraction,
  sampleSeed,
  unknownProducts,
  columns,
  encoding,
}: EtlOptions): string {
  const file = (path: string | undefined) => {
    if (path === undefined) return null;
    const { size, mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0, mtimeMs: 0 };
    return [resolve(path), size, mtimeMs];
  };
  return JSON.stringify({
    reviews: file(reviews),
    products: file(products),
    minInteractions,
    sampleFraction,
    sampleSeed,
    unknownProducts,
    columns,
    encoding,
  });
}

function assertFile(file: string, what: string): void {
  if (existsSync(file)) return;
  const message = `Expected a file of ${what} at '${file}', got nothing there. Check --${what}, or make a sample with the command sample.`;
  throw Object.assign(new Error(message), { code: 'ERR_NOT_FOUND' });
}
