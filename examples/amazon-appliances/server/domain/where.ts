import type { Where } from 'attune';
import { ShopError } from './errors.ts';

/** What products can be searched by; `store` and `brand` are the same. */
const fields = { brand: 'string', store: 'string', price: 'number', main_category: 'string', average_rating: 'number' } as const;

/** Conditions in the terms of the search index. @throws as {@link checkConditions} */
export function readWhere(where: Record<string, unknown> | undefined): Where | undefined {
  if (where === undefined) return undefined;
  checkConditions(where, fields, 'where');
  if ('store' in where && 'brand' in where) throw new ShopError('ERR_VALIDATION', 'where: store and brand are the same; give one of them.');
  const { store, ...rest } = where;
  return (store === undefined ? rest : { ...rest, brand: store }) as Where;
}

/**
 * Checks conditions on products.
 * @throws when a field is none of those, or is compared with a value of another type: nothing would match, which looks like an empty shop
 */
export function checkConditions(where: Record<string, unknown>, fields: Record<string, 'string' | 'number'>, what: string): void {
  for (const [field, condition] of Object.entries(where)) {
    if (!Object.hasOwn(fields, field))
      throw new ShopError('ERR_VALIDATION', `${what}: unknown field '${field}'. Products are known by ${Object.keys(fields).join(', ')}.`);
    const type = fields[field];
    if (comparedWith(condition).some((value) => value !== null && typeof value !== type))
      throw new ShopError(
        'ERR_VALIDATION',
        `${what}: ${field} is a ${type === 'string' ? 'text' : 'number'}, got ${JSON.stringify(condition)}.`,
      );
  }
}

/** The values that a condition names; what kind of condition it is, the index checks. */
function comparedWith(condition: unknown): unknown[] {
  if (condition === null || typeof condition !== 'object') return [condition];
  return Object.values(condition);
}
