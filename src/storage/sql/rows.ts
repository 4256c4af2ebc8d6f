import type { PutOptions, PutResult, RowPage } from '../../contracts/data-store.ts';
import { AttuneError } from '../../errors.ts';
import { yieldNow } from '../../work/yield-now.ts';
import { type PageRequest, pageOf } from '../shared/checks.ts';
import { emptyResult, reject, stride } from '../shared/put.ts';
import type { SqlConnection, SqlValue, Use } from './connection.ts';
import { numbered, parameters, type SqlDialect } from './dialect.ts';

/** A row that is ready to be stored, and its number in what was given. */
export interface ReadRow {
  row: number;
  values: SqlValue[];
}

/** How rows of one kind are stored. */
export interface RowWriter {
  /** The key of a row; the rows of one batch have distinct keys. */
  keyOf(values: SqlValue[]): string;
  /** Maximum number of rows in a batch. */
  batch: number;
  /** Stores a batch, and counts the outcomes. */
  store(connection: SqlConnection, rows: ReadRow[], result: PutResult): Promise<void>;
  /** Before the first and after the last row, in their transaction. */
  before?(connection: SqlConnection): Promise<void>;
  after?(connection: SqlConnection): Promise<void>;
}

/** Stores rows batch by batch in one transaction; it yields to the event loop every few thousand rows, while the connection is held. */
export async function putRows(
  use: Use,
  rows: (SqlValue[] | AttuneError)[],
  { signal, onProgress }: PutOptions,
  writer: RowWriter,
): Promise<PutResult> {
  const result = emptyResult();
  await use((connection) =>
    connection.atomic(async () => {
      await writer.before?.(connection);
      for (let from = 0; from < rows.length; from += stride) {
        if (from > 0) await yieldNow();
        const to = Math.min(from + stride, rows.length);
        await storeInBatches(connection, writer, readable(rows, from, to, result), result);
        signal?.throwIfAborted();
        onProgress?.({ phase: 'storing', done: to, total: rows.length });
      }
      await writer.after?.(connection);
    }),
  );
  result.rejected.sort((a, b) => a.row - b.row);
  return result;
}

/** The rows from one number up to another that could be read; the others are rejected. */
export function readable(rows: readonly (SqlValue[] | AttuneError)[], from: number, to: number, result: PutResult): ReadRow[] {
  const read: ReadRow[] = [];
  for (let row = from; row < to; row++) {
    const values = rows[row];
    if (values instanceof AttuneError) reject(result, row, values);
    else read.push({ row, values });
  }
  return read;
}

/** Stores rows in batches of distinct keys, in their order. */
export async function storeInBatches(
  connection: SqlConnection,
  writer: RowWriter,
  rows: readonly ReadRow[],
  result: PutResult,
): Promise<void> {
  let batch: ReadRow[] = [];
  let keys = new Set<string>();
  const flush = async () => {
    if (batch.length > 0) await writer.store(connection, batch, result);
    batch = [];
    keys = new Set();
  };
  for (const read of rows) {
    const key = writer.keyOf(read.values);
    if (batch.length === writer.batch || keys.has(key)) await flush();
    keys.add(key);
    batch.push(read);
  }
  await flush();
}

/**
 * A statement for any number of rows at once. Only a few sizes are written, so that drivers can keep the compiled statements.
 * @param text the statement for `size` rows, with `?` for parameters
 */
export class ManyRows {
  /** Rows of the largest statement. */
  readonly largest: number;
  readonly #statements: { size: number; sql: string }[];

  constructor(dialect: SqlDialect, columns: number, text: (size: number) => string) {
    this.largest = Math.max(1, Math.min(dialect.maxRows, Math.floor(dialect.maxParameters / columns)));
    const sizes = [this.largest, 32, 8, 2, 1].filter((size, k) => k === 0 || size < this.largest);
    this.#statements = sizes.map((size) => ({ size, sql: numbered(dialect, text(size)) }));
  }

  /** Calls `each` with a statement, its parameters, and the rows they belong to, until all rows are done. */
  async run<Row>(
    rows: readonly Row[],
    valuesOf: (row: Row) => readonly SqlValue[],
    each: (sql: string, values: SqlValue[], rows: readonly Row[]) => Promise<void>,
  ): Promise<void> {
    let at = 0;
    for (const { size, sql } of this.#statements) {
      for (; rows.length - at >= size; at += size) {
        const part = rows.slice(at, at + size);
        const all: SqlValue[] = [];
        for (const row of part) for (const value of valuesOf(row)) all.push(value);
        await each(sql, all, part);
      }
    }
  }
}

