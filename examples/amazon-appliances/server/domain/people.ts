import type { DataStore, StoredEvent } from 'attune';
import { lowestLiked, type OpinionType, opinionTypes, starsOf, worth, worthOf } from '../../pipeline/opinions.ts';
import type { Catalogue } from './catalogue.ts';
import { trackingTypes } from './observations.ts';

/** The feedback a user can give about a product. */
export const feedbackTypes = opinionTypes;
export type FeedbackType = OpinionType;

/** Events that say something of a taste; all others leave it as it is. */
export const tasteTypes: readonly string[] = [...feedbackTypes, 'click_product'];

/** A user's history: products with how much they like them, and products not to show again. */
export interface Taste {
  /** Ratings of the database, with what was said since on top, in the order of time. */
  readonly liked: ReadonlyMap<string, number>;
  /** Products that they turned down. */
  readonly avoided: ReadonlySet<string>;
  /** What they rated, bought and said about products, as the pages show it. */
  readonly said: ReadonlyMap<string, Said>;
}

export interface Said {
  liked?: boolean;
  bought?: boolean;
  stars?: number;
}

/** What is known of nobody in particular. */
export const nobody: Taste = { liked: new Map(), avoided: new Set(), said: new Map() };

/** A taste without what was said of one product, which is no reason for that product. */
export const apartFrom = (item: string, taste: Taste): Taste => ({
  ...taste,
  liked: new Map([...taste.liked].filter(([id]) => id !== item)),
});

export type EventWeights = Partial<typeof worth>;

/** All that is known about a user, from the ratings and from what was said and done since. */
export async function tasteOf(data: DataStore, user: string, weights: EventWeights = {}): Promise<Taste> {
  const worthNow = { ...worth, ...weights };
  const [ratings, events] = await Promise.all([
    data.interactions.ofUser(user),
    data.events.ofUser(user, { type: tasteTypes, newestFirst: true, limit: longestMemory }),
  ]);
  const liked = new Map(ratings.map((row) => [row.item, row.value]));
  const said = new Map<string, Said>(ratings.map((row) => [row.item, { stars: row.value }]));
  const avoided = new Set<string>();
  for (const event of events.reverse()) {
    const item = event.item ?? event.key;
    if (typeof item !== 'string') continue;
    if (event.type === 'click_product') {
      // A look says a little about what was not spoken of otherwise.
      if (liked.has(item) || avoided.has(item)) continue;
      if (worthNow.click_product <= 0) continue;
      liked.set(item, worthNow.click_product);
    } else {
      const value = worthOf(event, worthNow);
      said.set(item, { ...said.get(item), ...saidIn(event) });
      if (value >= lowestLiked) {
        liked.set(item, Math.max(value, liked.get(item) ?? 0));
        avoided.delete(item);
      } else {
        liked.delete(item);
        avoided.add(item);
      }
    }
  }
  return { liked, avoided, said };
}

/** Only so many of the latest events of a user count. */
const longestMemory = 500;

function saidIn(event: StoredEvent): Said {
  const stars = starsOf(event);
  const type = event.type as FeedbackType;
  if (type === 'purchase') return { bought: true, ...(stars && { stars }) };
  return type === 'rating' ? { stars } : { liked: type === 'like' };
}

/** What a user did. Lists that they were shown, and decisions of an administrator, are in the log as well. */
const historyTypes: readonly string[] = [...new Set([...tasteTypes, ...trackingTypes])];

/** Ratings and events of a user, newest first. */
export async function historyOf(data: DataStore, catalogue: Catalogue, user: string, limit: number) {
  const newest = { newestFirst: true, limit };
  const [ratings, events] = await Promise.all([
    data.interactions.ofUser(user, newest),
    data.events.ofUser(user, { ...newest, type: historyTypes }),
  ]);
  return {
    user_id: user,
    ratings: ratings.map(({ item, value, timestamp }) => ({
      ...(catalogue.get(item) ?? { title: `Product ${item}` }),
      item_id: item,
      rating: value,
      timestamp: timestamp ?? null,
    })),
    events: events.map(({ type, timestamp, key, item }) => {
      const about = String(item ?? key ?? '');
      const card = catalogue.get(about);
      return { event_type: type, key: about, timestamp, ...(card && { title: card.title, image_url: card.image_url }) };
    }),
  };
}

/** How many ratings are looked at to find users for trying out. */
const looked = 20_000;

/** People have names; ids are for machines. */
const names = ['Alice', 'Bob', 'Chidi', 'Dana', 'Emre', 'Fatima', 'Goran', 'Hana', 'Ines', 'Jonas', 'Kiri', 'Luis'];

/** A few users with many ratings and different tastes, each with a name for the pages. */
export async function usersToTry(data: DataStore, catalogue: Catalogue, n: number) {
  const { rows } = await data.interactions.page({ limit: looked });
  const tastes = new Map<string, Map<string, number>>();
  for (const { user, item } of rows) {
    const category = catalogue.get(item)?.category ?? '';
    const taste = tastes.get(user) ?? new Map<string, number>();
    tastes.set(user, taste.set(category, (taste.get(category) ?? 0) + 1));
  }
  const candidates = Array.from(tastes, ([user_id, taste]) => ({
    user_id,
    ratings: Array.from(taste.values()).reduce((a, b) => a + b, 0),
    taste: Array.from(taste).sort((a, b) => b[1] - a[1])[0][0],
  })).sort((a, b) => b.ratings - a.ratings);
  const chosen = new Map<string, (typeof candidates)[number]>();
  for (const candidate of candidates) if (!chosen.has(candidate.taste) && chosen.size < n) chosen.set(candidate.taste, candidate);
  const others = candidates.filter((it) => chosen.get(it.taste) !== it).slice(0, n - chosen.size);
  return [...chosen.values(), ...others].map((it, k) => ({
    ...it,
    name: names[k % names.length] + (k < names.length ? '' : ` ${Math.floor(k / names.length) + 1}`),
  }));
}
