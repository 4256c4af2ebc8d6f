import type { IdMap, Progress } from 'attune';
import type { OpenDatabase } from '../pipeline/database.ts';
import { bareProduct } from './product.ts';
import type { Ratings } from './ratings.ts';
import type { Rejects } from './rejects.ts';
import type { Rating } from './review.ts';
import type { EtlOptions } from './run.ts';

/** Chooses the ratings that stay, makes rows for products that only ratings know, and writes both. */
export async function storeRatings(
  options: EtlOptions,
  ratings: Ratings,
  known: IdMap,
  { data, loading, fillAverages }: OpenDatabase,
  rejects: Rejects,
  onProgress: (progress: Progress) => void,
) {
  const hasProduct = Uint8Array.from(ratings.items, (id) => (known.has(id) || options.unknownProducts === 'stub' ? 1 : 0));
  for (let row = 0; row < ratings.size; row++) {
    if (!hasProduct[ratings.itemIndex(row)]) await rejects.add('reviews', 'product without metadata', ratings.lineOf(row), ratings.at(row));
  }
  const drawn = Uint8Array.from(ratings.users, (id) => (isDrawn(id, options) ? 1 : 0));
  const keep = { keepUser: (user: number) => drawn[user] === 1, keepItem: (item: number) => hasProduct[item] === 1 };
  const sampled = ratings.select({ ...keep, least: 1 });
  const rows = options.minInteractions > 1 ? ratings.select({ ...keep, least: options.minInteractions }) : sampled;
  if (rows.length === 0) throw Object.assign(new Error(nothingLeft(options, ratings, sampled.length, rejects)), { code: 'ERR_EMPTY' });
  const withMetadata = count(ratings.size, (row) => hasProduct[ratings.itemIndex(row)] === 1);

  const users = new Set<number>();
  const items = new Set<number>();
  let sum = 0;
  for (const row of rows) {
    users.add(ratings.userIndex(row));
    items.add(ratings.itemIndex(row));
    sum += ratings.valueOf(row);
  }
  const stubs = Array.from(items, (item) => ratings.items.idAt(item)).filter((id) => !known.has(id));
  await data.products.putMany(stubs.map((id) => ({ ...bareProduct(id) })));
  await loading(async () => {
    for (let from = 0; from < rows.length; from += batchSize) {
      onProgress({ phase: 'ratings', done: from, total: rows.length });
      const batch = Array.from(rows.subarray(from, from + batchSize), (row) => asRow(ratings.at(row)));
      const { rejected } = await data.interactions.putMany(batch);
      if (rejected.length > 0)
        throw new Error(`The store refused ${rejected.length} ratings, the first one because: ${rejected[0].reason}`);
    }
  });
  fillAverages();
  return {
    rows,
    stubs: stubs.length,
    notSampled: withMetadata - sampled.length,
    tooFew: sampled.length - rows.length,
    users: users.size,
    ratedProducts: items.size,
    products: await data.products.count(),
    meanRating: sum / rows.length,
  };
}

/** Number of ratings held in memory as rows at a time. */
const batchSize = 32_768;

const asRow = ({ user, item, value, timestamp, verified, helpful }: Rating) => ({
  user,
  item,
  value,
  timestamp,
  verified_purchase: verified === undefined ? undefined : Number(verified),
  helpful_vote: helpful,
});

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
    return `No rating could be read from ${reviews} (${reasons || 'it is empty'}). Check that it is the file of reviews.`;
  }
  if (sampled > 0)
    return `No rating is left: no group of users and products has ${minInteractions} ratings each. Lower --min-interactions.`;
  return `No rating is left of ${ratings.size}: raise --sample-fraction (${sampleFraction}), or pass --unknown-products stub.`;
}

function count(size: number, test: (row: number) => boolean): number {
  let n = 0;
  for (let row = 0; row < size; row++) if (test(row)) n++;
  return n;
}
