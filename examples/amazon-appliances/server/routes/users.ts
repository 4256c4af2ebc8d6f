import type { FastifyInstance } from 'fastify';
import { historyOf } from '../domain/people.ts';
import type { Shop } from '../domain/shop.ts';
import { answer, cardFields, count, errors, given, listOf, nullable, object, userId } from '../http/schemas.ts';

const rating = given(
  {
    item_id: { type: 'string' },
    rating: { type: 'number' },
    timestamp: { ...nullable('number'), description: 'Milliseconds since 1970.' },
    ...cardFields,
  },
  // Products that have left the shop have a title only.
  ['image_url', 'price', 'average_rating', 'rating_number', 'store', 'category'],
);

const event = given(
  {
    event_type: { type: 'string' },
    key: { type: 'string' },
    timestamp: { type: 'number' },
    title: { type: 'string', description: 'Of the product, where it is one.' },
    image_url: { type: 'string' },
  },
  ['title', 'image_url'],
);

const known = given({
  user_id: { type: 'string' },
  name: { type: 'string', description: 'A name to call them by on the pages.' },
  ratings: { type: 'integer' },
  taste: { type: 'string', description: 'The department they rate most.' },
});

export function userRoutes(app: FastifyInstance, shop: Shop): void {
  const tags = ['Users'];

  app.get<{ Params: { id: string }; Querystring: { n: number } }>(
    '/users/:id/history',
    {
      schema: {
        tags,
        summary: 'What a user rated and did, newest first; empty for somebody nobody knows',
        params: object({ id: userId }, ['id']),
        querystring: object({ n: count('How many of each at most.', 100, 1000) }),
        response: {
          200: answer('Ratings and events.', {
            user_id: { type: 'string' },
            ratings: listOf(rating),
            events: listOf(event),
          }),
          ...errors(400),
        },
      },
    },
    ({ params, query }) => historyOf(shop.system.data, shop.catalogue, params.id, query.n),
  );

  app.get<{ Querystring: { n: number } }>(
    '/users',
    {
      schema: {
        tags,
        summary: 'A few users with many ratings and different tastes, to try things with',
        querystring: object({ n: count('How many at most.', 6, 50) }),
        response: { 200: answer('Users.', { users: listOf(known) }), ...errors(400) },
      },
    },
    async ({ query }) => ({ users: await shop.usersToTry(query.n) }),
  );
}
