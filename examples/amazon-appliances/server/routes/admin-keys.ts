import type { FastifyInstance } from 'fastify';
import type { KeyWish } from '../auth/api-keys.ts';
import type { Shop } from '../domain/shop.ts';
import { requireAdmin } from '../http/guard.ts';
import { answer, errors, given, listOf, object } from '../http/schemas.ts';
import { admin } from './admin-schemas.ts';

const text = { type: 'string' } as const;
const time = { type: ['string', 'null'], format: 'date-time' } as const;
const about = {
  id: text,
  tenant: text,
  role: { type: 'string', enum: ['user', 'admin'] },
  requests_per_second: { type: 'number' },
  issued_at: { type: 'string', format: 'date-time' },
  revoked_at: time,
  requests: { type: 'integer', description: 'Since this server has started.' },
  last_used_at: time,
} as const;

const wish = object(
  {
    tenant: { type: 'string', pattern: '^[\\w.@][\\w.@ -]{0,63}$', description: 'Whose key it is.' },
    role: {
      type: 'string',
      enum: ['user', 'admin'],
      default: 'user',
      description: 'With `admin` it opens the routes of the administrator.',
    },
    requests_per_second: { type: 'number', minimum: 0, maximum: 100_000, default: 0, description: 'Of this key; 0 = no limit.' },
  },
  ['tenant'],
  { tenant: 'warehouse', requests_per_second: 50 },
);

/** Keys of programs, by tenant. */
export function adminKeyRoutes(app: FastifyInstance, shop: Shop): void {
  const onRequest = requireAdmin(shop.tokens);

  app.get(
    '/admin/api-keys',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'All API keys without their secrets, newest first',
        response: { 200: answer('Keys.', { keys: listOf(given(about)) }), ...errors(401, 403) },
      },
    },
    () => ({ keys: shop.keys.all }),
  );

  app.post<{ Body: KeyWish }>(
    '/admin/api-keys',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'Issues a key, to be sent as `X-API-Key`; it is shown this once',
        body: wish,
        response: { 201: answer('The key.', { key: text, ...about }), ...errors(400, 401, 403) },
      },
    },
    async ({ body }, reply) =>
      reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await shop.keys.issue(body)),
  );

  app.delete<{ Params: { id: string } }>(
    '/admin/api-keys/:id',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'Revokes a key at once',
        params: object({ id: { type: 'string', minLength: 1, maxLength: 64 } }, ['id']),
        response: { 200: answer('The key, revoked.', about), ...errors(401, 403, 404) },
      },
    },
    ({ params }) => shop.keys.revoke(params.id),
  );
}
