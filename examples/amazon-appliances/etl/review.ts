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

const names = {
  user: ['user_id', 'reviewerID', 'userId', 'user', 'customer_id', 'reviewer_id'],
  item: ['parent_asin', 'asin', 'product_id', 'productId', 'itemId', 'item_id', 'item'],
  value: ['rating', 'overall', 'star_rating', 'stars', 'score', 'value'],
  time: ['timestamp', 'sort_timestamp', 'unixReviewTime', 'time', 'reviewTime', 'review_date', 'date'],
  verified: ['verified_purchase', 'verified'],
  helpful: ['helpful_vote', 'helpful_votes', 'vote', 'helpful'],
};

/** The rating in a row of 2014, 2018 or 2023, or the rule that the row breaks. */
export function readRating(row: Record<string, unknown>): Rating | string {
  const user = idOf(firstOf(row, names.user));
  if (user === undefined) return 'no user';
  const item = idOf(firstOf(row, names.item));
  if (item === undefined) return 'no product';
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

export function idOf(value: unknown): string | undefined {
  const id = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : typeof value === 'string' ? value.trim() : '';
  return id !== '' && id.length <= 200 && id.isWellFormed() ? id : undefined;
}

/** 2014 has [helpful, all] votes. */
function votes(value: unknown): number | undefined {
  const number = numberOf(Array.isArray(value) ? value[0] : value);
  return number === undefined ? undefined : Math.max(0, Math.round(number));
}
