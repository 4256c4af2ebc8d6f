import type { PutResult, RowPage, RowPageOptions } from '../../contracts/data-store.ts';
import { AttuneError } from '../../errors.ts';
import type { Mutex } from '../../work/mutex.ts';
import { yieldNow } from '../../work/yield-now.ts';
import { pageOf, readPage } from '../shared/checks.ts';
import type { ColumnCodec } from '../shared/columns.ts';
import { count, emptyResult, type Stored } from '../shared/put.ts';

/** Stores row by row and counts. */
export function putAll<Row>(rows: (Row | AttuneError)[], store: (row: Row) => Stored): PutResult {
  const result = emptyResult();
  rows.forEach((row, k) => {
    count(result, k, row instanceof AttuneError ? row : store(row));
  });
  return result;
}

/** Sets the further columns of a row that was put on the one that is kept, as a database would give them back. */
export function kept<Row extends object>(row: Record<string, unknown>, keys: Row, columns: ColumnCodec): Row {
  const values = columns.encode(row);
  columns.decode(Object.fromEntries(columns.names.map((name, k) => [name, values[k]])), keys);
  return keys;
}

/** Streams the values of a map in chunks, up to the last position at the start, and only while no transaction holds the store. */
export async function* streamed<Key, Value, Row>(
  mutex: Mutex,
  start: () => { map: Map<Key, Value>; last: number },
  placeOf: (value: Value) => number,
  rowOf: (value: Value) => Row | undefined,
): AsyncGenerator<Row, void, undefined> {
  const { values, last } = await mutex.run(() => {
    const { map, last } = start();
    return { values: map.values(), last };
  });
  for (;;) {
    const chunk = await mutex.run(() => {
      const rows: Row[] = [];
      for (let next = values.next(); ; next = values.next()) {
        if (next.done || placeOf(next.value) > last) return { rows, ended: true };
        const row = rowOf(next.value);
        if (row !== undefined && rows.push(row) === 1024) return { rows, ended: false };
      }
    });
    yield* chunk.rows;
    if (chunk.ended) return;
    await yieldNow();
  }
}

/** A page of a map whose values are in the order of their positions. */
export function paged<Value, Row>(
  values: Iterable<Value>,
  options: RowPageOptions | undefined,
  placeOf: (value: Value) => number,
  rowOf: (value: Value) => Row,
): RowPage<Row> {
  const { limit, offset, after = Number.NEGATIVE_INFINITY } = readPage(options);
  const last = Number(after);
  const rows: { place: number; row: Row }[] = [];
  let skip = offset;
  for (const value of values) {
    if (placeOf(value) <= last || skip-- > 0) continue;
    rows.push({ place: placeOf(value), row: rowOf(value) });
    if (rows.length > limit) break;
  }
  return pageOf(rows, limit);
}
