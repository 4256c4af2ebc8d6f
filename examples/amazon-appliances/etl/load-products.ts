import { statSync } from 'node:fs';
import { IdMap } from 'attune';
import { kindOf } from '../pipeline/database.ts';
import { type CatalogueEntry, type Known, mergeProducts, readProduct } from './product.ts';
import { type Encoding, readSource, reasonOf } from './source.ts';
import { received } from './threads.ts';

export interface ProductCounts {
  rows: number;
  /** Rows of a product that had come before. */
  duplicates: number;
  repairedTitles: number;
  unreadablePrices: number;
}

export interface ProductTask {
  /** Without it the table stays empty. */
  file?: string;
  encoding?: Encoding;
  /** Where the new tables are made. */
  database: string;
}

/** Rows that were left out, and at the end what came of the loading. */
export interface ProductMessage {
  rejects: { line: number; reason: string; row: unknown }[];
  result?: { counts: ProductCounts; known: { bytes: Uint8Array; ends: Int32Array } };
}

/** Smaller files are loaded faster than a thread starts. */
const worthThread = 1 << 20;
/** So few at a time that they are gone before the garbage collector copies them to the old ones. */
const batchSize = 2000;

/** Makes the database with the products of a file in it, in a thread of its own when the file is large. */
export function loadProducts(task: ProductTask): AsyncGenerator<ProductMessage> {
  const small = task.file === undefined || statSync(task.file).size < worthThread;
  return small ? productMessages(task) : received<ProductMessage>(new URL('./products-thread.ts', import.meta.url), task);
}

/** The same in this thread. Rows of one product are merged. Only a batch and the ids are in memory. */
export async function* productMessages({ file, database, encoding }: ProductTask): AsyncGenerator<ProductMessage> {
  const known = new IdMap();
  const counts: ProductCounts = { rows: 0, duplicates: 0, repairedTitles: 0, unreadablePrices: 0 };
  const { data, close } = await (await kindOf(database)).create(database);
  const store = data.products;
  const repaired = new Set<string>();
  let batch = new Map<string, Known>();
  let rejects: ProductMessage['rejects'] = [];
  const put = async (products: Map<string, Known>, seen: string[]) => {
    for (const stored of seen.length > 0 ? await store.getMany(seen) : []) {
      if (!stored) continue;
      const before = { product: stored as unknown as CatalogueEntry, repaired: repaired.has(stored.item) };
      products.set(stored.item, mergeProducts(complete(before), products.get(stored.item) as Known));
    }
    await store.putMany(Array.from(products.values(), ({ product }) => product as unknown as { item: string }));
    for (const [id, entry] of products) {
      if (entry.repaired) repaired.add(id);
      else repaired.delete(id);
    }
  };
  /** One batch is on its way to a server while the next is read. */
  let putting = Promise.resolve();
  const flush = async () => {
    const full = batch;
    batch = new Map();
    const seen = [...full.keys()].filter((id) => known.has(id));
    for (const id of full.keys()) known.add(id);
    await putting;
    putting = put(full, seen);
    putting.catch(() => {}); // it is awaited before the next batch, or at the end
  };
  const message = (): ProductMessage => {
    const sent = { rejects };
    rejects = [];
    return sent;
  };
  try {
    for await (const rows of file === undefined ? [] : readSource(file, { encoding })) {
      for (const { line, row, problem } of rows) {
        counts.rows++;
        const read = row ? readProduct(row) : reasonOf(problem);
        if (typeof read === 'string') {
          rejects.push({ line, reason: read, row: row ?? problem });
          continue;
        }
        const { product, repairs } = read;
        if (repairs.includes('price cannot be read')) counts.unreadablePrices++;
        const entry = { product, repaired: repairs.includes('title made from brand and description') };
        const before = batch.get(product.item);
        if (before || known.has(product.item)) counts.duplicates++;
        batch.set(product.item, before ? mergeProducts(before, entry) : entry);
      }
      if (batch.size >= batchSize) await flush();
      if (rejects.length > 0) yield message(); // only then: each one waits for a thread that is busy with reviews
    }
    await flush();
    await putting;
  } finally {
    await putting.catch(() => {});
    close();
  }
  counts.repairedTitles = repaired.size;
  yield { ...message(), result: { counts, known: known.toColumns() } };
}

/** Stores leave empty columns out of the rows they return. */
function complete({ product, repaired }: Known): Known {
  const { item, title, main_category = null, average_rating = null, rating_number = null, price = null, store = null } = product;
  const { features = [], description = [], images = [], categories = [], details = {} } = product;
  return {
    repaired,
    product: {
      item,
      title,
      main_category,
      average_rating,
      rating_number,
      price,
      store,
      features,
      description,
      images,
      categories,
      details,
    },
  };
}
