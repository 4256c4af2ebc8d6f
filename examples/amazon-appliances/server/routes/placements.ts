import type { FastifyInstance } from 'fastify';
import { type PlacementAnswer, type PlacementAsk, recommendIn } from '../domain/placements/serve.ts';
import type { Shop } from '../domain/shop.ts';
import { toHttpError } from '../http/errors.ts';
import {
  answer,
  count,
  errors,
  exampleItem,
  exampleUser,
  given,
  itemId,
  listOf,
  nullable,
  object,
  recommendation,
  userId,
} from '../http/schemas.ts';

export const placementName = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]{0,63}$',
  description: 'Name of the placement, such as `home`.',
  examples: ['home'],
} as const;

/** What every question to a placement may say. */
export const placementAsk = {
  user_id: userId,
  session_id: { ...userId, description: 'Instead of a user: a visit, known by its own events, which name `session:ID` as their user.' },
  n: count('How many at most.', 10, 100),
  item_id: { ...itemId, description: 'The product that the page is about, for placements with the sources together and alike.' },
  interests: { type: 'array', maxItems: 50, items: { type: 'string', minLength: 1, maxLength: 500 } },
  exclude: { type: 'array', maxItems: 1000, items: itemId },
} as const;

const recommendationId = {
  type: 'string',
  maxLength: 2000,
  description: 'Signed name of the list; events that name it are counted for it.',
} as const;
const ask = {
  ...placementAsk,
  next: { ...recommendationId, description: 'The `recommendation_id` of a list: its following page.' },
} as const;

const list = {
  placement: { type: 'string' },
  version: { type: 'integer' },
  variant: nullable('string'),
  recommendation_id: recommendationId,
  user_id: { type: 'string' },
  strategy: { type: 'string' },
  recommendations: listOf(recommendation),
} as const;

const failed = given({ error: given({ status: { type: 'integer' }, code: { type: 'string' }, message: { type: 'string' } }) });

const mostAtOnce = 50;

export function placementRoutes(app: FastifyInstance, shop: Shop): void {
  const tags = ['Placements'];

  app.get(
    '/placements',
    {
      schema: {
        tags,
        summary: 'Names of the placements',
        response: { 200: answer('Names.', { placements: listOf(placementName) }) },
      },
    },
    () => ({ placements: shop.placements.names }),
  );

  app.post<{ Params: { name: string }; Body: PlacementAsk }>(
    '/placements/:name/recommendations',
    {
      schema: {
        tags,
        summary: 'The list of a placement for a user or a visit',
        params: object({ name: placementName }, ['name']),
        body: object(ask, [], { user_id: exampleUser, n: 10 }),
        response: { 200: answer('Products, best first.', list), ...errors(400, 404, 503) },
      },
    },
    ({ params, body }) => recommendIn(shop, params.name, body),
  );

  app.post<{ Body: { requests: (PlacementAsk & { placement: string })[] } }>(
    '/placements/recommendations/batch',
    {
      schema: {
        tags,
        summary: 'Several lists at once; one that fails does not stop the others',
        body: object(
          {
            requests: {
              type: 'array',
              minItems: 1,
              maxItems: mostAtOnce,
              items: object({ placement: placementName, ...ask }, ['placement']),
            },
          },
          ['requests'],
          {
            requests: [
              { placement: 'home', user_id: exampleUser },
              { placement: 'product', session_id: 's1', item_id: exampleItem },
            ],
          },
        ),
        response: {
          200: answer('In the order of the requests.', {
            answers: listOf({ anyOf: [given(list), failed] }),
          }),
          ...errors(400),
        },
      },
    },
    async ({ body }) => ({
      answers: await Promise.all(body.requests.map(({ placement, ...rest }) => orError(recommendIn(shop, placement, rest)))),
    }),
  );
}

async function orError(coming: Promise<PlacementAnswer>): Promise<object> {
  try {
    return await coming;
  } catch (error) {
    const { status, code, message } = toHttpError(error as Error);
    return { error: { status, code, message } };
  }
}
