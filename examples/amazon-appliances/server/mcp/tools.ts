import type { SearchMode } from 'attune';
import { explain, search } from '../domain/answers.ts';
import { notFound } from '../domain/errors.ts';
import type { Listed } from '../domain/listed.ts';
import { recommend, similar } from '../domain/recommend.ts';
import type { Shop } from '../domain/shop.ts';
import { productFields } from '../domain/where.ts';
import { count, itemId, object, userId } from '../http/schemas.ts';

/** What an agent can do in the shop. */
export interface Tool<Arguments = never> {
  name: string;
  description: string;
  inputSchema: { type: 'object'; properties: Record<string, object>; required: readonly string[] };
  run(shop: Shop, given: Arguments): Promise<Record<string, unknown>>;
}

const tool = <A>(
  it: { [K in keyof Tool]: K extends 'run' | 'inputSchema' ? unknown : Tool[K] } & { inputSchema: object; run: Tool<A>['run'] },
) => it as unknown as Tool;

const n = count('How many products at most.', 10, 50);

/** The tools, with what they answer in the terms of a shop's catalogue: ids, titles, prices in minor units with their currency, media, ratings. */
export const tools: readonly Tool[] = [
  tool<{ query: string; n?: number; mode?: SearchMode; where?: Record<string, unknown> }>({
    name: 'search',
    description: `Finds products by a sentence or by words. where: { price: { min, max } in US dollars, average_rating: { min }, brand: [names] }, by ${Object.keys(productFields).join(', ')}.`,
    inputSchema: object(
      {
        query: { type: 'string', minLength: 1, maxLength: 1000, pattern: '\\S' },
        n,
        mode: { type: 'string', enum: ['semantic', 'lexical', 'hybrid'] },
        where: { type: 'object', additionalProperties: true },
      },
      ['query'],
    ),
    async run(shop, { query, n = 10, mode, where }) {
      const found: Found[] = JSON.parse(await search(shop, { query, top_k: n, mode, where: where as never }));
      return { products: found.map((it) => ({ ...productOf({ ...it, item_id: it.parent_asin }), similarity: it.similarity })) };
    },
  }),
  tool<{ user_id?: string; n?: number; interests?: string[]; liked?: string[] }>({
    name: 'recommend',
    description: 'Products for somebody: by their id if they are known, by products they liked, or by interests in their own words.',
    inputSchema: object({
      user_id: userId,
      n,
      interests: { type: 'array', maxItems: 20, items: { type: 'string', minLength: 1, maxLength: 500 } },
      liked: { type: 'array', maxItems: 100, items: itemId },
    }),
    async run(shop, { user_id = 'agent', n = 10, interests, liked }) {
      const { strategy, json } = await recommend(shop, { user_id, n, interests, history: liked });
      return { strategy, products: (JSON.parse(json) as Listed[]).map(withReasons) };
    },
  }),
  tool<{ product_id: string; n?: number }>({
    name: 'similar',
    description: 'Products that are like one, by what they are and by who likes them.',
    inputSchema: object({ product_id: itemId, n }, ['product_id']),
    async run(shop, { product_id, n = 10 }) {
      return { products: (JSON.parse(await similar(shop, product_id, n, 'both')) as Listed[]).map(withReasons) };
    },
  }),
  tool<{ product_id: string }>({
    name: 'product',
    description: 'Everything that is known of a product.',
    inputSchema: object({ product_id: itemId }, ['product_id']),
    async run(shop, { product_id }) {
      const found = await shop.product(product_id);
      if (!found) throw notFound('product', product_id);
      const { features, description, categories, details } = found.product;
      return { product: { ...productOf({ ...found.product, item_id: product_id }), features, description, categories, details } };
    },
  }),
  tool<{ user_id: string; product_id: string }>({
    name: 'reasons',
    description: 'Why a product is recommended to a user: sentences, and the products of their history that speak for it.',
    inputSchema: object({ user_id: userId, product_id: itemId }, ['user_id', 'product_id']),
    async run(shop, { user_id, product_id }) {
      const { reasons, contributions } = await explain(shop, user_id, product_id);
      return {
        reasons: reasons.map((it) => it.text),
        because_of: contributions.map(({ item_id, title, rating, share }) => ({ id: item_id, title, rating, share })),
      };
    },
  }),
];

type Found = Listed & { parent_asin: string; similarity: number };

function productOf({ item_id, title, price, image_url, average_rating, rating_number, store }: Omit<Listed, 'score'>) {
  return {
    id: item_id,
    title,
    url: `/product/${encodeURIComponent(item_id)}`,
    ...(price !== null && { price: { amount: Math.round(price * 100), currency: 'USD' } }),
    media: [{ type: 'image', url: image_url }],
    ...(average_rating !== null && { rating: { value: average_rating, count: rating_number ?? 0 } }),
    ...(store !== null && { brand: store }),
  };
}

const withReasons = (it: Listed) => ({ ...productOf(it), reasons: (it.reasons ?? []).map((reason) => reason.text) });
