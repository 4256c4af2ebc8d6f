import type { DataStore } from '../../contracts/data-store.ts';
import { readOptions } from '../../options.ts';
import { type DataTables, readTables } from '../shared/tables.ts';
import { sqlDataStore } from '../sql/data-store.ts';
import { SqliteDatabase } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import type { SqliteHandle } from './handle.ts';

/** Options of {@link sqliteDataStore}. */
export interface SqliteDataStoreOptions<Tables extends DataTables = DataTables> {
  /** Names and columns of the tables. Default: `products`, `interactions` and `events` with the library's own names. */
  tables?: Tables | undefined;
}

/**
 * Products, interactions and events in a SQLite database: a foreign key with cascade, one row per (user, item) pair, indexes.
 * Creates what is missing and leaves what exists; sets WAL journal, foreign keys, a busy timeout of 5 s and, unless one was
 * chosen, a page cache of 64 MB. The handle remains the caller's, to close it or to run other queries; ids must not hold a NUL.
 *
 * @returns a store that knows the declared columns: others do not compile, and they come back typed
 * @throws ERR_BAD_OPTION for invalid names; ERR_STORE when the database refuses, or a table that exists does not fit.
 */
export async function sqliteDataStore<const Tables extends DataTables = DataTables>(
  database: SqliteHandle,
  options: SqliteDataStoreOptions<Tables> = {},
): Promise<DataStore<Tables>> {
  const { tables } = readOptions('sqliteDataStore', options, {
    tables: (value) => readTables(value as DataTables | undefined, 'sqliteDataStore', sqliteDialect.reserved),
  });
  return sqlDataStore(SqliteDatabase.of(database), tables) as Promise<unknown> as Promise<DataStore<Tables>>;
}
