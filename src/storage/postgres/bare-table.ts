import type { SqlConnection } from '../sql/connection.ts';
import { postgresDialect as dialect } from './dialect.ts';

/** Loads of at least this size into an empty table go in without its constraints and indexes, which are made again at the end. */
const bulkSize = 50_000;

interface Definition {
  name: string;
  /** What makes it again. */
  sql: string;
}

/**
 * A table without its unique pair, foreign key and indexes while a large load goes into it, which then takes a fifth of the time. Only
 * an empty one, in the transaction of the load: nobody could have read anything in it, and a failure brings all back.
 */
export function bareTable(name: string) {
  const table = dialect.quote(name);
  const oid = 'select oid from pg_class where relname = $1 and relnamespace = current_schema()::regnamespace';
  let constraints: Definition[] = [];
  let indexes: Definition[] = [];
  const bare = {
    /** Whether it is bare now. */
    is: false,
    async begin(connection: SqlConnection, rows: number): Promise<void> {
      if (rows < bulkSize || (await connection.one(`select 1 as one from ${table} limit 1`))) return;
      await connection.run(`lock table ${table} in access exclusive mode`);
      if (await connection.one(`select 1 as one from ${table} limit 1`)) return; // filled by another while this one waited
      if (await connection.one(`select 1 as one from pg_constraint where confrelid = (${oid})`, name)) return; // others refer to it
      constraints = await connection.all<Definition>(
        `select conname as "name", pg_get_constraintdef(oid) as "sql" from pg_constraint where conrelid = (${oid}) and contype in ('u', 'f') order by contype desc`,
        name,
      );
      for (const { name } of constraints) await connection.run(`alter table ${table} drop constraint ${dialect.quote(name)}`);
      indexes = await connection.all<Definition>(
        `select c.relname as "name", pg_get_indexdef(c.oid) as "sql" from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = (${oid}) and not i.indisprimary`,
        name,
      );
      for (const { name } of indexes) await connection.run(`drop index ${dialect.quote(name)}`);
      bare.is = true;
    },
    async end(connection: SqlConnection): Promise<void> {
      if (!bare.is) return;
      for (const { name, sql } of constraints) await connection.run(`alter table ${table} add constraint ${dialect.quote(name)} ${sql}`);
      for (const { sql } of indexes) await connection.run(sql);
      bare.is = false;
    },
  };
  return bare;
}
