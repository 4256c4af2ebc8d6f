import { join } from 'node:path';
import { parquetWriteFile } from 'hyparquet-writer';
import type { Ratings } from './ratings.ts';

/** Names of the files, for whoever moves them. */
export const parquetFiles = ['interactions.parquet', 'user_map.parquet', 'item_map.parquet', 'popular_items.parquet'] as const;

/**
 * Writes the ratings for programs that read columns: dense indices beside ids, their two maps, and the products by number of
 * ratings. Indices count users and products in the order in which their first rating comes.
 */
export async function writeParquet(folder: string, ratings: Ratings, rows: Int32Array): Promise<void> {
  const users = new Map<number, number>();
  const items = new Map<number, number>();
  const indexIn = (map: Map<number, number>, key: number) => {
    const known = map.get(key);
    if (known !== undefined) return known;
    map.set(key, map.size);
    return map.size - 1;
  };
  const userIndex = Int32Array.from(rows, (row) => indexIn(users, ratings.userIndex(row)));
  const itemIndex = Int32Array.from(rows, (row) => indexIn(items, ratings.itemIndex(row)));
  const values = new Float32Array(rows.length);
  const times: (bigint | undefined)[] = new Array(rows.length);
  const counts = new Int32Array(items.size);
  const sums = new Float64Array(items.size);
  for (const [k, row] of rows.entries()) {
    const { value, timestamp } = ratings.at(row);
    values[k] = value;
    times[k] = timestamp === undefined ? undefined : BigInt(timestamp);
    counts[itemIndex[k]]++;
    sums[itemIndex[k]] += value;
  }
  const userIds = Array.from(users.keys(), (user) => ratings.users.idAt(user));
  const itemIds = Array.from(items.keys(), (item) => ratings.items.idAt(item));
  const byCount = Array.from(itemIds.keys()).sort((a, b) => counts[b] - counts[a] || sums[b] - sums[a] || a - b);
  const numbers = (length: number) => Int32Array.from({ length }, (_, k) => k);
  await parquetWriteFile({
    filename: join(folder, 'interactions.parquet'),
    columnData: [
      { name: 'user_idx', data: userIndex, type: 'INT32', nullable: false },
      { name: 'item_idx', data: itemIndex, type: 'INT32', nullable: false },
      { name: 'rating', data: values, type: 'FLOAT', nullable: false },
      { name: 'timestamp', data: times, type: 'INT64' },
    ],
  });
  await parquetWriteFile({
    filename: join(folder, 'user_map.parquet'),
    columnData: [
      { name: 'user_idx', data: numbers(userIds.length), type: 'INT32', nullable: false },
      { name: 'user_id', data: userIds, type: 'STRING', nullable: false },
    ],
  });
  await parquetWriteFile({
    filename: join(folder, 'item_map.parquet'),
    columnData: [
      { name: 'item_idx', data: numbers(itemIds.length), type: 'INT32', nullable: false },
      { name: 'parent_asin', data: itemIds, type: 'STRING', nullable: false },
    ],
  });
  await parquetWriteFile({
    filename: join(folder, 'popular_items.parquet'),
    columnData: [
      { name: 'parent_asin', data: byCount.map((k) => itemIds[k]), type: 'STRING', nullable: false },
      { name: 'item_idx', data: Int32Array.from(byCount), type: 'INT32', nullable: false },
      { name: 'rating_count', data: Int32Array.from(byCount, (k) => counts[k]), type: 'INT32', nullable: false },
      { name: 'average_rating', data: Float64Array.from(byCount, (k) => sums[k] / counts[k]), type: 'DOUBLE', nullable: false },
    ],
  });
}
