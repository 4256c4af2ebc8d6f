import type { FastifyInstance, FastifyReply } from 'fastify';
import { explain } from '../domain/answers.ts';
import { modelNames, type Side, sides } from '../domain/ranker.ts';
import { type Ask, recommend, similar } from '../domain/recommend.ts';
import type { Shop } from '../domain/shop.ts';
import {
  answer,
  cardFields,
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
import { sendJson } from '../http/send-json.ts';

const strategy = {
  type: 'string',
  enum: ['personalized', 'fold-in', 'content', 'popular'],
  description: 'From the factors of a known user, from a history, from interests, or what everybody likes.',
} as const;
const answerFields = { user_id: { type: 'string' }, strategy, recommendations: listOf(recommendation) } as const;

const n = count('How many at most.', 10, 1000);
const interests = {
  type: 'string',
  minLength: 1,
  maxLength: 500,
  description: 'What somebody is interested in, separated by commas.',
} as const;

const body = object(
  {
    user_id: userId,
    n,
    model: { type: 'string', enum: modelNames, default: 'hybrid', description: 'All models together, or one of them.' },
    history: {
      type: 'array',
      maxItems: 1000,
      description: 'Products that somebody liked, besides those that the shop knows of.',
      items: itemId,
    },
    interests: { type: 'array', maxItems: 50, items: { type: 'string', minLength: 1, maxLength: 500 } },
    exclude: { type: 'array', maxItems: 10_000, items: itemId, description: 'Products never to return.' },
  },
  ['user_id'],
  { user_id: exampleUser, n: 5, model: 'hybrid', history: [exampleItem] },
);

const contribution = given({
  item_id: { type: 'string' },
  rating: { type: 'number' },
  share: { type: 'number' },
  score: { type: 'number' },
  ...cardFields,
});

export function recommendationRoutes(app: FastifyInstance, shop: Shop): void {
  const tags = ['Recommendations'];
  const sendList = async (reply: FastifyReply, ask: Ask) => {
    const { strategy, json } = await recommend(shop, ask);
    return sendJson(reply, { user_id: ask.user_id, strategy }, 'recommendations', json);
  };

  app.get<{ Querystring: { user_id: string; n: number; interests?: string } }>(
    '/recommendations',
    {
      schema: {
        tags,
        summary: 'Products for somebody, known or not',
        querystring: object({ user_id: userId, n, interests }, ['user_id']),
        response: { 200: answer('Products, best first.', answerFields), ...errors(400, 503) },
      },
    },
    ({ query: { user_id, n, interests } }, reply) =>
      sendList(reply, { user_id, n, interests: interests?.split(',').map((it) => it.trim()) }),
  );

  app.post<{ Body: Ask }>(
    '/recommendations',
    {
      schema: {
        tags,
        summary: 'The same with a chosen model, a history, and products to leave out',
        body,
        response: { 200: answer('Products, best first.', answerFields), ...errors(400, 503) },
      },
    },
    ({ body }, reply) => sendList(reply, body),
  );

  app.get<{ Querystring: { item_id: string; n: number; by: Side } }>(
    '/similar-items',
    {
      schema: {
        tags,
        summary: 'Products that are like one, by what they are and by who likes them',
        querystring: object(
          { item_id: itemId, n, by: { type: 'string', enum: sides, default: 'both', description: 'One side alone, or both together.' } },
          ['item_id'],
        ),
        response: {
          200: answer('Products, most similar first.', { item_id: { type: 'string' }, recommendations: answerFields.recommendations }),
          ...errors(400, 404, 503),
        },
      },
    },
    async ({ query: { item_id, n, by } }, reply) => sendJson(reply, { item_id }, 'recommendations', await similar(shop, item_id, n, by)),
  );
  explanations(app, shop, tags);
}

function explanations(app: FastifyInstance, shop: Shop, tags: string[]): void {
  app.get<{ Querystring: { user_id: string; item_id: string; recommendation_id?: string } }>(
    '/explain',
    {
      schema: {
        tags,
        summary: 'Why a product is shown to a user, and what they said of it',
        querystring: object(
          {
            user_id: userId,
            item_id: itemId,
            recommendation_id: {
              type: 'string',
              maxLength: 2000,
              description: 'Of the list that it was seen on, whose reasons are given.',
            },
          },
          ['user_id', 'item_id'],
        ),
        response: {
          200: answer('Ratings and their shares; none when the model knows the user or the product too little.', {
            user_id: { type: 'string' },
            item_id: { type: 'string' },
            list: {
              ...given({ placement: { type: 'string' }, version: { type: 'integer' }, variant: nullable('string') }),
              type: ['object', 'null'],
              description: 'The list that `recommendation_id` names.',
            },
            strategy,
            score: nullable('number'),
            reasons: recommendation.properties.reasons,
            said: {
              ...given({ liked: { type: 'boolean' }, bought: { type: 'boolean' }, stars: { type: 'number' } }, [
                'liked',
                'bought',
                'stars',
              ]),
              description: 'What the user said of it.',
            },
            contributions: listOf(contribution),
          }),
          ...errors(400, 404, 503),
        },
      },
    },
    ({ query: { user_id, item_id, recommendation_id } }) => explain(shop, user_id, item_id, recommendation_id),
  );
}
