import type { FastifyInstance } from 'fastify';
import { likedByUser, likedTogether } from '../domain/answers.ts';
import type { Shop } from '../domain/shop.ts';
import { answer, count, errors, exampleItem, exampleUser, itemId, listedProduct, listOf, object, userId } from '../http/schemas.ts';
import { sendJson } from '../http/send-json.ts';

const list = listOf(listedProduct);

/** The matrix factorization alone: no other model helps out, so what it does not know is 404. */
export function matrixFactorRoutes(app: FastifyInstance, shop: Shop): void {
  const tags = ['Recommendations'];

  app.post<{ Body: { item_id: string; n: number } }>(
    '/matrix_factor/similar',
    {
      schema: {
        tags,
        summary: 'Products that the same people like',
        body: object({ item_id: itemId, n: count('How many at most.', 5, 1000) }, ['item_id'], { item_id: exampleItem, n: 5 }),
        response: { 200: answer('Products.', { item_id: { type: 'string' }, recommendations: list }), ...errors(400, 404, 503) },
      },
    },
    async ({ body: { item_id, n } }, reply) => sendJson(reply, { item_id }, 'recommendations', await likedTogether(shop, item_id, n)),
  );

  app.post<{ Body: { user_id: string; n: number; filter_already_liked: boolean } }>(
    '/matrix_factor/user',
    {
      schema: {
        tags,
        summary: 'Products for a user whom the model was trained with',
        body: object(
          {
            user_id: userId,
            n: count('How many at most.', 10, 1000),
            filter_already_liked: { type: 'boolean', default: true, description: 'Leaves out what the user has rated.' },
          },
          ['user_id'],
          { user_id: exampleUser, n: 10 },
        ),
        response: { 200: answer('Products.', { user_id: { type: 'string' }, recommendations: list }), ...errors(400, 404, 503) },
      },
    },
    async ({ body: { user_id, n, filter_already_liked } }, reply) =>
      sendJson(reply, { user_id }, 'recommendations', await likedByUser(shop, user_id, n, !filter_already_liked)),
  );
}
