import type { DataStore, StoredEvent } from 'attune';

/** What a user can say or show of a product. */
export const opinionTypes = ['like', 'dislike', 'skip', 'purchase', 'rating'] as const;
export type OpinionType = (typeof opinionTypes)[number];

/** What events are worth where they do not bring stars, on the scale of the stars. */
export const worth = { like: 5, purchase: 4, click_product: 2 };
/** A product with fewer stars is none that they like. */
export const lowestLiked = 3;

const starsIn = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
export const starsOf = (event: StoredEvent) => starsIn(event.value) ?? starsIn(event.rating);

/**
 * What an event is worth in stars, 0 when it speaks against the product; purchases also come from tracking, where the product is the key. A like is
 * one, whatever number comes with it.
 */
export function worthOf(event: StoredEvent, worthNow: typeof worth = worth): number {
  const type = event.type as OpinionType;
  if (type === 'like') return worthNow.like;
  if (type === 'purchase') return starsOf(event) ?? worthNow.purchase;
  return type === 'rating' ? (starsOf(event) ?? 0) : 0;
}

/** What somebody thinks of a product now; 0 stars: they turned it down. */
export interface Opinion {
  user: string;
  item: string;
  value: number;
  timestamp: number;
}

/** The latest opinion of each pair after an event, oldest first, and the number of the last event. */
export async function opinionsAfter(data: DataStore, event: number): Promise<{ opinions: Opinion[]; last: number }> {
  const opinions = new Map<string, Opinion>();
  let last = event;
  for await (const it of data.events.all({ type: opinionTypes })) {
    if (it.id <= event) continue;
    last = it.id;
    const { user, timestamp } = it;
    const item = it.item ?? it.key;
    if (typeof item !== 'string') continue;
    const value = worthOf(it);
    opinions.set(JSON.stringify([user, item]), { user, item, value: value >= lowestLiked ? value : 0, timestamp });
  }
  return { opinions: [...opinions.values()], last };
}
