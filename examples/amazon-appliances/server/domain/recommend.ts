import type { RankedPage } from 'attune';
import { listed } from './answers.ts';
import { notFound } from './errors.ts';
import { tasteOf } from './people.ts';
import { type ModelName, rankerFor, type Side, similarityRanker } from './ranker.ts';
import type { Shop } from './shop.ts';

/** The visitor, and what is known of them besides the database. */
export interface Ask {
  user_id: string;
  n: number;
  model?: ModelName;
  history?: string[];
  interests?: string[];
  exclude?: string[];
}

/** A product of a history that comes without a rating counts like the best one. */
const likedValue = 5;

/** Products for a user: from the model, combined with their feedback since it was trained. */
export async function recommend(shop: Shop, { user_id, n, model = 'hybrid', history = [], interests, exclude = [] }: Ask) {
  const { models, data } = shop.system;
  const { liked, avoided, hasNews } = await tasteOf(data, user_id);
  for (const item of history) liked.set(item, liked.get(item) ?? likedValue);
  const isInModel = !hasNews && history.length === 0 && models.als?.users.has(user_id);
  const page = await rankerFor(models, shop.catalogue, model, n).rank(
    {
      user: user_id,
      history: isInModel ? undefined : Array.from(liked, ([item, value]) => ({ item, value })),
      interests,
      exclude: [...exclude, ...avoided],
    },
    { n },
  );
  return { user_id, strategy: page.strategy, recommendations: entriesOf(shop, page) };
}

/** Products that are like one. */
export async function similar(shop: Shop, item_id: string, n: number, by: Side) {
  if (!shop.catalogue.get(item_id)) throw notFound('product', item_id);
  const ranker = similarityRanker(shop.system.models, shop.catalogue, by);
  const page = await ranker.rank({ context: { item: item_id }, exclude: [item_id] }, { n });
  return { item_id, recommendations: entriesOf(shop, page) };
}

function entriesOf(shop: Shop, page: RankedPage) {
  return listed(
    shop,
    page.items.map(({ item, score, reasons }) => ({ item, score, reasons: reasons.map(({ text, kind }) => ({ text, kind })) })),
  );
}
