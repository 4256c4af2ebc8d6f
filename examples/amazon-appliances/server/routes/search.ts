import type { SearchMode, Where } from 'attune';
import type { FastifyInstance } from 'fastify';
import { search } from '../domain/answers.ts';
import type { Shop } from '../domain/shop.ts';
import { productFields } from '../domain/where.ts';
import { answer, count, errors, given, listOf, object, productCard } from '../http/schemas.ts';
import { sendJson } from '../http/send-json.ts';

interface SearchBody {
  query: string;
  top_k: number;
  mode?: SearchMode;
  where?: Where;
  is_typing?: boolean;
}

/** A value, a list of values, or an object of values such as `{ max: 30 }`; nothing deeper. */
const plain = { type: ['string', 'number', 'boolean', 'null'] };
const condition = { type: [...plain.type, 'array', 'object'], items: plain, additionalProperties: plain };

const body = object(
  {
    query: { type: 'string', minLength: 1, maxLength: 1000, pattern: '\\S', description: 'What somebody looks for, in their own words.' },
    top_k: count('How many at most.', 10, 5000),
    mode: {
      type: 'string',
      enum: ['semantic', 'lexical', 'hybrid'],
      description: 'By meaning, by words, or by both, which is the default.',
    },
    where: {
      type: 'object',
      additionalProperties: condition,
      description: `Conditions on products, such as \`{ "brand": ["GE", "LG"], "price": { "max": 30 } }\`, by ${Object.keys(productFields).join(', ')}.`,
    },
    is_typing: { type: 'boolean', default: false, description: 'The last word may be unfinished: it is completed when no title has it.' },
  },
  ['query'],
  { query: 'quiet dishwasher', top_k: 5, where: { price: { max: 500 } } },
);

const result = given({ similarity: { type: 'number' }, ...productCard.properties });

export function searchRoutes(app: FastifyInstance, shop: Shop): void {
  app.post<{ Body: SearchBody }>(
    '/search',
    {
      schema: {
        tags: ['Search'],
        summary: 'Products that answer a query, most similar first',
        body,
        response: {
          200: answer('Products.', { query: { type: 'string' }, results: listOf(result) }),
          ...errors(400, 503),
        },
      },
    },
    async ({ body }, reply) => sendJson(reply, { query: body.query }, 'results', await search(shop, body)),
  );
}
