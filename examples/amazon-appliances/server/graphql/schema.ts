import type { SearchMode } from 'attune';
import { buildSchema } from 'graphql';
import { dots } from '../../etl/review.ts';
import { search } from '../domain/answers.ts';
import type { Listed } from '../domain/listed.ts';
import { recommendIn } from '../domain/placements/serve.ts';
import { recommend, similar } from '../domain/recommend.ts';
import type { Shop } from '../domain/shop.ts';
import { HttpError } from '../http/errors.ts';

export const schema = buildSchema(`
  "A product with what every list shows of it."
  type Product {
    id: ID!
    title: String!
    image_url: String!
    "US dollars."
    price: Float
    average_rating: Float
    rating_number: Int
    store: String
    category: String
    "Products that are like this one."
    similar(n: Int = 5): [Recommendation!]!
  }
  type Recommendation { score: Float!, reasons: [String!]!, product: Product! }
  type Found { similarity: Float!, product: Product! }
  type Recommendations { strategy: String!, recommendations: [Recommendation!]! }
  type Placement { version: Int!, variant: String, recommendation_id: String!, strategy: String!, recommendations: [Recommendation!]! }
  type Category { name: String!, count: Int! }
  enum SearchMode { semantic, lexical, hybrid }
  type Query {
    product(id: ID!): Product
    search(query: String!, n: Int = 10, mode: SearchMode): [Found!]!
    recommendations(user: ID!, n: Int = 10, interests: [String!]): Recommendations!
    placement(name: String!, user: ID!, n: Int = 10, item: ID): Placement!
    categories: [Category!]!
  }
`);

/** Longer lists are asked of the routes. */
const mostProducts = 100;

/** Answers the fields of `Query`, with the functions that the routes call. */
export function rootOf(shop: Shop) {
  return {
    product: ({ id }: { id: string }) => productOf(shop, id),
    async search({ query, n, mode }: { query: string; n: number; mode?: SearchMode | null }) {
      if (query.trim() === '' || query.length > 1000) throw bad('query', 'a text of at most 1000 characters');
      const found: { parent_asin: string; similarity: number }[] = JSON.parse(
        await search(shop, { query, top_k: checked(n), mode: mode ?? undefined }),
      );
      return found.map(({ parent_asin, similarity }) => ({ similarity, product: productOf(shop, parent_asin) }));
    },
    async recommendations({ user, n, interests }: { user: string; n: number; interests?: string[] | null }) {
      if (interests && (interests.length > 50 || interests.some((it) => it === '' || it.length > 500)))
        throw bad('interests', 'at most 50 texts of at most 500 characters');
      const { strategy, json } = await recommend(shop, {
        user_id: checkedId('user', user),
        n: checked(n),
        interests: interests ?? undefined,
      });
      return { strategy, recommendations: recommendationsOf(shop, JSON.parse(json)) };
    },
    async placement({ name, user, n, item }: { name: string; user: string; n: number; item?: string | null }) {
      const answer = await recommendIn(shop, name, { user_id: checkedId('user', user), n: checked(n), item_id: item ?? undefined });
      return { ...answer, recommendations: recommendationsOf(shop, answer.recommendations) };
    },
    categories: () => shop.catalogue.categories,
  };
}

function productOf(shop: Shop, id: string) {
  const card = shop.catalogue.get(id);
  if (!card) return null;
  const { parent_asin, rating_number, ...shown } = card;
  return {
    ...shown,
    id: parent_asin,
    rating_number: rating_number === null ? null : Math.round(rating_number),
    similar: async ({ n }: { n: number }) => recommendationsOf(shop, JSON.parse(await similar(shop, id, checked(n), 'both'))),
  };
}

const recommendationsOf = (shop: Shop, list: readonly Listed[]) =>
  list.map(({ item_id, score, reasons = [] }) => ({ score, reasons: reasons.map((it) => it.text), product: productOf(shop, item_id) }));

function checked(n: number): number {
  if (Number.isInteger(n) && n >= 1 && n <= mostProducts) return n;
  throw bad('n', `a whole number from 1 to ${mostProducts}`);
}

/** As long as an id of the routes may be. */
function checkedId(field: string, id: string): string {
  if (id.length >= 1 && id.length <= 256 && !dots.has(id)) return id;
  throw bad(field, "an id of 1 to 256 characters but '.' and '..'");
}

const bad = (field: string, expected: string) => new HttpError(400, 'ERR_VALIDATION', `${field}: expected ${expected}.`);
