import type { FastifyInstance } from 'fastify';
import { deleteProducts, endOf, insertProducts, productStats } from '../domain/admin-products.ts';
import { fromCsv, fromJson } from '../domain/admin-rows.ts';
import type { Shop } from '../domain/shop.ts';
import { requireAdmin } from '../http/guard.ts';
import { answer, errors, itemId, object } from '../http/schemas.ts';
import { admin, csvBody, deleted, endParams, insertResult, largestBody, mostRows } from './admin-schemas.ts';

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

const number = { type: ['number', 'null'] } as const;
const statistics = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      category: { type: ['string', 'null'] },
      count: { type: 'integer' },
      average_rating: number,
      average_price: number,
    },
  },
} as const;

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
