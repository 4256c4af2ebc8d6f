import { AttuneError } from '../../errors.ts';
import { isStream, pageOf, readPage } from '../checks.ts';
import type { PutOptions, PutResult, RowPage, RowPageOptions, RowSource } from '../data-store.ts';
import { readRow } from '../rows.ts';
import type { Turn } from '../turn.ts';

/**
 * Reads and checks all rows before any is stored, so that a source that fails, or an abort, changes nothing.
 * A row that breaks a rule is its error.
 */
export async function readAll<Row>(
  rows: RowSource<unknown>,
  { signal, onProgress }: PutOptions,
  read: (row: Record<string, unknown>) => Row,
): Promise<(Row | AttuneError)[]> {
  signal?.throwIfAborted();
  const result: (Row | AttuneError)[] = [];
  const take = (row: unknown) => {
    try {
      result.push(read(readRow(row)));
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error;
      result.push(error);
    }
    if ((result.length & 0x3fff) === 0) {
      signal?.throwIfAborted();
      onProgress?.({ phase: 'storing', done: result.length });
    }
  };
  if (isStream(rows)) for await (const row of rows) take(row);
  else for (const row of rows) take(row);
  signal?.throwIfAborted();
  onProgress?.({ phase: 'storing', done: result.length, total: result.length });
  return result;
}

/** Stores row by row and counts. `store` says what it did, or why it did not. */
export function putAll<Row>(rows: (Row | AttuneError)[], store: (row: Row) => 'inserted' | 'updated' | AttuneError): PutResult {
  const result: PutResult = { inserted: 0, updated: 0, rejected: [] };
  rows.forEach((row, k) => {
    const done = row instanceof AttuneError ? row : store(row);
    if (typeof done === 'string') result[done]++;
    else result.rejected.push({ row: k, reason: done.message, code: done.code });
  });
  return result;
}

/** Streams the values of a map in chunks, up to the last place there was at the start, and only while nobody holds the store. */
export async function* streamed<Key, Value, Row>(
  turn: Turn,
  start: () => { map: Map<Key, Value>; last: number },
  placeOf: (value: Value) => number,
  rowOf: (value: Value) => Row | undefined,
): AsyncGenerator<Row, void, undefined> {
  const { values, last } = await turn.run(() => {
    const { map, last } = start();
    return { values: map.values(), last };
  });
  for (;;) {
    const chunk = await turn.run(() => {
      const rows: Row[] = [];
      for (let next = values.next(); ; next = values.next()) {
        if (next.done || placeOf(next.value) > last) return { rows, ended: true };
        const row = rowOf(next.value);
        if (row !== undefined && rows.push(row) === 1024) return { rows, ended: false };
      }
    });
    yield* chunk.rows;
    if (chunk.ended) return;
  }
}

/** A page of a map whose values stand in the order of their places. */
export function paged<Value, Row>(
  values: Iterable<Value>,
  options: RowPageOptions | undefined,
  placeOf: (value: Value) => number,
  rowOf: (value: Value) => Row,
): RowPage<Row> {
  const { limit, offset, after } = readPage(options);
  const rows: { place: number; row: Row }[] = [];
  let skip = offset;
  for (const value of values) {
    if (placeOf(value) <= after || skip-- > 0) continue;
    rows.push({ place: placeOf(value), row: rowOf(value) });
    if (rows.length > limit) break;
  }
  return pageOf(rows, limit);
}
