import type { FastifyInstance } from 'fastify';
import { type PlacementDefinition, placementSources } from '../domain/placements/definition.ts';
import { type PlacementAsk, preview, whyNot } from '../domain/placements/serve.ts';
import type { Shop } from '../domain/shop.ts';
import { HttpError } from '../http/errors.ts';
import { requireAdmin } from '../http/guard.ts';
import { answer, errors, itemId, object } from '../http/schemas.ts';
import { admin } from './admin-schemas.ts';
import { placementAsk, placementName } from './placements.ts';

const weight = { type: 'number', minimum: 0, maximum: 1000 } as const;
const where = { type: 'object', additionalProperties: true, minProperties: 1 } as const;
const items = { type: 'array', minItems: 1, maxItems: 1000, items: itemId } as const;
const ofType = (...types: string[]) => ({ type: 'string', enum: types }) as const;

const rule = {
  oneOf: [
    object({ type: ofType('pin'), items, position: { type: 'integer', minimum: 1, maximum: 100 } }, ['type', 'items']),
    object({ type: ofType('boost'), where, items, factor: { type: 'number', exclusiveMinimum: 0, maximum: 1000 } }, ['type']),
    object({ type: ofType('bury'), where, items, factor: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 } }, ['type']),
    object({ type: ofType('exclude'), where, items }, ['type']),
    object({ type: ofType('filter'), where }, ['type', 'where']),
    object(
      { type: ofType('limit'), per: { type: 'string', minLength: 1, maxLength: 64 }, max: { type: 'integer', minimum: 1, maximum: 100 } },
      ['type', 'per', 'max'],
    ),
  ],
} as const;

const recipe = {
  sources: object(Object.fromEntries(placementSources.map((name) => [name, weight]))),
  rules: { type: 'array', maxItems: 100, items: rule },
  event_weights: object({ like: { ...weight, maximum: 5 }, purchase: { ...weight, maximum: 5 }, click_product: { ...weight, maximum: 5 } }),
  no_repeats_hours: { type: 'number', minimum: 0, maximum: 8760 },
  rotation_minutes: { type: 'number', minimum: 0, maximum: 525_600 },
} as const;

const variants = {
  type: 'object',
  minProperties: 2,
  maxProperties: 10,
  propertyNames: { pattern: '^[A-Za-z0-9_-]{1,64}$' },
  additionalProperties: object({ share: { type: 'number', exclusiveMinimum: 0, maximum: 1 }, recipe: object(recipe) }, ['share']),
} as const;

const definition = object(
  { ...recipe, experiment: object({ name: { type: 'string', minLength: 1, maxLength: 64 }, variants }, ['name', 'variants']) },
  ['sources'],
  { sources: { als: 0.7, semantic: 0.3, popular: 0 }, rules: [{ type: 'limit', per: 'brand', max: 3 }] },
);

const defaults = { rules: [], event_weights: {}, no_repeats_hours: 0, rotation_minutes: 0 };

const version = { type: 'object', additionalProperties: true } as const;
const params = object({ name: placementName }, ['name']);
const about = object({ ...placementAsk, variant: { type: 'string', maxLength: 64 } });

type Named = { Params: { name: string } };

export function adminPlacementRoutes(app: FastifyInstance, shop: Shop): void {
  const onRequest = requireAdmin(shop.tokens);
  const shared = { ...admin, params };

  app.get(
    '/admin/placements',
    {
      onRequest,
      schema: {
        ...admin,
        summary: 'All placements',
        response: { 200: answer('The versions that answer.', { placements: { type: 'array', items: version } }), ...errors(401, 403) },
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
          200: answer('Oldest first.', { name: placementName, versions: { type: 'array', items: version } }),
          ...errors(401, 403, 404),
        },
      },
    },
    ({ params }) => ({ name: params.name, versions: shop.placements.versionsOf(params.name) }),
  );

  app.put<Named & { Body: PlacementDefinition }>(
    '/admin/placements/:name',
    {
      onRequest,
      schema: {
        ...shared,
        summary: 'Saves a new version, which answers from now on',
        body: definition,
        response: { 200: { description: 'The version.', ...version }, ...errors(400, 401, 403) },
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
        response: { 200: { description: 'The new version.', ...version }, ...errors(400, 401, 403, 404) },
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
            variants: { type: 'array', items: version },
          }),
          ...errors(401, 403, 404),
        },
      },
    },
    async ({ params }) => {
      shop.placements.versionsOf(params.name);
      return { placement: params.name, variants: (await shop.placementStatistics()).of(params.name) };
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
        response: { 200: { description: 'The list.', ...version }, ...errors(400, 401, 403, 404) },
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
        body: object({ ...about.properties, missing_id: { ...itemId, description: 'The product that is missed.' } }, ['missing_id']),
        response: { 200: { description: 'The reason, as a sentence.', ...version }, ...errors(400, 401, 403, 404) },
      },
    },
    ({ params, body: { missing_id, ...ask } }) => whyNot(shop, params.name, missing_id, ask),
  );
}
