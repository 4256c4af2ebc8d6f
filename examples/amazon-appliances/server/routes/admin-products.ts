import type { FastifyInstance } from 'fastify';
import { changeProduct, deleteProducts, endOf, insertProducts, productStats } from '../domain/admin-products.ts';
import { fromCsv, fromJson } from '../domain/admin-rows.ts';
import type { Shop } from '../domain/shop.ts';
import { requireAdmin } from '../http/guard.ts';
import { answer, errors, given, itemId, listOf, nullable, object } from '../http/schemas.ts';
import { admin, csvBody, deleted, endParams, insertResult, largestBody, mostRows } from './admin-schemas.ts';
import { product } from './products.ts';

const example = {
  parent_asin: 'B01',
  title: 'Quiet dishwasher',
  main_category: 'Appliances',
  price: 499.5,
  store: 'Contoso',
  features: ['44 dB'],
  description: ['Fits below every counter.'],
  categories: ['Appliances', 'Dishwashers'],
};

const jsonBody = object(
  {
    products: {
      type: 'array',
      maxItems: mostRows,
      description: 'Products with the columns of `product_catalog`; one whose id is known is replaced as a whole.',
      items: {},
    },
  },
  ['products'],
  { products: [example] },
);

const text = { type: ['string', 'null'], maxLength: 10_000 } as const;
const texts = { type: 'array', maxItems: 1000, items: { type: 'string', maxLength: 10_000 } } as const;
const changes = {
  ...object(
    {
      title: { type: 'string', minLength: 1, maxLength: 2000, pattern: '\\S' },
      main_category: text,
      store: text,
      price: { type: ['number', 'null'], exclusiveMinimum: 0, maximum: 1e9 },
      average_rating: { type: ['number', 'null'], minimum: 0, maximum: 5 },
      rating_number: { type: ['integer', 'null'], minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      features: texts,
      description: texts,
      categories: texts,
      details: { type: 'object', additionalProperties: true },
      hidden: { type: 'boolean', description: 'Hidden products are in no list, search or recommendation.' },
    },
    [],
    { price: 449, hidden: false },
  ),
  minProperties: 1,
} as const;

const statistics = listOf(
  given({
    category: nullable('string'),
    count: { type: 'integer' },
    average_rating: nullable('number'),
    average_price: nullable('number'),
  }),
);

export function adminProductRoutes(app: FastifyInstance, shop: Shop): void {
  const onRequest = requireAdmin(shop.tokens);
  const insert = (summary: string, body: object) => ({
    onRequest,
    bodyLimit: largestBody,
    schema: { ...admin, summary, body, response: { 200: insertResult, ...errors(400, 401, 403, 413) } },
  });
  const remove = (summary: string, input: object) => ({
    onRequest,
    schema: { ...admin, summary, ...input, response: { 200: deleted, ...errors(400, 401, 403) } },
  });

  app.post<{ Body: { products: unknown[] } }>(
    '/admin/products/insert',
    insert('Adds products; they are searched and recommended at once', jsonBody),
    ({ body }) => insertProducts(shop, fromJson(body.products)),
  );

  app.post<{ Body: { csv_data: string } }>(
    '/admin/products/insert-csv',
    insert('The same from a CSV text', csvBody('parent_asin,title,price,categories\nB01,Quiet dishwasher,499.5,"[""Appliances""]"\n')),
    async ({ body }) => insertProducts(shop, await fromCsv(body.csv_data)),
  );

  app.patch<{ Params: { id: string }; Body: Record<string, unknown> }>(
    '/admin/products/:id',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'Changes some columns of a product, or hides it from all lists',
        params: object({ id: itemId }, ['id']),
        body: changes,
        response: { 200: answer('The product as it is now.', product), ...errors(400, 401, 403, 404) },
      },
    },
    ({ params, body }) => changeProduct(shop, params.id, body),
  );

  for (const end of ['first', 'last'] as const) {
    app.delete<{ Params: { n: number } }>(
      `/admin/products/${end}/:n`,
      remove(`Deletes the ${end} products of the table, and their ratings`, { params: endParams }),
      ({ params }) => deleteProducts(shop, endOf(shop, end, params.n)),
    );
  }

  app.delete<{ Body: { asins: string[] } }>(
    '/admin/products/by-asins',
    remove('Deletes products and their ratings', { body: object({ asins }, ['asins'], { asins: ['B01'] }) }),
    ({ body }) => deleteProducts(shop, body.asins),
  );

  app.get(
    '/admin/products/stats',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'Products by category: how many, mean rating, mean price',
        response: {
          200: answer('Largest first.', { total: { type: 'integer' }, categories: statistics, main_categories: statistics }),
          ...errors(401, 403),
        },
      },
    },
    () => productStats(shop),
  );
}

const asins = { type: 'array', maxItems: mostRows, items: itemId } as const;
