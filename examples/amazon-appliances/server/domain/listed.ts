import type { Card } from './catalogue.ts';
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
