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
  const users = firstSeen(rows, ratings.users.size, (row) => ratings.userIndex(row));
  const items = firstSeen(rows, ratings.items.size, (row) => ratings.itemIndex(row));
  const { indices: userIndex } = users;
  const { indices: itemIndex } = items;
  const values = new Float32Array(rows.length);
  // Plain columns of 64 bits where every rating has a time: a tenth of the memory of a list.
  const timed = rows.every((row) => ratings.timeOf(row) !== undefined);
  const times = timed ? new BigInt64Array(rows.length) : new Array<bigint | undefined>(rows.length);
  const counts = new Int32Array(items.order.length);
  const sums = new Float64Array(items.order.length);
  for (const [k, row] of rows.entries()) {
    const value = ratings.valueOf(row);
    const timestamp = ratings.timeOf(row);
    values[k] = value;
    if (timestamp !== undefined) times[k] = BigInt(timestamp);
    counts[itemIndex[k]]++;
    sums[itemIndex[k]] += value;
  }
  const userIds = Array.from(users.order, (user) => ratings.users.idAt(user));
  const itemIds = Array.from(items.order, (item) => ratings.items.idAt(item));
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

/** Numbers the keys of rows in the order in which they come. */
function firstSeen(rows: Int32Array, size: number, keyOf: (row: number) => number): { indices: Int32Array; order: Int32Array } {
  const numbers = new Int32Array(size).fill(-1);
  const order = new Int32Array(size);
  let seen = 0;
  const indices = rows.map((row) => {
    const key = keyOf(row);
    if (numbers[key] < 0) {
      numbers[key] = seen;
      order[seen++] = key;
    }
    return numbers[key];
  });
  return { indices, order: order.subarray(0, seen) };
}
