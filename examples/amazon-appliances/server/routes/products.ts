import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { type ProductCard, type Sort, sorts } from '../domain/catalogue.ts';
import { notFound } from '../domain/errors.ts';
import type { Shop } from '../domain/shop.ts';
import { isUnchanged, tagOf } from '../http/etag.ts';
import { answer, errors, given, itemId, listOf, object, productCard } from '../http/schemas.ts';

interface ListQuery {
  page?: number;
  page_size?: number;
  category?: string;
  sort?: Sort;
}

const listQuery = object({
  page: { type: 'integer', minimum: 1, maximum: 1_000_000, description: 'From 1.' },
  page_size: { type: 'integer', minimum: 1, maximum: 1000, description: 'Default 100.' },
  category: { type: 'string', maxLength: 256, description: 'One of `GET /categories`.' },
  sort: { type: 'string', enum: sorts, description: 'Default `catalogue`: as in the database.' },
});

const list = {
  description: 'One page; without any parameter an array of all products, as a stream.',
  content: {
    'application/json': {
      schema: {
        anyOf: [
          given({
            page: { type: 'integer' },
            page_size: { type: 'integer' },
            pages: { type: 'integer' },
            total: { type: 'integer' },
            products: listOf(productCard),
          }),
          listOf(productCard),
        ],
      },
    },
  },
} as const;

export const product = {
  ...productCard.properties,
  features: { type: 'array', items: { type: 'string' } },
  description: { type: 'array', items: { type: 'string' } },
  images: { type: 'array', description: 'Pictures elsewhere, as the data names them.', items: {} },
  categories: { type: 'array', items: { type: 'string' }, description: 'From wide to narrow.' },
  details: { type: 'object', additionalProperties: true },
  hidden: { type: 'boolean', description: 'Whether it is kept out of all lists.' },
} as const;

export function productRoutes(app: FastifyInstance, shop: Shop): void {
  const tags = ['Products'];

  app.get<{ Querystring: ListQuery }>(
    '/products/all',
    { schema: { tags, summary: 'Products by page, or all of them', querystring: listQuery, response: { 200: list, ...errors(400) } } },
    (request, reply) => {
      if (isUnchanged(request, reply, tagOf(shop.catalogue.digest))) return reply.send();
      const { page = 1, page_size = 100, sort = 'catalogue', category } = request.query;
      if (Object.keys(request.query).length > 0) return reply.send(shop.catalogue.page({ page, page_size, sort, category }));
      return reply.type('application/json; charset=utf-8').send(Readable.from(asJson(shop.catalogue.shown)));
    },
  );

  app.get<{ Params: { id: string } }>(
    '/products/:id',
    {
      schema: {
        tags,
        summary: 'Everything about one product',
        params: object({ id: itemId }, ['id']),
        response: { 200: answer('The product.', product), ...errors(400, 404) },
      },
    },
    async (request, reply) => {
      const found = await shop.product(request.params.id);
      if (!found) throw notFound('product', request.params.id);
      if (isUnchanged(request, reply, tagOf(found.digest))) return reply.send();
      return reply.type('application/json; charset=utf-8').send(found.json);
    },
  );

  app.get(
    '/categories',
    {
      schema: {
        tags,
        summary: 'The departments of the shop, largest first',
        response: { 200: answer('Departments.', { categories: listOf(category) }) },
      },
    },
    () => ({ categories: shop.catalogue.categories }),
  );
}

const category = given({ name: { type: 'string' }, count: { type: 'integer' } });

/** A few hundred products per chunk, so that other requests are served in between. */
function* asJson(cards: readonly ProductCard[]): Generator<string> {
  const step = 500;
  yield '[';
  for (let start = 0; start < cards.length; start += step) {
    const piece = JSON.stringify(cards.slice(start, start + step)).slice(1, -1);
    yield start === 0 ? piece : `,${piece}`;
  }
  yield ']';
}
