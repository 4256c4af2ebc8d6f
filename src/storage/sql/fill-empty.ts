import type { PutOptions, PutResult } from '../../contracts/data-store.ts';
import { AttuneError } from '../../errors.ts';
import { yieldNow } from '../../work/yield-now.ts';
import { emptyResult, stride } from '../shared/put.ts';
import type { SqlConnection, SqlValue, Use } from './connection.ts';
import type { SqlDialect } from './dialect.ts';
import { counted, type ManyRows, type ReadRow, type RowWriter, readable, storeInBatches } from './rows.ts';

/** How a large load goes into an empty table. */
export interface Filling {
  /** Counts the rows of the table. */
  count: string;
  /** Inserts rows, whatever keys there are. */
  insert: ManyRows;
  /** The statements that drop the indexes, and those that make them again; the first is the unique one. */
  drop: string[];
  make: string[];
  /** Statements around it, as {@link SqlDialect.unchecked}: products are looked up by the writer. */
  unchecked?: SqlDialect['unchecked'];
  /** What stores the rows whose keys came before; another for each attempt, because it remembers which products there are. */
  writerOf(): RowWriter & Storable;
}

/** What leaves out rows that may not be stored, and counts them. */
export interface Storable {
  storable(connection: SqlConnection, rows: ReadRow[], result: PutResult): Promise<ReadRow[]>;
  /** Whether it is known by now that every row from one number up to another may be stored. */
  storesAll(rows: readonly (SqlValue[] | AttuneError)[], from: number, to: number): rows is SqlValue[][];
}

/**
 * Stores rows in an empty table without its indexes, which are made at the end from sorted keys: an insert into the index of the pairs reads
 * another page for every row, and takes most of the time of a load. Rows are taken to have different keys until the index says otherwise,
 * because most loads have, and to look for them takes as long as to store them.
 * @returns undefined, with nothing changed, when the table is not empty
 */
export async function fillEmpty(
  filling: Filling,
  use: Use,
  rows: readonly (SqlValue[] | AttuneError)[],
  options: PutOptions,
): Promise<PutResult | undefined> {
  const attempt = (later?: ReadonlySet<number>) =>
    use(async (connection) => {
      const { begin, end } = filling.unchecked ?? {};
      if (begin) await connection.run(begin);
      try {
        return await connection.atomic(() => fill(connection, filling, rows, options, later));
      } finally {
        if (end) await connection.run(end);
      }
    });
  try {
    return await attempt();
  } catch (error) {
    if (error === keyTwice) return attempt(repeated(rows, filling.writerOf()));
    throw error;
  }
}

/** Undoes the transaction. */
const keyTwice = new Error('a key came twice');

async function fill(
  connection: SqlConnection,
  { count, insert, drop, make, writerOf }: Filling,
  rows: readonly (SqlValue[] | AttuneError)[],
  { signal, onProgress }: PutOptions,
  later: ReadonlySet<number> | undefined,
): Promise<PutResult | undefined> {
  if ((await counted(connection, count)) > 0) return undefined;
  const writer = writerOf();
  const result = emptyResult();
  const waiting: ReadRow[] = [];
  const store = async (sql: string, values: SqlValue[]) => void (await connection.run(sql, ...values));
  for (const sql of drop) await connection.run(sql);
  for (let from = 0; from < rows.length; from += stride) {
    if (from > 0) await yieldNow();
    const to = Math.min(from + stride, rows.length);
    if (!later && writer.storesAll(rows, from, to)) {
      await insert.run(rows.slice(from, to), itself, store);
      result.inserted += to - from;
    } else {
      const read = readable(rows, from, to, result);
      if (later) waiting.push(...read.filter(({ row }) => later.has(row)));
      const stored = await writer.storable(connection, later ? read.filter(({ row }) => !later.has(row)) : read, result);
      await insert.run(stored, valuesOf, store);
      result.inserted += stored.length;
    }
    signal?.throwIfAborted();
    onProgress?.({ phase: 'storing', done: to, total: rows.length });
  }
  for (const [k, sql] of make.entries()) {
    try {
      await connection.run(sql);
    } catch (error) {
      throw k === 0 && error instanceof AttuneError && /unique/i.test(error.message) ? keyTwice : error;
    }
  }
  await storeInBatches(connection, writer, waiting, result);
  result.rejected.sort((a, b) => a.row - b.row);
  return result;
}

const valuesOf = ({ values }: ReadRow) => values;
const itself = (values: SqlValue[]) => values;

/** The numbers of the rows whose keys came before. */
function repeated(rows: readonly (SqlValue[] | AttuneError)[], { keyOf }: RowWriter): Set<number> {
  const keys = new Set<string>();
  const found = new Set<number>();
  for (const [row, values] of rows.entries()) {
    if (values instanceof AttuneError) continue;
    const before = keys.size;
    if (keys.add(keyOf(values)).size === before) found.add(row);
  }
  return found;
}
