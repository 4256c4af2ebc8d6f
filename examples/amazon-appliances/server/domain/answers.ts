import type { SearchMode, Where } from 'attune';
import type { Card } from './catalogue.ts';
import { notFound, notReady, ShopError } from './errors.ts';
import type { Shop } from './shop.ts';

interface Scored {
  item: string;
  score: number;
}

export type Listed = Card & { item_id: string; score: number };

/** Products with their cards; what has left the shop since a model was trained is left out, and so are scores that are no numbers. */
export function listed<T extends Scored>(shop: Shop, list: readonly T[]): (T & Listed)[] {
  const result: (T & Listed)[] = [];
  for (const entry of list) {
    const card = shop.catalogue.get(entry.item);
    if (card && Number.isFinite(entry.score)) result.push({ ...entry, ...card, item_id: entry.item });
  }
  return result;
}

interface Search {
  query: string;
  top_k: number;
  mode?: SearchMode;
  where?: Where;
  is_typing?: boolean;
}

export async function search(shop: Shop, { query, top_k, mode, where, is_typing }: Search) {
  const index = shop.system.models.search ?? missing('semantic search');
  const found = await index.search(is_typing ? shop.catalogue.complete(query) : query, { n: top_k, mode, where });
  return { query, results: listed(shop, found).map(({ score, ...card }) => ({ ...card, similarity: score })) };
}

/** Products that the same people like, by the factors alone. */
export function likedTogether(shop: Shop, item: string, n: number): Listed[] {
  const als = shop.system.models.als ?? missing('matrix factorization');
  if (!als.items.has(item)) throw unknown(shop, item);
  return listed(shop, als.similarItems(item, { n }));
}

/** Products for a user whom the factors know. */
export function likedByUser(shop: Shop, user: string, n: number, includeSeen: boolean): Listed[] {
  const als = shop.system.models.als ?? missing('matrix factorization');
  return listed(shop, als.recommend(user, { n, includeSeen }));
}

/** What of a user's own ratings speaks for a product, in shares of what speaks for it at all. */
export function explain(shop: Shop, user: string, item: string) {
  const { als } = shop.system.models;
  if (!shop.catalogue.get(item)) throw notFound('product', item);
  if (!als?.users.has(user) || !als.items.has(item)) return { user_id: user, item_id: item, score: null, contributions: [] };
  const { score, contributions } = als.explain(user, item);
  const forIt = contributions.filter((it) => it.score > 0 && it.item !== item);
  const total = forIt.reduce((sum, it) => sum + it.score, 0);
  return {
    user_id: user,
    item_id: item,
    score,
    contributions: listed(shop, forIt.slice(0, 10)).map((it) => ({ ...it, rating: it.value, share: it.score / total })),
  };
}

function missing(what: string): never {
  throw notReady(what);
}

function unknown(shop: Shop, item: string): ShopError {
  if (!shop.catalogue.get(item)) return notFound('product', item);
  return new ShopError('ERR_UNKNOWN_ITEM', 'Nobody has rated this product yet, so this model does not know it.');
}