/** `(?, ?), (?, ?)` */
export function tuples(columns: number, rows: number): string {
  return new Array(rows).fill(`(${parameters(columns)})`).join(', ');
}

/** A stored row, with its number in the stable order under a name that no column of a caller has. */
export interface Placed {
  attune_place: Place;
}

/** The number of a row, of 64 bits; as text or bigint where it may be beyond 2^53. */
export type Place = number | bigint | string;

/** Selects the places of the first and the last row, with all digits. @param place is quoted already, as is the table */
export function endsSelect(table: string, place: string): string {
  const end = (of: string) => `cast((select ${of}(${place}) from ${table}) as text)`;
  return `select ${end('min')} as "first", ${end('max')} as "last"`;
}

/** The parameter that takes a place; its type is said because a column of smaller numbers would set one that does not hold every place. */
export function placeParameter(dialect: SqlDialect): string {
  return dialect.typed('?', dialect.types.INTEGER);
}

/** Where a table begins and ends, or undefined when it is empty. */
export interface Ends {
  /** Before the first row. */
  before: Place;
  last: Place;
  /** Whether some places may be beyond 2^53, where drivers round numbers or refuse them. */
  wide: boolean;
}

/** By a statement of {@link endsSelect}. */
export async function endsOf(connection: SqlConnection, select: string): Promise<Ends | undefined> {
  const { first = null, last = null } = (await connection.one<Record<'first' | 'last', string | null>>(select)) ?? {};
  if (first === null || last === null) return undefined;
  const before = first === firstPlace ? first : String(BigInt(first) - 1n);
  return { before, last, wide: [before, last].some((place) => !Number.isSafeInteger(Number(place))) };
}

/** Whether a place comes after another. Numbers beyond 2^53 that look equal as doubles may not be. */
export function isAfter(place: Place, other: Place): boolean {
  const difference = Number(place) - Number(other);
  return difference === 0 ? BigInt(place) > BigInt(other) : difference > 0;
}

/** Rows that are read at a time: a database in this process keeps all others waiting for a few milliseconds meanwhile. */
const rowsAtOnce = 1024;

/**
 * Streams rows by their place, some at a time, up to the last one at the start. No cursor stays open between them. The end is no
 * condition of the statement: without statistics PostgreSQL takes a range for a few rows, and would read and sort all that is left each time.
 */
export async function* streamed<Stored extends Placed, Row>(
  use: Use,
  ends: string,
  next: (connection: SqlConnection, after: SqlValue, count: number, wide: boolean) => Stored[] | Promise<Stored[]>,
  rowOf: (stored: Stored) => Row,
): AsyncGenerator<Row, void, undefined> {
  const found = await use((connection) => endsOf(connection, ends));
  if (!found) return;
  const { before, last, wide } = found;
  for (let after = before; ; await yieldNow()) {
    const chunk = await use((connection) => next(connection, after, rowsAtOnce, wide));
    for (const stored of chunk) {
      if (isAfter(stored.attune_place, last)) return;
      yield rowOf(stored);
    }
    if (chunk.length < rowsAtOnce) return;
    after = chunk[chunk.length - 1].attune_place;
  }
}

/** The lowest number of 64 bits. */
const firstPlace = String(-(2n ** 63n));

/** A page, by a statement with parameters after, limit and offset, whose places have all digits. */
export async function paged<Stored extends Placed, Row>(
  connection: SqlConnection,
  select: string,
  { limit, offset, after = firstPlace }: PageRequest,
  rowOf: (stored: Stored) => Row,
): Promise<RowPage<Row>> {
  const stored = await connection.all<Stored>(select, after, limit + 1, offset);
  return pageOf(
    stored.map((entry) => ({ place: String(entry.attune_place), row: rowOf(entry) })),
    limit,
  );
}

/** How many rows a `select count(*) as n` counts. */
export async function counted(connection: SqlConnection, select: string, ...values: SqlValue[]): Promise<number> {
  return Number((await connection.one<{ n: number }>(select, ...values))?.n);
}
