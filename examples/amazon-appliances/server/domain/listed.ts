import type { Card, ProductCard } from './catalogue.ts';
import type { Shop } from './shop.ts';

/** A product in a list, and why it is there where that is known. */
export interface Entry {
  item: string;
  score: number;
  reasons?: readonly { text: string; kind: string }[];
}

export type Listed = Card & { item_id: string; score: number; reasons?: Entry['reasons'] };

/** Products with their cards; what has left the shop since a model was trained is left out, and so are scores that are no numbers. */
export function listed(shop: Shop, list: readonly Entry[]): Listed[] {
  return withCards(shop, list, ({ item, score, reasons }, card) => ({
    item_id: item,
    score,
    ...(reasons && { reasons }),
    ...shownOf(card),
  }));
}

/** Each product that the shop has, together with its card. */
export function withCards<E extends Entry, T>(shop: Shop, list: readonly E[], make: (entry: E, card: ProductCard) => T): T[] {
  const result: T[] = [];
  for (const entry of list) {
    const card = shop.catalogue.get(entry.item);
    if (card && Number.isFinite(entry.score)) result.push(make(entry, card));
  }
  return result;
}

/** What a card shows, field by field: copying whole objects takes three times as long. */
export function shownOf({ title, image_url, price, average_rating, rating_number, store, category }: ProductCard): Card {
  return { title, image_url, price, average_rating, rating_number, store, category };
}
