import { randomUUID } from 'node:crypto';
import type { HybridRanker, RankRequest } from 'attune';
import { notFound, ShopError } from '../errors.ts';
import { type Listed, listed } from '../listed.ts';
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
  const user = earlier?.user ?? personOf(ask);
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
  const page = await rankIn(shop, facts, recipe, { ...ask, exclude });
  const recommendations = listed(shop, page.items);
  const items = recommendations.map((it) => it.item_id);
  shop.onRecommended(page.strategy, items, (performance.now() - started) / 1000);
  // Not waited for: an answer is not slower because it is counted. A list that is lost with a crash is one that nobody saw.
  shop.events.append({ user, type: shownType, list: facts.list, placement: name, version, variant, items }).catch(() => {});
  return {
    placement: name,
    version,
    variant: variant ?? null,
    recommendation_id: shop.listIds.sign(facts),
    user_id: user,
    strategy: page.strategy,
    recommendations,
  };
}

/** A list as somebody would see it, without counting it. */
export async function preview(shop: Shop, name: string, ask: PlacementAsk & { variant?: string }) {
  const { ranker, request } = await prepared(shop, name, ask);
  const { strategy, items, skipped } = await ranker.rank(request, { n: ask.n });
  return { strategy, skipped, recommendations: listed(shop, items).map((it, k) => ({ ...it, sources: items[k].sources })) };
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
  const variant = ask.variant ?? shop.placements.variantOf(name, user);
  return forPerson(shop, { placement: name, version, variant, user, item: ask.item_id }, recipeOf(definition, variant), ask);
}

async function rankIn(shop: Shop, facts: ListFacts, recipe: Recipe, ask: PlacementAsk) {
  const { ranker, request } = await forPerson(shop, facts, recipe, ask);
  return ranker.rank(request, { n: ask.n });
}

/** The ranker of a recipe, and what it is told of a person. */
async function forPerson(
  shop: Shop,
  { placement, version, variant, user, item }: Omit<ListFacts, 'list'>,
  recipe: Recipe,
  { interests, exclude = [] }: PlacementAsk,
): Promise<{ ranker: HybridRanker; request: RankRequest }> {
  if (item !== undefined && !shop.catalogue.get(item)) throw notFound('product', item);
  const taste = await shop.tastes.of(user, recipe.event_weights);
  const minute = Math.floor(Date.now() / 60_000);
  const period = recipe.rotation_minutes > 0 ? Math.floor(minute / recipe.rotation_minutes) : 0;
  const key = `${placement} ${version} ${variant ?? ''} ${period}`;
  const ranker = shop.rankers.placement(key, recipe, () => rulesOf(recipe, minute));
  const never = [...exclude, ...taste.avoided, ...shop.live.gone, ...(item === undefined ? [] : [item])];
  return { ranker, request: { ...requestOf(shop, user, taste), interests, context: { item }, exclude: never } };
}

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
