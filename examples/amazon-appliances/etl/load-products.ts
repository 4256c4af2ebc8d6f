import { IdMap, type ProductStore, type Progress } from 'attune';
import { type CatalogueEntry, type Known, mergeProducts, readProduct } from './product.ts';
import type { Rejects } from './rejects.ts';
import { readSource } from './source.ts';

export interface ProductCounts {
  rows: number;
  /** Rows of a product that had come before. */
  duplicates: number;
  repairedTitles: number;
  unreadablePrices: number;
}

const batchSize = 2000;

/** Reads a metadata file into the table, merging rows of one product. Only a batch and the ids are in memory. */
export async function loadProducts(
  file: string | undefined,
  store: ProductStore,
  rejects: Rejects,
  onProgress: (progress: Progress) => void,
) {
  const known = new IdMap();
  const counts: ProductCounts = { rows: 0, duplicates: 0, repairedTitles: 0, unreadablePrices: 0 };
  if (file === undefined) return { known, counts };
  const repaired = new Set<string>();
  let batch = new Map<string, Known>();
  const flush = async () => {
    const seen = [...batch.keys()].filter((id) => known.has(id));
    for (const stored of await store.getMany(seen)) {
      if (!stored) continue;
      const before = { product: stored as unknown as CatalogueEntry, repaired: repaired.has(stored.item) };
      batch.set(stored.item, mergeProducts(complete(before), batch.get(stored.item) as Known));
    }
    await store.putMany([...batch.values()].map(({ product }) => ({ ...product })));
    for (const [id, entry] of batch) {
      known.add(id);
      if (entry.repaired) repaired.add(id);
      else repaired.delete(id);
    }
    batch = new Map();
  };
  for await (const rows of readSource(file, { onProgress })) {
    for (const { line, row, problem } of rows) {
      counts.rows++;
      const read = row ? readProduct(row) : `not a row: ${problem.replace(/, got .*/s, '')}`;
      if (typeof read === 'string') {
        await rejects.add('products', read, line, row ?? problem);
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
  }
  await flush();
  counts.repairedTitles = repaired.size;
  return { known, counts };
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
