import type { SearchMode, Where } from 'attune';
import { notFound, notReady, ShopError } from './errors.ts';
import { listed, shownOf, withCards } from './listed.ts';
import { apartFrom } from './people.ts';
import { reasonsOf } from './placements/serve.ts';
import { reasonsFor } from './reasons.ts';
import { requestOf } from './recommend.ts';
import type { Shop } from './shop.ts';
import { readWhere } from './where.ts';

export interface Search {
  query: string;
  top_k: number;
  mode?: SearchMode;
  where?: Where;
  is_typing?: boolean;
}

/** Longer answers are for machines, and are not kept. */
const longestKept = 100;

/** Products that answer a query, as JSON text. Many people look for the same, so what was found is kept until the shop changes. */
export async function search(shop: Shop, ask: Search): Promise<string> {
  const { query, top_k, mode } = ask;
  const index = shop.live.search ?? missing('semantic search');
  const find = async () => {
    const filter = readWhere(ask.where, () => shop.catalogue.shown);
    const found = await index.search(ask.is_typing ? shop.catalogue.complete(query) : query, {
      n: top_k,
      mode,
      ...filter,
      exclude: shop.live.hidden,
    });
    const results = withCards(shop, found, ({ score }, { parent_asin, main_category, ...card }) => ({
      parent_asin,
      similarity: score,
      main_category,
      ...card,
    }));
    return JSON.stringify(results);
  };
  if (top_k > longestKept) return find();
  return shop.lists.of(`search ${JSON.stringify(ask)}`, [shop.live.version], find);
}

/** Products that the same people like, by the factors alone, as JSON text. */
export async function likedTogether(shop: Shop, item: string, n: number): Promise<string> {
  const als = shop.live.als ?? missing('matrix factorization');
  if (!shop.catalogue.get(item) || !als.items.has(item)) throw unknown(shop, item);
  return shop.lists.of(JSON.stringify(['together', item, n]), [shop.live.version], () =>
    JSON.stringify(listed(shop, als.similarItems(item, { n, exclude: shop.live.gone }))),
  );
}

/** Products for a user whom the factors know, as JSON text. */
export async function likedByUser(shop: Shop, user: string, n: number, includeSeen: boolean): Promise<string> {
  const als = shop.live.als ?? missing('matrix factorization');
  if (!als.users.has(user)) throw new ShopError('ERR_UNKNOWN_USER', 'The model was trained without this user.');
  return shop.lists.of(JSON.stringify(['user', user, n, includeSeen]), [shop.live.version], () =>
    JSON.stringify(listed(shop, als.recommend(user, { n, includeSeen, exclude: shop.live.gone }))),
  );
}

/**
 * Why a product is shown to a user: the reasons that its card gives, and what of their history speaks for it, in shares of what speaks for it
 * at all. Both come from the same history as the recommendations, so that they cannot contradict them;
 * only what was said of the product itself is no reason for it.
 *
 * @param recommendationId of the list that it was opened from; without it, the reasons are those of the list of all models together
 */
export async function explain(shop: Shop, user: string, item: string, recommendationId?: string) {
  if (!shop.catalogue.get(item)) throw notFound('product', item);
  const { als } = shop.live;
  const taste = await shop.tastes.of(user);
  const rest = apartFrom(item, taste);
  const request = requestOf(shop, user, rest);
  const because = recommendationId === undefined ? await reasonsOfAll() : await reasonsOf(shop, recommendationId, user, item);
  const about = { user_id: user, item_id: item, ...because, said: taste.said.get(item) ?? {} };
  const history = Array.from(rest.liked, ([item, value]) => ({ item, value }));
  if (!als?.items.has(item) || !history.some((it) => als.items.has(it.item))) return { ...about, score: null, contributions: [] };
  const [{ score, contributions }] = request.history ? als.explainFor(history, [item]) : [als.explain(user, item)];
  const forIt = contributions.filter((it) => it.score > 0);
  const total = forIt.reduce((sum, it) => sum + it.score, 0);
  return {
    ...about,
    score,
    contributions: withCards(shop, forIt.slice(0, 10), ({ item, score, value }, card) => ({
      item_id: item,
      score,
      rating: value,
      share: score / total,
      ...shownOf(card),
    })),
  };

  async function reasonsOfAll() {
    const { strategy, items } = await shop.rankers.for('hybrid', 1).rank({ ...request, only: [item] }, { n: 1, includeSeen: true });
    return { list: null, strategy, reasons: reasonsFor(rest, items[0]?.reasons ?? []) };
  }
}

function missing(what: string): never {
  throw notReady(what);
}

function unknown(shop: Shop, item: string): ShopError {
  if (!shop.catalogue.get(item)) return notFound('product', item);
  return new ShopError('ERR_UNKNOWN_ITEM', 'Nobody has rated this product yet, so this model does not know it.');
}
