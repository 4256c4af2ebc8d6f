import type { FastifyInstance } from 'fastify';
import type { Shop } from '../domain/shop.ts';
import type { GraphqlRequest } from '../graphql/answer.ts';
import { object } from '../http/schemas.ts';

const body = object(
  {
    query: { type: 'string', minLength: 1, maxLength: 20_000 },
    variables: { type: ['object', 'null'], additionalProperties: true },
    operationName: { type: ['string', 'null'], maxLength: 200 },
  },
  ['query'],
  { query: '{ search(query: "quiet dishwasher", n: 3) { similarity product { id title price } } }' },
);

/** Several questions in one request, each with the fields that are wanted and no others. */
export function graphqlRoutes(app: FastifyInstance, shop: Shop): void {
  app.post<{ Body: GraphqlRequest }>(
    '/graphql',
    {
      schema: {
        tags: ['Products'],
        summary: 'GraphQL over products, search and recommendations',
        body,
        response: {
          200: { description: '`{ data, errors? }`, as the GraphQL specification says.', type: 'object', additionalProperties: true },
          400: { description: 'The query cannot be read, or asks for too much.', type: 'object', additionalProperties: true },
        },
      },
    },
    async ({ body, log }, reply) => {
      const { answer } = await import('../graphql/answer.ts'); // with the first question: a start need not wait for what many never ask
      const result = await answer(shop, body, log);
      return 'data' in result ? result : reply.code(400).send(result);
    },
  );
}
