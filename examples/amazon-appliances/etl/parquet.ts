import { join } from 'node:path';
import { counting, startOf, type Texts } from '../bulk/orders.ts';
import { writeParquetFile } from '../bulk/parquet.ts';
import type { RatingColumns } from './ratings.ts';

/**
 * Writes the ratings for programs that read columns: dense indices beside ids, their two maps, and the products by number of
 * ratings. Indices count users and products in the order in which their first rating comes.
 */
export function writeParquet(folder: string, ratings: RatingColumns, rows: Int32Array): void {
  const { user, item, value, time } = ratings;
  const users = firstSeen(rows, ratings.users.ends.length, user);
  const items = firstSeen(rows, ratings.items.ends.length, item);
  const itemIds = picked(ratings.items, items.order);
  const counts = new Int32Array(items.order.length);
  const sums = new Float64Array(items.order.length);
  for (let k = 0; k < rows.length; k++) {
    counts[items.indices[k]]++;
    sums[items.indices[k]] += value[rows[k]];
  }
  const byCount = counting(counts.length).sort((a, b) => counts[b] - counts[a] || sums[b] - sums[a] || a - b);
  writeParquetFile(join(folder, 'interactions.parquet'), [
    { name: 'user_idx', type: 'int32', data: users.indices },
    { name: 'item_idx', type: 'int32', data: items.indices },
    { name: 'rating', type: 'float', data: at(rows, value, new Float32Array(rows.length)) },
    { name: 'timestamp', type: 'int64', data: at(rows, time, new Float64Array(rows.length)) },
  ]);
  writeParquetFile(join(folder, 'user_map.parquet'), [
    { name: 'user_idx', type: 'int32', data: counting(users.order.length) },
    { name: 'user_id', type: 'text', data: picked(ratings.users, users.order) },
  ]);
  writeParquetFile(join(folder, 'item_map.parquet'), [
    { name: 'item_idx', type: 'int32', data: counting(items.order.length) },
    { name: 'parent_asin', type: 'text', data: itemIds },
  ]);
  writeParquetFile(join(folder, 'popular_items.parquet'), [
    { name: 'parent_asin', type: 'text', data: picked(itemIds, byCount) },
    { name: 'item_idx', type: 'int32', data: byCount },
    { name: 'rating_count', type: 'int32', data: byCount.map((k) => counts[k]) },
    { name: 'average_rating', type: 'double', data: Float64Array.from(byCount, (k) => sums[k] / counts[k]) },
  ]);
}

/** The values of some rows. */
function at<Values extends Float32Array | Float64Array>(rows: Int32Array, values: Float64Array, to: Values): Values {
  for (let k = 0; k < rows.length; k++) to[k] = values[rows[k]];
  return to;
}

/** The texts at some places, in that order. */
function picked({ bytes, ends }: Texts, order: Int32Array): Texts {
  if (order.length === ends.length && order.every((k, place) => k === place)) return { bytes, ends }; // all of them, as they came
  const result = { bytes: new Uint8Array(bytes.length), ends: new Int32Array(order.length) };
  let at = 0;
  for (let k = 0; k < order.length; k++) {
    for (let from = startOf(ends, order[k]); from < ends[order[k]]; from++) result.bytes[at++] = bytes[from];
    result.ends[k] = at;
  }
  return result;
}

/** Numbers the keys of rows in the order in which they come. */
function firstSeen(rows: Int32Array, size: number, keys: Int32Array): { indices: Int32Array; order: Int32Array } {
  const numbers = new Int32Array(size).fill(-1);
  const order = new Int32Array(size);
  let seen = 0;
  const indices = rows.map((row) => {
    const key = keys[row];
    if (numbers[key] < 0) {
      numbers[key] = seen;
      order[seen++] = key;
    }
    return numbers[key];
  });
  return { indices, order: order.subarray(0, seen) };
}
