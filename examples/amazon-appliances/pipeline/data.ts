import { createHash, type Hash } from 'node:crypto';
import { AttuneError, type DataStore, Interactions, type Progress, type StoredInteraction } from 'attune';

interface WorkOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** All ratings of the database. One without a time counts as older than all others. */
export async function loadRatings(data: DataStore, options: WorkOptions = {}): Promise<Interactions> {
  const ratings = await read(data, options);
  if (ratings.size > 0) return ratings;
  throw Object.assign(new Error('The database has no ratings. Run etl first.'), { code: 'ERR_EMPTY' });
}

/** By columns where each rating has a time, as nearly always; a function of each row takes twice as long. */
async function read(data: DataStore, options: WorkOptions): Promise<Interactions> {
  try {
    const ratings = await Interactions.from(data.interactions.all(), options);
    if (ratings.timestamps) return ratings;
  } catch (error) {
    if (!(error instanceof AttuneError && error.code === 'ERR_BAD_VALUE')) throw error;
  }
  return Interactions.from<StoredInteraction>(data.interactions.all(), { timestamp: (row) => row.timestamp ?? 0, ...options });
}

/** A digest of anything that JSON holds. */
export const digest = (...parts: unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** A digest of ratings: equal when the same users rated the same products alike. */
export function digestRatings(ratings: Interactions): string {
  const hash = createHash('sha256');
  for (const ids of [ratings.users, ratings.items]) {
    const { bytes, ends } = ids.toColumns();
    update(hash, bytes);
    update(hash, ends);
  }
  update(hash, ratings.userIndices);
  update(hash, ratings.itemIndices);
  update(hash, ratings.values);
  if (ratings.timestamps) update(hash, ratings.timestamps);
  return hash.digest('hex');
}

/** A digest of what search reads of products. */
export async function digestProducts(data: DataStore, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  let n = 0;
  for await (const product of data.products.all()) {
    if (++n % 1000 === 0) signal?.throwIfAborted();
    hash.update(JSON.stringify([product.item, searchText(product), searchMetadata(product)]));
  }
  return hash.digest('hex');
}

type Product = Record<string, unknown>;

const texts = (value: unknown) => (Array.isArray(value) ? value.filter((text): text is string => typeof text === 'string') : []);

/** What search knows of a product: the title twice, because it says what the thing is. */
export const searchText = (product: Product): string[] => [
  String(product.title ?? ''),
  String(product.title ?? ''),
  String(product.store ?? ''),
  ...texts(product.categories).slice(1),
  ...texts(product.features),
  ...texts(product.description),
];

/** What search can filter by. */
export const searchMetadata = (product: Product) => {
  const entries = {
    brand: product.store,
    price: product.price,
    main_category: product.main_category,
    average_rating: product.average_rating,
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined && value !== null)) as Record<
    string,
    string | number
  >;
};

const update = (hash: Hash, array: Uint8Array | Int32Array | Float32Array | Float64Array) =>
  hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
