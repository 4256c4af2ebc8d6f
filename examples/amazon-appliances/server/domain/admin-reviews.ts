import type { FirstOrLast } from 'attune';
import { type GivenRow, type InsertResult, storeRows } from './admin-rows.ts';
import type { Shop } from './shop.ts';
import { readRatingStrictly } from './strict-rows.ts';

/** Stores ratings; one of a known pair replaces it, and one of an unknown product is rejected. */
export async function insertReviews(shop: Shop, given: readonly GivenRow[]): Promise<InsertResult> {
  const result = await storeRows(given, readRatingStrictly, (ratings) =>
    shop.system.data.interactions.putMany(
      ratings.map(({ verified, helpful, ...rating }) => ({
        ...rating,
        verified_purchase: verified === undefined ? undefined : Number(verified),
        helpful_vote: helpful,
      })),
    ),
  );
  shop.ratingsChanged(result.inserted + result.updated);
  return result;
}

/** Deletes ratings by their numbers, of users, or from one end. */
export async function deleteReviews(shop: Shop, what: { ids: number[] } | { users: string[] } | FirstOrLast) {
  const deleted = await shop.system.data.interactions.delete(what);
  shop.ratingsChanged(deleted);
  return { deleted };
}
