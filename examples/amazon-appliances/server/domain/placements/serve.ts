import { randomUUID } from 'node:crypto';
import type { HybridRanker, RankRequest } from 'attune';
import { notFound, ShopError } from '../errors.ts';
import { type Listed, listed } from '../listed.ts';
import { apartFrom, type Taste } from '../people.ts';
import { reasonsFor, withReasonsFor } from '../reasons.ts';
import { requestOf } from '../recommend.ts';
import type { Shop } from '../shop.ts';
import { type Recipe, recipeOf } from './definition.ts';
import type { ListFacts } from './list-ids.ts';
import { rulesOf } from './rules.ts';

/** What a page asks of a placement. */
export interface PlacementAsk {
  user_id?: string;
  /** Instead of a user: a visit, which is known by what happens in it alone. */
  session_id?: string;
  n: number;
  /** The product that the page is about. */
  item_id?: string;
  interests?: string[];
  exclude?: string[];
  /** The `recommendation_id` of a list: its following page. */
  next?: string;
}

export interface PlacementAnswer {
  placement: string;
  version: number;
  variant: string | null;
  recommendation_id: string;
  user_id: string;
  strategy: string;
  recommendations: Listed[];
}

/** What is stored of each list, so that clicks can be counted against it, and its next page knows what was on it. */
export const shownType = 'recommended';

/** Lists by a visitor that are looked at for what was shown to them. */
const lookedBack = 100;

/** The next list of a placement for somebody, with a name that events refer to. */
export async function recommendIn(shop: Shop, name: string, ask: PlacementAsk): Promise<PlacementAnswer> {
  const earlier = ask.next === undefined ? undefined : readNext(shop, name, ask.next);
  const user = personOf(earlier && ask.user_id === undefined && ask.session_id === undefined ? { ...ask, user_id: earlier.user } : ask);
  if (earlier && user !== earlier.user) throw new ShopError('ERR_VALIDATION', 'next: expected that of a list which this user was given.');
  const { version } = shop.placements.get(name);
  const variant = earlier ? earlier.variant : shop.placements.variantOf(name, user);
  const facts: ListFacts = {
    list: earlier?.list ?? randomUUID(),
    placement: name,
    version,
    variant,
    user,
    item: earlier?.item ?? ask.item_id,
  };
  const recipe = recipeOf(shop.placements.get(name).definition, variant);
  const before = await shownBefore(shop, facts, recipe, earlier !== undefined);
  const exclude = [...(ask.exclude ?? []), ...before];
  const started = performance.now();
  const make = async () => {
    const { strategy, items } = await rankIn(shop, facts, recipe, { ...ask, exclude });
    return { strategy, recommendations: listed(shop, items) };
  };
  const key = JSON.stringify([name, version, variant, user, facts.item, ask.n, ask.interests, periodOf(recipe)]);
  const from = [shop.live.version, await shop.tastes.of(user, recipe.event_weights)];
  const { strategy, recommendations } = exclude.length > 0 ? await make() : await shop.placed.of(key, from, make);
  const items = recommendations.map((it) => it.item_id);
  shop.shown.set(facts.list, [...(shop.shown.get(facts.list) ?? []), { strategy, recommendations }]);
  shop.onRecommended(strategy, items, (performance.now() - started) / 1000);
  // Not waited for: an answer is not slower because it is counted. A list that is lost with a crash is one that nobody saw.
  shop.events.append({ user, type: shownType, list: facts.list, placement: name, version, variant, items }).catch(() => {});
  return {
    placement: name,
    version,
    variant: variant ?? null,
    recommendation_id: shop.listIds.sign(facts),
    user_id: user,
    strategy,
    recommendations,
  };
}

/** A list as somebody would see it, without counting it. */
export async function preview(shop: Shop, name: string, ask: PlacementAsk & { variant?: string }) {
  const { ranker, request, taste } = await prepared(shop, name, ask);
  const { strategy, items, skipped } = await ranker.rank(request, { n: ask.n });
  const recommendations = listed(shop, withReasonsFor(taste, items)).map((it, k) => ({ ...it, sources: items[k].sources }));
  return { strategy, skipped, recommendations };
}

