import { type GivenRow, type InsertResult, storeRows } from './admin-rows.ts';
import { notFound, ShopError } from './errors.ts';
import type { Shop } from './shop.ts';
import { readProductStrictly } from './strict-rows.ts';

/** Stores products; they are in every list, search and recommendation when this resolves. */
export async function insertProducts(shop: Shop, given: readonly GivenRow[]): Promise<InsertResult> {
  const came: string[] = [];
  const result = await storeRows(given, readProductStrictly, (products) => {
    for (const { item } of products) came.push(item);
    return shop.system.data.products.putMany(products.map((it) => ({ ...it })));
  });
  await shop.productsCame(came);
  return result;
}

/** The last change of a product that each shop has begun: a row is read before it is written, so changes wait for each other. */
const lastChange = new WeakMap<Shop, Promise<unknown>>();

/** Changes some columns of a product; `null` empties one. @returns the product as it is now */
export function changeProduct(shop: Shop, id: string, changes: Record<string, unknown>) {
  const change = () => changeInTurn(shop, id, changes);
  const changed = (lastChange.get(shop) ?? Promise.resolve()).then(change, change);
  lastChange.set(shop, changed);
  return changed;
}

async function changeInTurn(shop: Shop, id: string, { hidden, ...columns }: Record<string, unknown>) {
  const known = await shop.system.data.products.get(id);
  if (!known) throw notFound('product', id);
  if (Object.keys(columns).length > 0) {
    const { item, ...old } = known;
    const read = readProductStrictly({ ...old, ...columns, parent_asin: id });
    if (typeof read === 'string') throw new ShopError('ERR_VALIDATION', `The product would not be valid: ${read}.`);
    const { rejected } = await shop.system.data.products.putMany([{ ...read }]);
    for (const { reason } of rejected) throw new ShopError('ERR_VALIDATION', `The product would not be valid: ${reason}`);
    await shop.productsCame([id]);
  }
  if (typeof hidden === 'boolean') await shop.hideProduct(id, hidden);
  return (await shop.product(id))?.product;
}

/** Deletes products and their ratings. */
export async function deleteProducts(shop: Shop, ids: readonly string[]) {
  const deleted = await shop.system.data.products.delete(ids);
  // One that comes again under the same id is another product.
  for (const id of ids) await shop.hideProduct(id, false);
  shop.productsWent(ids);
  return { deleted };
}

/** The first or the last products of the table. */
export const endOf = (shop: Shop, end: 'first' | 'last', n: number): string[] =>
  (end === 'first' ? shop.catalogue.cards.slice(0, n) : shop.catalogue.cards.slice(-n)).map((card) => card.parent_asin);

/** Per category: how many products, their mean rating and their mean price; largest first. */
export function productStats(shop: Shop) {
  const { cards } = shop.catalogue;
  return { total: cards.length, categories: statsBy((it) => it.category), main_categories: statsBy((it) => it.main_category) };

  function statsBy(categoryOf: (card: (typeof cards)[number]) => string | null) {
    const sums = new Map<string | null, { count: number; ratings: number[]; prices: number[] }>();
    for (const card of cards) {
      const category = categoryOf(card);
      const sum = sums.get(category) ?? { count: 0, ratings: [0, 0], prices: [0, 0] };
      sums.set(category, sum);
      sum.count++;
      add(sum.ratings, card.average_rating);
      add(sum.prices, card.price);
    }
    return Array.from(sums, ([category, { count, ratings, prices }]) => ({
      category,
      count,
      average_rating: mean(ratings),
      average_price: mean(prices),
    })).sort((a, b) => b.count - a.count);
  }
}

/** Sum and number of the values that are there. */
function add(sum: number[], value: number | null): void {
  if (value === null) return;
  sum[0] += value;
  sum[1]++;
}

const mean = ([sum, n]: number[]) => (n > 0 ? Math.round((sum / n) * 100) / 100 : null);
