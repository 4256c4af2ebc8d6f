import { dots } from '../../etl/review.ts';
import type { PlacementDefinition } from './placements/definition.ts';
import { checkDefinition } from './placements/placements.ts';
import { readProductStrictly, readRatingStrictly } from './strict-rows.ts';

/** The tables of a copy, in the order in which they can be read back: ratings need their products. */
export const tables = ['products', 'interactions', 'events'] as const;
export type Table = (typeof tables)[number];

type Row = Record<string, unknown>;

/** What is wrong with a row of a copy, if anything: a file may come from anywhere, and what it brings is read at every start. */
export function problemOf(table: Table, row: Row): string | undefined {
  if (table === 'events') return eventProblem(row);
  const read =
    table === 'products'
      ? readProductStrictly({ ...row, parent_asin: row.item })
      : readRatingStrictly({ user_id: row.user, parent_asin: row.item, rating: row.value, timestamp: row.timestamp });
  return typeof read === 'string' ? read : undefined;
}

function eventProblem(row: Row): string | undefined {
  const { user, type, timestamp } = row;
  if (!isText(user)) return 'user is not a text';
  if (dots.has(user)) return 'user id cannot be part of an address';
  if (!isText(type)) return 'type is not a text';
  if (typeof timestamp !== 'number' || Number.isNaN(new Date(timestamp).getTime())) return 'timestamp is not a time in milliseconds';
  const missing = needed.find(({ of, holds }) => of.includes(type) && !holds(row));
  return missing && `${missing.what} of the event ${type} is missing or not valid`;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What events of some types must say. */
const needed: readonly { of: readonly string[]; what: string; holds(row: Row): boolean }[] = [
  {
    of: ['like', 'dislike', 'skip', 'rating', 'purchase', 'click_product'],
    what: 'item',
    holds: ({ item, key }) => isText(item ?? key),
  },
  { of: ['product_hidden', 'product_shown'], what: 'item', holds: ({ item }) => isText(item) },
  { of: ['placement_saved', 'placement_removed', 'recommended'], what: 'placement', holds: ({ placement }) => isText(placement) },
  { of: ['placement_saved'], what: 'definition', holds: ({ definition }) => canBeFollowed(definition) },
  {
    of: ['recommended'],
    what: 'list or items',
    holds: ({ list, items, variant }) =>
      isText(list) && Array.isArray(items) && items.every(isText) && (variant === undefined || variant === null || isText(variant)),
  },
  { of: ['api_key_issued', 'api_key_revoked'], what: 'api_key', holds: ({ api_key }) => isText(api_key) },
  {
    of: ['api_key_issued'],
    what: 'tenant, role, digest or requests_per_second',
    holds: ({ tenant, role, digest, requests_per_second: limit }) =>
      isText(tenant) &&
      (role === 'user' || role === 'admin') &&
      /^[0-9a-f]{64}$/.test(String(digest)) &&
      Number.isFinite(limit) &&
      (limit as number) >= 0,
  },
];

function canBeFollowed(definition: unknown): boolean {
  try {
    checkDefinition(definition as PlacementDefinition);
    return true;
  } catch {
    return false;
  }
}
