import type { RankedPage, RankRequest } from 'attune';
import { notFound } from './errors.ts';
import { listed } from './listed.ts';
import { nobody, type Taste } from './people.ts';
import type { ModelName, Side } from './ranker.ts';
import { deedOf, withReasonsFor } from './reasons.ts';
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

/** A list that was made for somebody. */
export interface Recommended {
  strategy: RankedPage['strategy'];
  items: readonly string[];
  /** The products with their cards and reasons, as JSON text. */
  json: string;
}

/** Longer histories are hardly ever those of two people. */
const longestShared = 50;

/** Products for a user, of which those who count what is shown are told. */
export async function recommend(shop: Shop, ask: Ask): Promise<Recommended> {
  const started = performance.now();
  const made = await listFor(shop, ask);
  shop.onRecommended(made.strategy, made.items, (performance.now() - started) / 1000);
  return made;
}

/**
 * Products for a user: from the model, combined with their feedback since it was trained. An answer is kept until something happens to the user
 * or to the shop. It follows from what is known of a user, so that those of whom the same is known share one: most people have a single rating.
 */
export async function listFor(shop: Shop, ask: Ask): Promise<Recommended> {
  const taste = await shop.tastes.of(ask.user_id);
  const request = requestOf(shop, ask.user_id, taste, ask.history);
  const make = () => makeList(shop, ask, taste, request);
  const said = (ask.history?.length ?? 0) + (ask.exclude?.length ?? 0) + taste.liked.size + taste.avoided.size;
  return said > longestShared ? make() : shop.answers.of(keyOf(shop, ask, taste, request), [shop.live.version], make);
}

/** Everything that an answer follows from, the shop aside. */
function keyOf(
  shop: Shop,
  { user_id, n, model = 'hybrid', interests, exclude }: Ask,
  { liked, avoided, said }: Taste,
  { history }: RankRequest,
): string {
  // What a model has learned of a user counts besides the history that is given, so that nobody else has the same.
  const user = history && shop.live.als?.users.has(user_id) ? user_id : null;
  // Reasons name what was done, which the values do not tell.
  const deeds = Array.from(liked.keys(), (item) => deedOf(said.get(item)));
  return JSON.stringify([user, history ?? ['known', ...liked], deeds, [...avoided], n, model, interests, exclude]);
}

async function makeList(
  shop: Shop,
  { n, model = 'hybrid', interests, exclude = [] }: Ask,
  taste: Taste,
  request: RankRequest,
): Promise<Recommended> {
  const never = [...exclude, ...taste.avoided, ...shop.live.gone];
  const page = await shop.rankers.for(model, n).rank({ ...request, interests, exclude: never }, { n });
  const entries = listed(shop, withReasonsFor(taste, page.items));
  return { strategy: page.strategy, items: entries.map((it) => it.item_id), json: JSON.stringify(entries) };
}

/** Products that are like one, as JSON text. */
export async function similar(shop: Shop, item_id: string, n: number, by: Side): Promise<string> {
  if (!shop.catalogue.get(item_id)) throw notFound('product', item_id);
  return shop.lists.of(JSON.stringify(['similar', item_id, n, by]), [shop.live.version], async () => {
    const page = await shop.rankers.similarity(by).rank({ context: { item: item_id }, exclude: [item_id, ...shop.live.gone] }, { n });
    return JSON.stringify(listed(shop, withReasonsFor(nobody, page.items)));
  });
}

/** A user as the models know them, or their whole history where they do not know all of it. */
export function requestOf(shop: Shop, user: string, { liked }: Taste, history: readonly string[] = []): RankRequest {
  if (history.length === 0 && isKnown(shop, user, liked)) return { user };
  const all = new Map(liked);
  for (const item of history) all.set(item, all.get(item) ?? likedValue);
  return { user, history: Array.from(all, ([item, value]) => ({ item, value })) };
}

/** Whether the model was fitted on just these: others may have come or gone through the administration, or been said since. */
function isKnown({ live: { als } }: Shop, user: string, liked: Taste['liked']): boolean {
  if (!als?.users.has(user)) return false;
  const known = [...als.interactionsOf(user)];
  return known.length === liked.size && known.every(({ item, value }) => liked.get(item) === value);
}
