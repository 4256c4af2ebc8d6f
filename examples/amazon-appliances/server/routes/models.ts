import type { FastifyInstance } from 'fastify';
import { listModels } from '../domain/model-status.ts';
import { promote, rollBack } from '../domain/model-versions.ts';
import type { Shop } from '../domain/shop.ts';
import { requireAdmin } from '../http/guard.ts';
import { adminSecurity, answer, errors, given, listOf, nullable, object } from '../http/schemas.ts';

/** A version of a model. */
export const model = given({
  name: { type: 'string' },
  kind: { type: 'string' },
  version: { type: 'integer' },
  alias: { ...nullable('string'), description: '`production` on the version that answers.' },
  trained_at: { type: 'string', format: 'date-time' },
  metrics: { type: 'object', additionalProperties: true },
});

const params = object({ name: { type: 'string', minLength: 1, maxLength: 128, examples: ['appliances-als'] } }, ['name']);

const now = answer('The version that answers now.', { name: { type: 'string' }, version: { type: 'integer' } });

export function modelRoutes(app: FastifyInstance, shop: Shop): void {
  const shared = { tags: ['Models'], security: adminSecurity };
  const onRequest = requireAdmin(shop.tokens);

  app.get(
    '/models',
    {
      schema: {
        tags: ['Models'],
        summary: 'All versions of all models',
        response: { 200: { description: 'Versions, oldest first within a name.', ...listOf(model) } },
      },
    },
    async () => listModels(await shop.system.store.list()),
  );

  app.post<{ Params: { name: string }; Body: { version: number } }>(
    '/models/:name/promote',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Lets a version answer',
        params,
        body: object({ version: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER } }, ['version'], { version: 1 }),
        response: { 200: now, ...errors(400, 401, 403, 404) },
      },
    },
    ({ params, body }) => promote(shop, params.name, body.version),
  );

  app.post<{ Params: { name: string } }>(
    '/models/:name/rollback',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Lets the version before the one that answers now answer again',
        params,
        response: { 200: now, ...errors(401, 403, 404) },
      },
    },
    ({ params }) => rollBack(shop, params.name),
  );
}
