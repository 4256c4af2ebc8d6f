import type { Where } from 'attune';
import { ShopError } from './errors.ts';

/** What products can be searched by; `store` and `brand` are the same. */
export const searchFields = ['brand', 'store', 'price', 'main_category', 'average_rating'] as const;

/** Conditions in the terms of the search index. @throws when a field is none of {@link searchFields}: a misspelt one would match nothing */
export function readWhere(where: Record<string, unknown> | undefined): Where | undefined {
  if (where === undefined) return undefined;
  const unknown = Object.keys(where).find((field) => !(searchFields as readonly string[]).includes(field));
  if (unknown !== undefined) {
    throw new ShopError('ERR_VALIDATION', `where: unknown field '${unknown}'. Products can be searched by ${searchFields.join(', ')}.`);
  }
  if ('store' in where && 'brand' in where) throw new ShopError('ERR_VALIDATION', 'where: store and brand are the same; give one of them.');
  const { store, ...rest } = where;
  return (store === undefined ? rest : { ...rest, brand: store }) as Where;
}
