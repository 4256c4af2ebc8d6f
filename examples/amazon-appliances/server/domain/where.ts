import type { Where } from 'attune';
import { compileWhere } from 'attune/authoring';
import type { ProductCard } from './catalogue.ts';
import { ShopError } from './errors.ts';

/** What lists and pages show of a product, and conditions can be on; `store` and `brand` are the same. */
export const productFields = {
  parent_asin: 'string',
  title: 'string',
  brand: 'string',
  store: 'string',
  category: 'string',
  main_category: 'string',
  price: 'number',
  average_rating: 'number',
  rating_number: 'number',
} as const;

/** Those that the search index keeps, which it looks up faster than cards are read. */
const indexed: readonly string[] = ['brand', 'price', 'main_category', 'average_rating'];

/**
 * Conditions in the terms of the search index: its own, and the products that meet the others.
 * @throws as {@link checkConditions}
 */
export function readWhere(
  where: Record<string, unknown> | undefined,
  products: () => readonly ProductCard[],
): { where?: Where; only?: string[] } {
  if (where === undefined) return {};
  checkConditions(where, productFields, 'where');
  if ('store' in where && 'brand' in where) throw new ShopError('ERR_VALIDATION', 'where: store and brand are the same; give one of them.');
  const conditions = Object.entries(where).map(([field, condition]) => [field === 'store' ? 'brand' : field, condition] as const);
  const others = conditions.filter(([field]) => !indexed.includes(field));
  if (others.length === 0) return { where: Object.fromEntries(conditions) as Where };
  const meets = compileWhere(Object.fromEntries(others) as Where, 'search');
  return {
    where: Object.fromEntries(conditions.filter(([field]) => indexed.includes(field))) as Where,
    only: products().flatMap((card) => (meets(card as object as Record<string, unknown>) ? card.parent_asin : [])),
  };
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