/** Why a product stands on a list that somebody was shown: what its card said, or, when the list is no longer remembered, what it would say now. */
export async function reasonsOf(shop: Shop, id: string, user: string, item: string) {
  const facts = shop.listIds.read(id);
  if (facts?.user !== user) throw new ShopError('ERR_VALIDATION', 'recommendation_id: expected that of a list which this user was given.');
  const { placement, version, variant = null } = facts;
  for (const { strategy, recommendations } of shop.shown.get(facts.list) ?? []) {
    const card = recommendations.find((it) => it.item_id === item);
    if (card) return { list: { placement, version, variant }, strategy, reasons: card.reasons ?? [] };
  }
  const recipe = recipeOf(shop.placements.get(placement).definition, facts.variant);
  const { ranker, request, taste } = await forPerson(shop, facts, recipe, { user_id: user, n: 1 }, item);
  const { strategy, items } = await ranker.rank({ ...request, exclude: [], only: [item] }, { n: 1, includeSeen: true });
  return { list: { placement, version, variant }, strategy, reasons: reasonsFor(taste, items[0]?.reasons ?? []) };
}

/** Why a product is not on the list of somebody. */
export async function whyNot(shop: Shop, name: string, item: string, ask: PlacementAsk & { variant?: string }) {
  if (!shop.catalogue.get(item)) throw notFound('product', item);
  const { ranker, request } = await prepared(shop, name, ask);
  return { item_id: item, ...(await ranker.whyNot(request, item, { n: ask.n })) };
}

async function prepared(shop: Shop, name: string, ask: PlacementAsk & { variant?: string }) {
  const user = personOf(ask);
  const { version, definition } = shop.placements.get(name);
  if (ask.variant !== undefined && !shop.placements.variantsOf(name).includes(ask.variant))
    throw new ShopError('ERR_VALIDATION', `variant: this placement has no '${ask.variant}'.`);
  const variant = ask.variant ?? shop.placements.variantOf(name, user);
  return forPerson(shop, { placement: name, version, variant, user, item: ask.item_id }, recipeOf(definition, variant), ask);
}

async function rankIn(shop: Shop, facts: ListFacts, recipe: Recipe, ask: PlacementAsk) {
  const { ranker, request, taste } = await forPerson(shop, facts, recipe, ask);
  const { strategy, items } = await ranker.rank(request, { n: ask.n });
  return { strategy, items: withReasonsFor(taste, items) };
}

/** The ranker of a recipe, and what it is told of a person. @param about a product that is asked for: what they said of it is left out */
async function forPerson(
  shop: Shop,
  { placement, version, variant, user, item }: Omit<ListFacts, 'list'>,
  recipe: Recipe,
  { interests, exclude = [] }: PlacementAsk,
  about?: string,
): Promise<{ ranker: HybridRanker; request: RankRequest; taste: Taste }> {
  if (item !== undefined && !shop.catalogue.get(item)) throw notFound('product', item);
  const known = await shop.tastes.of(user, recipe.event_weights);
  const taste = about === undefined ? known : apartFrom(about, known);
  const key = `${placement} ${version} ${variant ?? ''} ${periodOf(recipe)}`;
  const ranker = shop.rankers.placement(key, recipe, () => rulesOf(recipe, periodOf(recipe), (id) => shop.catalogue.get(id) !== undefined));
  const never = [...exclude, ...taste.avoided, ...shop.live.gone, ...(item === undefined ? [] : [item])];
  return { ranker, taste, request: { ...requestOf(shop, user, taste), interests, context: { item }, exclude: never } };
}

/** Number of the time in which rotation shows the same; 0 without rotation. */
const periodOf = ({ rotation_minutes }: Recipe) => (rotation_minutes > 0 ? Math.floor(Date.now() / 60_000 / rotation_minutes) : 0);

/** Products that stand on earlier pages of the list, or that a placement without repeats has shown not long ago. */
async function shownBefore(
  shop: Shop,
  { list, placement, user }: ListFacts,
  { no_repeats_hours }: Recipe,
  isNext: boolean,
): Promise<string[]> {
  if (!isNext && no_repeats_hours === 0) return [];
  await shop.events.flush();
  const since = Date.now() - no_repeats_hours * 3_600_000;
  const events = await shop.system.data.events.ofUser(user, { type: shownType, newestFirst: true, limit: lookedBack });
  return events
    .filter((it) => it.list === list || (it.placement === placement && no_repeats_hours > 0 && it.timestamp >= since))
    .flatMap((it) => it.items as string[]);
}

function readNext(shop: Shop, name: string, id: string): ListFacts {
  const facts = shop.listIds.read(id);
  if (facts?.placement === name) return facts;
  throw new ShopError('ERR_VALIDATION', 'next: expected the recommendation_id of a list of this placement.');
}

function personOf({ user_id, session_id }: PlacementAsk): string {
  if (user_id !== undefined && session_id === undefined) return user_id;
  if (session_id !== undefined && user_id === undefined) return `session:${session_id}`;
  throw new ShopError('ERR_VALIDATION', 'Expected either user_id or session_id.');
}
