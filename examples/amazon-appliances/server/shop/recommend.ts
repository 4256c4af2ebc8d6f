import { notFound } from '../http/errors.ts';
import { listed } from './answers.ts';
import { tasteOf } from './people.ts';
import { rankerFor } from './ranker.ts';
import type { Shop } from './shop.ts';

export const modelNames = ['hybrid', 'als', 'semantic', 'popular'] as const;
export type ModelName = (typeof modelNames)[number];

export const sides = ['both', 'content', 'behaviour'] as const;
export type Side = (typeof sides)[number];

/** Who asks, and what is known of them besides the database. */
export interface Ask {
  user_id: string;
  n: number;
  model?: ModelName;
  history?: string[];
  interests?: string[];
  exclude?: string[];
}

export async function recommend(shop: Shop, { user_id, n, model = 'hybrid', history = [], interests, exclude = [] }: Ask) {
  const taste = await tasteOf(shop.system.data, user_id);
  for (const item of history) taste.liked.set(item, taste.liked.get(item) ?? 5);
  const isNew = taste.hasNews || history.length > 0;
  const page = await rankerFor(shop.system.models, model).rank(
    {
      // A user who told nothing since the model was trained has an answer in it; anybody else is their history.
      user: isNew ? undefined : user_id,
      history: isNew ? Array.from(taste.liked, ([item, value]) => ({ item, value })) : undefined,
      interests,
    },
    { n, exclude: [...exclude, ...taste.avoided, ...taste.liked.keys()] },
  );
  return { user_id, strategy: page.strategy, recommendations: listed(shop, page.items) };
}

export async function similar(shop: Shop, item: string, n: number, by: Side) {
  if (!shop.catalogue.get(item)) throw notFound('product', item);
  const { als, search } = shop.system.models;
  const list =
    by === 'behaviour'
      ? als?.items.has(item)
        ? als.similarItems(item, { n })
        : []
      : (search?.similarItems(item, { n, onUnknown: 'empty' }) ?? []);
  return {
    item_id: item,
    recommendations: listed(
      shop,
      list.map((it) => ({ ...it, reasons: [] })),
    ),
  };
}
