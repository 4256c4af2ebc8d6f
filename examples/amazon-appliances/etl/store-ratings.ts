import type { IdMap } from 'attune';
import type { DatabaseKind, LoadDatabase } from '../pipeline/database.ts';
import { bareProduct } from './product.ts';
import type { RatingColumns, Ratings } from './ratings.ts';
import type { Rejects } from './rejects.ts';
import type { EtlOptions } from './run.ts';

/** The ratings that stay, and what is said of them. */
export interface Chosen {
  /** Positions in {@link Ratings}, ascending. */
  rows: Int32Array;
  notSampled: number;
  tooFew: number;
  users: number;
  ratedProducts: number;
  meanRating: number;
  /** Number and sum of the chosen ratings of each product. */
  counts: Int32Array;
  sums: Float64Array;
}

/** Chooses the ratings that stay. */
export async function chooseRatings(options: EtlOptions, ratings: Ratings, known: IdMap, rejects: Rejects): Promise<Chosen> {
  const { user, item, value, line } = ratings.columns;
  const keepItem = Uint8Array.from(ratings.items, (id) => (options.unknownProducts === 'stub' || known.has(id) ? 1 : 0));
  let withMetadata = 0;
  for (let row = 0; row < ratings.size; row++) {
    if (keepItem[item[row]]) withMetadata++;
    else {
      rejects.add('reviews', 'product without metadata', line[row], ratings.at(row));
      await rejects.room();
    }
  }
  const drawsAll = options.sampleFraction >= 1;
  const keepUser = drawsAll
    ? new Uint8Array(ratings.users.size).fill(1)
    : Uint8Array.from(ratings.users, (id) => (isDrawn(id, options) ? 1 : 0));
  const sampled = ratings.select({ keepUser, keepItem, least: 1 });
  const rows = options.minInteractions > 1 ? ratings.select({ keepUser, keepItem, least: options.minInteractions }) : sampled;
  if (rows.length === 0) throw Object.assign(new Error(nothingLeft(options, ratings, sampled.length, rejects)), { code: 'ERR_EMPTY' });
  const counts = new Int32Array(ratings.items.size);
  const sums = new Float64Array(ratings.items.size);
  const users = new Uint8Array(ratings.users.size);
  let sum = 0;
  for (const row of rows) {
    users[user[row]] = 1;
    counts[item[row]]++;
    sums[item[row]] += value[row];
    sum += value[row];
  }
  return {
    rows,
    notSampled: withMetadata - sampled.length,
    tooFew: sampled.length - rows.length,
    users: users.reduce((n, flag) => n + flag, 0),
    ratedProducts: counts.reduce((n, count) => n + (count > 0 ? 1 : 0), 0),
    meanRating: sum / rows.length,
    counts,
    sums,
  };
}

/**
 * Makes rows for products that only ratings know, completes the others, and writes the ratings into the database.
 * @param beside other work on the ratings that stay, done while this thread waits
 */
export async function storeRatings(
  kind: DatabaseKind,
  place: string,
  ratings: Ratings,
  { rows, counts, sums }: Chosen,
  known: IdMap,
  complete: (target: LoadDatabase) => void,
  beside: (columns: RatingColumns) => void,
) {
  const target = await kind.reopen(place);
  let stubs = 0;
  let products = 0;
  try {
    let batch: { item: string }[] = [];
    const flush = async () => {
      await target.data.products.putMany(batch);
      stubs += batch.length;
      batch = [];
    };
    for (let k = 0; k < counts.length; k++) {
      const id = counts[k] > 0 ? ratings.items.idAt(k) : '';
      if (id === '' || known.has(id)) continue;
      batch.push({ ...bareProduct(id) });
      if (batch.length === 2000) await flush();
    }
    await flush();
    await target.fillAverages((id) => {
      const k = ratings.items.indexOf(id);
      return k < 0 || counts[k] === 0 ? { count: 0 } : { count: counts[k], average: Math.round((10 * sums[k]) / counts[k]) / 10 };
    });
    products = await target.data.products.count();
    complete(target);
  } finally {
    target.close();
  }
  const columns = ratings.release();
  await kind.writeRatings(place, columns, rows, () => beside(columns));
  return { stubs, products, columns };
}

/** Whether a user is in the sample: by a hash of the id, so that neither the order nor the other users matter. */
function isDrawn(user: string, { sampleFraction, sampleSeed }: EtlOptions): boolean {
  if (sampleFraction >= 1) return true;
  let hash = 0x811c9dc5 ^ sampleSeed;
  for (let k = 0; k < user.length; k++) hash = Math.imul(hash ^ user.charCodeAt(k), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296 < sampleFraction;
}

function nothingLeft(
  { reviews, minInteractions, sampleFraction }: EtlOptions,
  ratings: Ratings,
  sampled: number,
  rejects: Rejects,
): string {
  if (ratings.size === 0) {
    const reasons = Array.from(rejects.counts, ([reason, n]) => `${n} rows: ${reason}`).join('; ');
    const isUnnamed = [...rejects.counts.keys()].some((reason) => reason.startsWith('no '));
    const columns = isUnnamed ? rejects.columns?.slice(0, 30).join(', ') : undefined;
    const advice = columns
      ? `Its columns are ${columns}. If they are others than in the files of Amazon, name them: --columns user=...,item=...,value=...,time=...`
      : 'Check that it is the file of reviews.';
    return `No rating could be read from ${reviews} (${reasons || 'it is empty'}). ${advice}`;
  }
  if (sampled > 0)
    return `No rating is left: no group of users and products has ${minInteractions} ratings each. Lower --min-interactions.`;
  return `No rating is left of ${ratings.size}: raise --sample-fraction (${sampleFraction}), or pass --unknown-products stub.`;
}
