import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { paths } from '../../settings.ts';
import { Backups, exportLines } from '../domain/copies.ts';
import type { Shop } from '../domain/shop.ts';
import { requireAdmin } from '../http/guard.ts';
import { answer, answerOf, count, errors, given, listOf, object, userId } from '../http/schemas.ts';
import { admin } from './admin-schemas.ts';

/** An export of some two hundred thousand ratings; larger shops have backups, which travel in no body. */
const largestCopy = 64 * 1024 * 1024;

const integer = { type: 'integer' } as const;
const counts = {
  products: integer,
  interactions: integer,
  events: integer,
  rejected: {
    ...listOf(given({ line: integer, reason: { type: 'string' } })),
    description: 'Rows that were left out; lines count from 1.',
  },
} as const;
const backup = { name: { type: 'string' }, size_bytes: integer } as const;
/** An event as it is stored; what else it has follows from its type. */
const event = {
  ...given({ id: integer, user: { type: 'string' }, type: { type: 'string' }, timestamp: { type: 'number' } }),
  additionalProperties: true,
} as const;
const table = { type: 'string', enum: ['products', 'interactions', 'events'] } as const;
type Table = (typeof table.enum)[number];

/** Export, import, backups, and a look into the log of events. */
export function adminCopyRoutes(app: FastifyInstance, shop: Shop): void {
  const onRequest = requireAdmin(shop.tokens);
  copyRoutes(app, shop, onRequest);
  backupRoutes(app, shop, onRequest);
  eventRoutes(app, shop, onRequest);
}

type Guard = ReturnType<typeof requireAdmin>;

function copyRoutes(app: FastifyInstance, shop: Shop, onRequest: Guard): void {
  const { data } = shop.system;

  app.get<{ Querystring: { table?: Table } }>(
    '/admin/export',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'Products, ratings and events as JSON lines',
        querystring: object({ table }),
        response: {
          200: answerOf('application/x-ndjson', 'A line for each row, `{ "table": ..., "row": ... }`.'),
          ...errors(400, 401, 403),
        },
      },
    },
    ({ query }, reply) =>
      reply
        .type('application/x-ndjson')
        .header('content-disposition', 'attachment; filename="shop.jsonl"')
        .send(Readable.from(exportLines(data, query.table ? [query.table] : undefined))),
  );

  app.post<{ Body: { lines: string } }>(
    '/admin/import',
    {
      onRequest,
      bodyLimit: largestCopy,
      schema: {
        ...admin,
        summary: 'Takes in lines of an export',
        body: object({ lines: { type: 'string', minLength: 1 } }, ['lines'], {
          lines: '{"table":"products","row":{"item":"B01","title":"Kettle"}}\n',
        }),
        response: { 200: answer('Rows by table.', counts), ...errors(400, 401, 403, 413) },
      },
    },
    ({ body }) => shop.takeIn(body.lines.replace(/^\ufeff/, '').split('\n')),
  );
}

function backupRoutes(app: FastifyInstance, shop: Shop, onRequest: Guard): void {
  const { data } = shop.system;
  const backups = new Backups(paths(shop.system.settings.dataDir).backups);

  app.get(
    '/admin/backups',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'Backups, newest first',
        response: { 200: answer('Files.', { backups: listOf(given(backup)) }), ...errors(401, 403) },
      },
    },
    () => ({ backups: backups.list() }),
  );

  app.post(
    '/admin/backups',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'Makes a backup in DATA_DIR/backups',
        response: { 200: answer('The file.', backup), ...errors(401, 403) },
      },
    },
    () => shop.events.flush().then(() => backups.make(data)),
  );

  app.post<{ Params: { name: string } }>(
    '/admin/backups/:name/restore',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'Takes a backup in again: what it has replaces what is there',
        params: object({ name: { type: 'string', minLength: 1, maxLength: 200 } }, ['name']),
        response: { 200: answer('Rows by table.', counts), ...errors(401, 403, 404) },
      },
    },
    async ({ params }) => shop.takeIn(backups.read(params.name, (await data.events.count()) === 0)),
  );
}

function eventRoutes(app: FastifyInstance, shop: Shop, onRequest: Guard): void {
  const { data } = shop.system;

  app.get<{ Querystring: { user_id: string; type?: string; n: number } }>(
    '/admin/events',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'The latest events of a user, whole, to see what arrives',
        querystring: object(
          { user_id: userId, type: { type: 'string', minLength: 1, maxLength: 64 }, n: count('How many at most.', 50, 1000) },
          ['user_id'],
        ),
        response: {
          200: answer('Newest first.', { events: listOf(event) }),
          ...errors(400, 401, 403),
        },
      },
    },
    async ({ query: { user_id, type, n } }) => ({ events: await data.events.ofUser(user_id, { type, newestFirst: true, limit: n }) }),
  );
}
