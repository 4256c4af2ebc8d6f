import type { PutOptions, PutResult, RowPage } from '../../contracts/data-store.ts';
import { AttuneError } from '../../errors.ts';
import { type PageRequest, pageOf } from '../shared/checks.ts';
import { count, emptyResult, type Stored, stride } from '../shared/put.ts';
import type { Connection, Statement } from './connection.ts';

/** Stores rows in one transaction; every few thousand the event loop may run, while the store is held. */
export async function putRows<Row>(
  hold: Hold,
  connection: Connection,
  rows: (Row | AttuneError)[],
  { signal, onProgress }: PutOptions,
  store: (row: Row) => Stored,
  around: { before?(): void; after?(): void } = {},
): Promise<PutResult> {
  const result = emptyResult();
  const put = (from: number) => {
    const to = Math.min(from + stride, rows.length);
    for (let k = from; k < to; k++) {
      const row = rows[k];
      count(result, k, row instanceof AttuneError ? row : store(row));
    }
    signal?.throwIfAborted();
    onProgress?.({ phase: 'storing', done: to, total: rows.length });
  };
  await hold(() =>
    connection.atomicLong(async () => {
      around.before?.();
      for (let from = 0; from < rows.length; from += stride) {
        if (from > 0) await new Promise((resolve) => setTimeout(resolve));
        put(from);
      }
      around.after?.();
    }),
  );
  return result;
}

/** Holds the store, unless a transaction does already. */
export type Hold = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs synchronous work when nobody else holds the store. */
export type Run = <T>(work: () => T) => Promise<T>;

/** Streams rows by their place, some thousand at a time, up to the last one there was at the start. No cursor stays open between them. */
export async function* streamed<Stored extends { place: number }, Row>(
  run: Run,
  last: () => number,
  next: (after: number, last: number, count: number) => Stored[],
  rowOf: (stored: Stored) => Row,
): AsyncGenerator<Row, void, undefined> {
  const size = 4096;
  const end = await run(last);
  for (let after = firstPlace; ; ) {
    const chunk = await run(() => next(after, end, size));
    for (const stored of chunk) yield rowOf(stored);
    if (chunk.length < size) return;
    after = chunk[chunk.length - 1].place;
  }
}

/** Below every place. */
export const firstPlace = Number.MIN_SAFE_INTEGER;

/** A page, by a statement with parameters after, limit and offset. */
export function paged<Stored extends { place: number }, Row>(
  select: Statement,
  { limit, offset, after }: PageRequest,
  rowOf: (stored: Stored) => Row,
): RowPage<Row> {
  const stored = select.all<Stored>(Math.max(after, firstPlace), limit + 1, offset);
  return pageOf(
    stored.map((entry) => ({ place: Number(entry.place), row: rowOf(entry) })),
    limit,
  );
}
