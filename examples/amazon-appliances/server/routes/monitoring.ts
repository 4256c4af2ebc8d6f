import type { FastifyInstance } from 'fastify';
import { toCsv } from '../domain/csv.ts';
import { type Quality, qualities } from '../domain/observations.ts';
import type { Shop } from '../domain/shop.ts';
import { prefers } from '../http/accept.ts';
import { requireAdmin } from '../http/guard.ts';
import { adminSecurity, answer, errors, given, listOf, nullable, object, orAs, userId } from '../http/schemas.ts';
import { deleted } from './admin-schemas.ts';

interface Query {
  quality?: Quality;
  user_id?: string;
  page: number;
  page_size: number;
}

const columns = ['id', 'timestamp', 'user_id', 'event_type', 'key', 'key_type', 'quality', 'chosen', 'list_of_recommendations'] as const;

const observation = given({
  id: { type: 'integer' },
  user_id: { type: 'string' },
  event_type: { type: 'string' },
  key: { type: 'string' },
  key_type: { type: 'string' },
  list_of_recommendations: listOf({ type: 'string' }),
  quality: { type: 'string', enum: qualities },
  timestamp: { type: 'number' },
  chosen: { ...nullable('string'), description: 'The product that was clicked or bought.' },
  settled_at: nullable('number'),
});

const integer = { type: 'integer' } as const;

const observations = answer('Newest first. The counts are of all, whatever the page shows.', {
  page: integer,
  page_size: integer,
  pages: integer,
  total: integer,
  counts: given({ total: integer, good: integer, bad: integer, pending: integer, success_rate: nullable('number') }),
  observations: listOf(observation),
});

export function monitoringRoutes(app: FastifyInstance, shop: Shop): void {
  const shared = { tags: ['Monitoring'], security: adminSecurity };
  const onRequest = requireAdmin(shop.tokens);

  app.get<{ Querystring: Query }>(
    '/monitoring/observations',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Lists that were shown and what came of them; with `Accept: text/csv` all of them as CSV',
        querystring: object({
          quality: { type: 'string', enum: qualities },
          user_id: userId,
          page: { type: 'integer', minimum: 1, maximum: 1_000_000, default: 1 },
          page_size: { type: 'integer', minimum: 1, maximum: 1000, default: 50 },
        }),
        response: {
          200: orAs('text/csv', observations),
          ...errors(400, 401, 403),
        },
      },
    },
    async (request, reply) => {
      const { quality, user_id, page, page_size } = request.query;
      const all = await shop.observations();
      const list = all.list({ quality, user: user_id });
      if (prefers(request, 'text/csv')) {
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="observations.csv"')
          .serializer((it: string) => it)
          .send(toCsv(columns, list as unknown as Record<string, unknown>[]));
      }
      const { good, bad } = all.counts;
      return {
        page,
        page_size,
        pages: Math.ceil(list.length / page_size),
        total: list.length,
        counts: { ...all.counts, success_rate: good + bad > 0 ? good / (good + bad) : null },
        observations: list.slice((page - 1) * page_size, page * page_size),
      };
    },
  );

  app.delete(
    '/monitoring/observations',
    { onRequest, schema: { ...shared, summary: 'Forgets all observations', response: { 200: deleted, ...errors(401, 403) } } },
    async () => ({ deleted: await shop.clearObservations() }),
  );
}
