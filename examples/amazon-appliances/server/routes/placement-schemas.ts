import { placementSources } from '../domain/placements/definition.ts';
import { itemId, object } from '../http/schemas.ts';

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

/** A placement as an administrator writes it. */
export const definition = object(
  { ...recipe, experiment: object({ name: { type: 'string', minLength: 1, maxLength: 64 }, variants }, ['name', 'variants']) },
  ['sources'],
  { sources: { als: 0.7, semantic: 0.3, popular: 0 }, rules: [{ type: 'limit', per: 'brand', max: 3 }] },
);
