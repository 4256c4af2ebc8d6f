import type { FastifyInstance } from 'fastify';
import { deleteReviews, insertReviews } from '../domain/admin-reviews.ts';
import { fromCsv, fromJson } from '../domain/admin-rows.ts';
import type { Shop } from '../domain/shop.ts';
import { requireAdmin } from '../http/guard.ts';
import { errors, object, userId } from '../http/schemas.ts';
import { admin, csvBody, deleted, endParams, insertResult, largestBody, mostRows } from './admin-schemas.ts';

const example = { user_id: 'A1', parent_asin: 'B01', rating: 5, timestamp: 1_600_000_000_000, verified_purchase: true, helpful_vote: 2 };

const jsonBody = object(
  {
    reviews: {
      type: 'array',
      maxItems: mostRows,
      description: 'Ratings with the field names of any year: `user_id`, `parent_asin`, `rating` 1 to 5, `timestamp`.',
      items: {},
    },
  },
  ['reviews'],
  { reviews: [example] },
);

export function adminReviewRoutes(app: FastifyInstance, shop: Shop): void {
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

  app.post<{ Body: { reviews: unknown[] } }>(
    '/admin/reviews/insert',
    insert('Adds ratings; a known pair of user and product is replaced', jsonBody),
    ({ body }) => insertReviews(shop, fromJson(body.reviews)),
  );

  app.post<{ Body: { csv_data: string } }>(
    '/admin/reviews/insert-csv',
    insert('The same from a CSV text', csvBody('user_id,parent_asin,rating\nA1,B01,5\n')),
    async ({ body }) => insertReviews(shop, await fromCsv(body.csv_data)),
  );

  app.delete<{ Params: { n: number } }>('/admin/reviews/first/:n', remove('Deletes the oldest rows', { params: endParams }), ({ params }) =>
    deleteReviews(shop, { first: params.n }),
  );

  app.delete<{ Params: { n: number } }>('/admin/reviews/last/:n', remove('Deletes the newest rows', { params: endParams }), ({ params }) =>
    deleteReviews(shop, { last: params.n }),
  );

  app.delete<{ Body: { ids: number[] } }>(
    '/admin/reviews/by-ids',
    remove('Deletes rows by their numbers', { body: object({ ids }, ['ids'], { ids: [1, 2, 3] }) }),
    ({ body }) => deleteReviews(shop, { ids: body.ids }),
  );

  app.delete<{ Body: { user_ids: string[] } }>(
    '/admin/reviews/by-users',
    remove('Deletes all ratings of some users', { body: object({ user_ids }, ['user_ids'], { user_ids: ['A1'] }) }),
    ({ body }) => deleteReviews(shop, { users: body.user_ids }),
  );
}

const ids = { type: 'array', maxItems: mostRows, items: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } } as const;
const user_ids = { type: 'array', maxItems: mostRows, items: userId } as const;
