import type { RankedPage, RankRequest } from 'attune';
import { notFound } from './errors.ts';
import { listed } from './listed.ts';
import type { Taste } from './people.ts';
import type { ModelName, Side } from './ranker.ts';
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

type Recommended = Awaited<ReturnType<typeof make>>;

/** An answer, and what it followed from. */
export interface KeptAnswer {
  taste: Taste;
  version: number;
  answer: Recommended;
}

/**
 * Products for a user: from the model, combined with their feedback since it was trained. An answer is kept until something happens to the user
 * or to the shop; people whom nobody knows share one.
 */
export async function recommend(shop: Shop, ask: Ask) {
  const { user_id, n, model = 'hybrid', history, interests, exclude } = ask;
  const started = performance.now();
  const taste = await shop.tastes.of(user_id);
  const version = shop.live.version;
  const isKeepable = !history?.length && !exclude?.length;
  const isStranger = taste.liked.size + taste.avoided.size === 0 && !shop.live.als?.users.has(user_id);
  const key = isKeepable ? JSON.stringify([isStranger ? null : user_id, n, model, interests]) : '';
  const kept = isKeepable ? shop.answers.get(key) : undefined;
  const isFresh = kept?.version === version && (isStranger || kept.taste === taste);
  const answer = isFresh ? kept.answer : await make(shop, ask, taste);
  if (isKeepable && !isFresh) shop.answers.set(key, { taste, version, answer });
  shop.onRecommended(answer.strategy, answer.recommendations, (performance.now() - started) / 1000);
  return { user_id, ...answer };
}

async function make(shop: Shop, { user_id, n, model = 'hybrid', history, interests, exclude = [] }: Ask, taste: Taste) {
  const request = { ...requestOf(shop, user_id, taste, history), interests };
  const page = await shop.rankers.for(model, n).rank({ ...request, exclude: [...exclude, ...taste.avoided, ...shop.live.gone] }, { n });
  return { strategy: page.strategy, recommendations: entriesOf(shop, page) };
}

/** Products that are like one. */
export async function similar(shop: Shop, item_id: string, n: number, by: Side) {
  if (!shop.catalogue.get(item_id)) throw notFound('product', item_id);
  const page = await shop.rankers.similarity(by).rank({ context: { item: item_id }, exclude: [item_id, ...shop.live.gone] }, { n });
  return { item_id, recommendations: entriesOf(shop, page) };
}

/** A user as the models know them, or their whole history where they do not know all of it. */
export function requestOf(shop: Shop, user: string, { liked, hasNews }: Taste, history: readonly string[] = []): RankRequest {
  if (!hasNews && history.length === 0 && isKnown(shop, user, liked)) return { user };
  const all = new Map(liked);
  for (const item of history) all.set(item, all.get(item) ?? likedValue);
  return { user, history: Array.from(all, ([item, value]) => ({ item, value })) };
}

/** Whether the model was fitted on just these ratings: others may have come or gone through the administration. */
function isKnown({ live: { als } }: Shop, user: string, liked: Taste['liked']): boolean {
  if (!als?.users.has(user)) return false;
  const known = [...als.interactionsOf(user)];
  return known.length === liked.size && known.every(({ item, value }) => liked.get(item) === value);
}

function entriesOf(shop: Shop, page: RankedPage) {
  return listed(
    shop,
    page.items.map(({ item, score, reasons }) => ({ item, score, reasons: reasons.map(({ text, kind }) => ({ text, kind })) })),
  );
}
