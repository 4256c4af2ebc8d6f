import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Sql, TransactionSql } from 'postgres';
import type { RatingColumns } from '../etl/ratings.ts';
import { CopyRows } from './copy-rows.ts';
import { startOf } from './orders.ts';

const table = 'user_item_rating';
const columns = ['id', 'user_id', 'parent_asin', 'rating', 'timestamp', 'verified_purchase', 'helpful_vote'];

/**
 * Fills the empty table of ratings in the first schema of the search path, in the given order. It goes in without constraints and indexes,
 * which are made at the end. All in one transaction, so that the server may leave out what other readers would need, and does not vacuum the
 * table meanwhile.
 * @param beside work that needs nothing of the table, done while the server makes them
 */
export async function copyRatings(sql: Sql, ratings: RatingColumns, rows: Int32Array, beside: () => void): Promise<void> {
  await sql.begin(async (transaction) => {
    await transaction.unsafe("set local maintenance_work_mem = '256MB'; set local jit = off");
    await transaction.unsafe(`truncate ${table}`); // a table that this transaction has emptied takes frozen rows, which are not written again later
    const make = await dropDefinitions(transaction);
    const copy = await transaction.unsafe(`copy ${table} (${columns.join(', ')}) from stdin with (format binary, freeze)`).writable();
    await pipeline(Readable.from(chunksOf(ratings, rows)), copy);
    const made = [`analyze ${table}`, 'analyze product_catalog (parent_asin)', ...make].map((statement) => transaction.unsafe(statement));
    for (const query of made) query.execute(); // one after the other, on this connection
    await new Promise((sent) => setTimeout(sent)); // they are sent at the end of a turn
    beside();
    await Promise.all(made);
    await transaction.unsafe(`select setval(pg_get_serial_sequence('${table}', 'id'), ${Math.max(1, rows.length)}, ${rows.length > 0})`);
  });
}

/** Drops the constraints and indexes of the table. @returns the statements that make them again: foreign keys last, which are checked along an index */
async function dropDefinitions(transaction: TransactionSql): Promise<string[]> {
  const constraints = await transaction<{ drop: string; make: string; foreign: boolean }[]>`
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
      format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as make, contype = 'f' as foreign
    from pg_constraint where conrelid = ${table}::regclass and contype in ('u', 'f', 'p') order by contype desc`;
  for (const { drop } of constraints) await transaction.unsafe(drop);
  const indexes = await transaction<{ drop: string; make: string }[]>`
    select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as make
    from pg_index where indrelid = ${table}::regclass`;
  for (const { drop } of indexes) await transaction.unsafe(drop);
  const keys = constraints.filter(({ foreign }) => !foreign);
  return [...keys, ...indexes, ...constraints.filter(({ foreign }) => foreign)].map(({ make }) => make);
}

function* chunksOf(ratings: RatingColumns, rows: Int32Array): Generator<Buffer> {
  const { users, items, user, item, value, time, verified, helpful } = ratings;
  const out = new CopyRows();
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k];
    out.row(columns.length);
    out.integer(k + 1);
    out.text(users.bytes, startOf(users.ends, user[row]), users.ends[user[row]]);
    out.text(items.bytes, startOf(items.ends, item[row]), items.ends[item[row]]);
    out.real(value[row]);
    if (Number.isNaN(time[row])) out.null();
    else out.real(time[row]);
    if (verified[row] < 0) out.null();
    else out.integer(verified[row]);
    if (helpful[row] < 0) out.null();
    else out.integer(helpful[row]);
    if (k % 512 === 511) yield* out.take();
  }
  yield* out.finish();
}
