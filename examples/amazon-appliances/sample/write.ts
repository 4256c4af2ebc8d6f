import { once } from 'node:events';
import { createWriteStream, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Progress } from 'attune';
import { makeCatalogue, type Product } from './products.ts';
import { Random } from './random.ts';
import { writeReview } from './reviews.ts';
import { Shoppers } from './shoppers.ts';

/** Size of the real set at scale 1. */
const realSize = { ratings: 2_016_674, products: 94_327 };

export interface SampleOptions {
  reviews: string;
  products: string;
  /** 1 = as many ratings and products as the real set. */
  scale: number;
  seed: number;
  onProgress?: (progress: Progress) => void;
}

export interface SampleSummary {
  ratings: number;
  users: number;
  products: number;
  /** Mean stars. */
  meanRating: number;
}

/**
 * Writes generated reviews and products in the file format of Amazon Reviews 2023, line by line. The same scale and seed give
 * the same bytes. Both files appear under their names only when both are whole.
 */
export async function writeSample({ reviews, products, scale, seed, onProgress }: SampleOptions): Promise<SampleSummary> {
  const catalogue = makeCatalogue(Math.max(300, Math.round(realSize.products * scale)), seed);
  const target = Math.max(1_000, Math.round(realSize.ratings * scale));
  const shoppers = new Shoppers(catalogue, seed);
  const random = new Random(seed, 'reviews');
  const tally = { count: new Int32Array(catalogue.products.length), stars: new Int32Array(catalogue.products.length) };
  let ratings = 0;
  let users = 0;
  let stars = 0;
  await writeLines(`${reviews}.part`, function* () {
    while (ratings < target) {
      const user = userId(random);
      users++;
      for (const purchase of shoppers.next()) {
        if (ratings === target) break;
        tally.count[purchase.product]++;
        tally.stars[purchase.product] += purchase.rating;
        stars += purchase.rating;
        if (++ratings % 1000 === 0) onProgress?.({ phase: 'reviews', done: ratings, total: target });
        const product = catalogue.products[purchase.product];
        yield {
          rating: purchase.rating,
          ...writeReview(product, purchase, random),
          images: [],
          asin: product.asin,
          parent_asin: product.asin,
          user_id: user,
          timestamp: purchase.timestamp,
          helpful_vote: random.chance(0.82) ? 0 : Math.floor(-Math.log(1 - random.next()) * 4),
          verified_purchase: random.chance(0.94),
        };
      }
    }
  });
  const details = new Random(seed, 'metadata');
  await writeLines(`${products}.part`, function* () {
    for (const [index, product] of catalogue.products.entries()) yield metadata(product, tally.count[index], tally.stars[index], details);
  });
  renameSync(`${products}.part`, products);
  renameSync(`${reviews}.part`, reviews);
  return { ratings, users, products: catalogue.products.length, meanRating: stars / ratings };
}

/** A product as a row of the metadata file; counts include ratings without a text, as on the real pages. */
function metadata(product: Product, count: number, stars: number, random: Random) {
  return {
    main_category: random.chance(0.72)
      ? 'Appliances'
      : random.pick(['Tools & Home Improvement', 'Amazon Home', 'Industrial & Scientific', 'Home & Kitchen']),
    title: product.title,
    average_rating: count > 0 ? Math.round((stars / count) * 10) / 10 : 4.2,
    rating_number: Math.max(1, Math.round(count * random.between(1, 2.5))),
    features: product.features,
    description: product.description,
    price: product.price,
    images: [],
    videos: [],
    store: random.chance(0.02) ? null : product.brand,
    categories: ['Appliances', ...product.type.path],
    details: product.details,
    parent_asin: product.asin,
    bought_together: null,
  };
}

/** Ids as Amazon makes them: A and 27 letters and digits. */
function userId(random: Random): string {
  let id = 'A';
  for (let block = 0; block < 9; block++) {
    const bits = random.below(32768);
    id += alphabet[bits >> 10] + alphabet[(bits >> 5) & 31] + alphabet[bits & 31];
  }
  return id;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

async function writeLines(file: string, rows: () => Iterable<object>): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const zip = createGzip({ level: 5 });
  const finished = pipeline(zip, plainHeader(), createWriteStream(file));
  // A failed pipeline (disk full) destroys `zip`, and `write` below then waits for a drain that never comes.
  await Promise.race([finished, feed(zip, rows())]);
  await finished;
}

async function feed(stream: Writable, rows: Iterable<object>): Promise<void> {
  let lines = '';
  for (const row of rows) {
    lines += `${JSON.stringify(row)}\n`;
    if (lines.length < 65_536) continue;
    const full = !stream.write(lines);
    lines = '';
    if (full) await once(stream, 'drain');
  }
  stream.end(lines);
}

/** zlib writes the operating system into byte 9 of the header; 255 means unknown, and the same bytes everywhere. */
function plainHeader(): Transform {
  let first = true;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      if (first) {
        chunk = Buffer.from(chunk);
        chunk[9] = 255;
        first = false;
      }
      done(null, chunk);
    },
  });
}
