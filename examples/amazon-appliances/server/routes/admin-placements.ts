import type { FastifyInstance } from 'fastify';
import type { PlacementDefinition } from '../domain/placements/definition.ts';
import { type PlacementAsk, preview, whyNot } from '../domain/placements/serve.ts';
import type { Shop } from '../domain/shop.ts';
import { HttpError } from '../http/errors.ts';
import { requireAdmin } from '../http/guard.ts';
import { answer, errors, exampleItem, exampleUser, given, itemId, listOf, nullable, object, recommendation } from '../http/schemas.ts';
import { admin } from './admin-schemas.ts';
import { definition } from './placement-schemas.ts';
import { placementAsk, placementName } from './placements.ts';

const defaults = { rules: [], event_weights: {}, no_repeats_hours: 0, rotation_minutes: 0 };

const integer = { type: 'integer' } as const;
const number = nullable('number');
const anything = { type: 'object', additionalProperties: true } as const;

const version = {
  version: integer,
  saved_at: { ...nullable('string'), description: 'null: what a new shop has.' },
  definition: anything,
} as const;

const comparison = given({
  difference: { type: 'number' },
  low: number,
  high: number,
  p_value: { type: 'number' },
  significant: { type: 'boolean' },
});
const variant = given({
  variant: nullable('string'),
  lists: integer,
  users: integer,
  click_rate: number,
  conversion_rate: number,
  days: listOf(given({ day: { type: 'string', format: 'date' }, lists: integer, clicked: integer, bought: integer })),
  against: { ...given({ clicks: comparison, purchases: comparison }), type: ['object', 'null'] },
});
const reason = {
  item_id: { type: 'string' },
  item: { type: 'string' },
  reason: { type: 'string' },
  text: { type: 'string' },
  rule: { type: 'string' },
  source: { type: 'string' },
  position: integer,
  sources: anything,
} as const;
const previewed = given({ ...recommendation.properties, sources: anything });
const params = object({ name: placementName }, ['name']);
const about = object({ ...placementAsk, variant: { type: 'string', maxLength: 64 } }, [], { user_id: exampleUser, n: 10 });

type Named = { Params: { name: string } };

export function adminPlacementRoutes(app: FastifyInstance, shop: Shop): void {
  const onRequest = requireAdmin(shop.tokens);
  listRoutes(app, shop, onRequest);
  changeRoutes(app, shop, onRequest);
  insightRoutes(app, shop, onRequest);
}

type Guard = ReturnType<typeof requireAdmin>;
const shared = { ...admin, params };

/** What there is. */
function listRoutes(app: FastifyInstance, shop: Shop, onRequest: Guard): void {
  app.get(
    '/admin/placements',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'All placements',
        response: {
          200: answer('The versions that answer.', { placements: listOf(given({ name: placementName, ...version })) }),
          ...errors(401, 403),
        },
      },
    },
    () => ({ placements: shop.placements.names.map((name) => ({ name, ...shop.placements.get(name) })) }),
  );

  app.get<Named>(
    '/admin/placements/:name',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'A placement with all its versions',
        response: {
          200: answer('Oldest first.', { name: placementName, versions: listOf(given(version)) }),
          ...errors(401, 403, 404),
        },
      },
    },
    ({ params }) => ({ name: params.name, versions: shop.placements.versionsOf(params.name) }),
  );
}

/** New versions; the newest answers. */
function changeRoutes(app: FastifyInstance, shop: Shop, onRequest: Guard): void {
  app.put<Named & { Body: PlacementDefinition }>(
    '/admin/placements/:name',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Saves a new version, which answers from now on',
        body: definition,
        response: { 200: answer('The version.', version), ...errors(400, 401, 403) },
      },
    },
    ({ params, body }) => shop.placements.save(params.name, { ...defaults, ...body }),
  );

  app.post<Named & { Body: { version: number } }>(
    '/admin/placements/:name/rollback',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Saves an earlier version again',
        body: object({ version: { type: 'integer', minimum: 0 } }, ['version'], { version: 0 }),
        response: { 200: answer('The new version.', version), ...errors(400, 401, 403, 404) },
      },
    },
    ({ params, body }) => {
      const earlier = shop.placements.versionsOf(params.name).find((it) => it.version === body.version);
      if (!earlier) throw new HttpError(404, 'ERR_NOT_FOUND', `There is no version ${body.version} of this placement.`);
      return shop.placements.save(params.name, earlier.definition);
    },
  );

  app.delete<Named>(
    '/admin/placements/:name',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Removes a placement',
        response: { 200: answer('It is gone.', { removed: { type: 'string' } }), ...errors(401, 403, 404) },
      },
    },
    async ({ params }) => {
      await shop.placements.remove(params.name);
      return { removed: params.name };
    },
  );
}

/** What came of a placement, and what somebody would see. */
function insightRoutes(app: FastifyInstance, shop: Shop, onRequest: Guard): void {
  app.get<Named>(
    '/admin/placements/:name/statistics',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Click and conversion rates by variant and day; intervals hold however often one looks',
        response: {
          200: answer('Variants; the first is what others are compared with.', {
            placement: { type: 'string' },
            variants: listOf(variant),
          }),
          ...errors(401, 403, 404),
        },
      },
    },
    async ({ params }) => {
      const order = shop.placements.variantsOf(params.name);
      return { placement: params.name, variants: (await shop.placementStatistics()).of(params.name, order) };
    },
  );

  app.post<Named & { Body: PlacementAsk & { variant?: string } }>(
    '/admin/placements/:name/preview',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'The list as somebody would see it, with what each source said; not counted',
        body: about,
        response: {
          200: answer('The list.', {
            strategy: { type: 'string' },
            skipped: { ...listOf(anything), description: 'Sources that failed, and why.' },
            recommendations: listOf(previewed),
          }),
          ...errors(400, 401, 403, 404),
        },
      },
    },
    ({ params, body }) => preview(shop, params.name, body),
  );

  app.post<Named & { Body: PlacementAsk & { variant?: string; missing_id: string } }>(
    '/admin/placements/:name/why-not',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Why a product is not on the list of somebody',
        body: object({ ...about.properties, missing_id: { ...itemId, description: 'The product that is missed.' } }, ['missing_id'], {
          user_id: exampleUser,
          missing_id: exampleItem,
        }),
        response: { 200: answer('The reason, as a sentence.', reason, ['rule', 'source', 'position']), ...errors(400, 401, 403, 404) },
      },
    },
    ({ params, body: { missing_id, ...ask } }) => whyNot(shop, params.name, missing_id, ask),
  );
}
