import { firstOf, numberOf, timeOf, truthOf } from './values.ts';

/** A rating, whatever the year of its file. */
export interface Rating {
  user: string;
  item: string;
  value: number;
  /** Milliseconds since 1970; undefined when the row has no time. */
  timestamp?: number;
  verified?: boolean;
  helpful?: number;
}

/** The columns in which to look for each field, the first that is filled counts. */
export const reviewColumns = {
  user: ['user_id', 'reviewerID', 'userId', 'user', 'customer_id', 'reviewer_id'],
  item: ['parent_asin', 'asin', 'product_id', 'productId', 'itemId', 'item_id', 'item'],
  value: ['rating', 'overall', 'star_rating', 'stars', 'score', 'value'],
  time: ['timestamp', 'sort_timestamp', 'unixReviewTime', 'time', 'reviewTime', 'review_date', 'date'],
  verified: ['verified_purchase', 'verified'],
  helpful: ['helpful_vote', 'helpful_votes', 'vote', 'helpful'],
};

/** Columns that a file calls otherwise, by what they mean: `{ user: 'buyer' }`. */
export type FieldNames = { [field in keyof typeof reviewColumns]?: string };

/** Reads `user=buyer,item=sku`. */
export function readFieldNames(text: string): FieldNames {
  const known = Object.keys(reviewColumns);
  const pairs = text.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
  for (const [field, column] of pairs) {
    if (known.includes(field) && column) continue;
    const message = `Expected columns as ${known.map((name) => `${name}=COLUMN`).join(',')} (any of these), got '${text}'.`;
    throw Object.assign(new Error(message), { code: 'ERR_BAD_OPTION' });
  }
  return Object.fromEntries(pairs);
}

/** The rating in a row of 2014, 2018 or 2023, or the rule that the row breaks. @param columns names of the caller's, which replace ours */
export function readRating(row: Record<string, unknown>, columns?: FieldNames): Rating | string {
  const names = columns ? named(columns) : namesIn(row);
  const user = idOf(firstOf(row, names.user));
  if (user === undefined) return 'no user';
  if (dots.has(user)) return 'user id cannot be part of an address';
  const item = idOf(firstOf(row, names.item));
  if (item === undefined) return 'no product';
  if (reservedItems.has(item)) return 'product id cannot be part of an address';
  const given = firstOf(row, names.value);
  if (given === undefined) return 'no rating';
  const value = numberOf(given);
  if (value === undefined || value < 1 || value > 5) return 'rating is not a number from 1 to 5';
  const time = firstOf(row, names.time);
  const timestamp = timeOf(time);
  if (time !== undefined && (timestamp === undefined || timestamp < 0)) return 'time cannot be read';
  const helpful = firstOf(row, names.helpful);
  return { user, item, value, timestamp, verified: truthOf(firstOf(row, names.verified)), helpful: votes(helpful) };
}

/** The names as this row writes them: files of other sources have `UserId`, `user id` or `user_id:token`. */
function namesIn(row: Record<string, unknown>): typeof reviewColumns {
  if (reviewColumns.user.some((name) => Object.hasOwn(row, name)) && reviewColumns.item.some((name) => Object.hasOwn(row, name)))
    return reviewColumns;
  const plain = (name: string) =>
    name
      .replace(/:.*$/s, '')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '');
  const keys = Object.keys(row);
  const written = (names: string[]) => [...names, ...keys.filter((key) => names.some((name) => plain(name) === plain(key)))];
  return Object.fromEntries(Object.entries(reviewColumns).map(([field, names]) => [field, written(names)])) as typeof reviewColumns;
}

let latest: { columns: FieldNames; names: typeof reviewColumns } | undefined;

function named(columns: FieldNames): typeof reviewColumns {
  if (latest?.columns !== columns) {
    const given = Object.fromEntries(Object.entries(columns).map(([field, column]) => [field, [column]]));
    latest = { columns, names: { ...reviewColumns, ...given } };
  }
  return latest.names;
}

/** Browsers take these for folders wherever they stand in an address. */
export const dots: ReadonlySet<string> = new Set(['.', '..']);
/** Ids that no product can have: `/products/all` is the list of all. */
export const reservedItems: ReadonlySet<string> = new Set([...dots, 'all']);

export function idOf(value: unknown): string | undefined {
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : typeof value === 'string' ? value.trim() : '';
  return id !== '' && Buffer.byteLength(id) <= 200 && !id.includes('\0') && id.isWellFormed() ? id : undefined;
}

/** 2014 has [helpful, all] votes. */
function votes(value: unknown): number | undefined {
  const number = numberOf(Array.isArray(value) ? value[0] : value);
  return number === undefined ? undefined : Math.max(0, Math.round(number));
}
