import type { DataStore } from '../../contracts/data-store.ts';
import { AttuneError } from '../../errors.ts';
import { readOptions } from '../../options.ts';
import { type DataTables, readTables } from '../shared/tables.ts';
import { sqlDataStore } from '../sql/data-store.ts';
import { numbered } from '../sql/dialect.ts';
import { postgresDatabase } from './database.ts';
import { postgresDialect } from './dialect.ts';
import type { PostgresHandle } from './handle.ts';

/** Options of {@link postgresDataStore}. */
export interface PostgresDataStoreOptions<Tables extends DataTables = DataTables> {
  /** Names and columns of the tables. Default: `products`, `interactions` and `events` with the library's own names. */
  tables?: Tables | undefined;
}

/**
 * Products, interactions and events in PostgreSQL, in the first schema of the search path: a foreign key with cascade, one row per
 * (user, item) pair, indexes. Creates what is missing and leaves what exists. Rows go in by `copy` where the handle can, else as
 * arrays; a load of 50,000 rows or more into an empty table makes its constraints and indexes at the end, and locks the table until
 * then. Two writers of the same rows may run into each other; the one that the server stops goes again by itself.
 *
 * @param handle a `Pool` (or an opened client) of `pg`, an instance of `postgres` without `transform`, or a PGlite; it remains the caller's
 * @returns a store that knows the declared columns: others do not compile, and they come back typed
 * @throws ERR_BAD_OPTION for invalid names; ERR_STORE when the database refuses, or a table that exists does not fit.
 */
export async function postgresDataStore<const Tables extends DataTables = DataTables>(
  handle: PostgresHandle,
  options: PostgresDataStoreOptions<Tables> = {},
): Promise<DataStore<Tables>> {
  const { tables } = readOptions('postgresDataStore', options, {
    tables: (value) => readTables(value as DataTables | undefined, 'postgresDataStore', postgresDialect.reserved),
  });
  const { products, interactions, events } = tables;
  const ids = { [products.name]: [products.id], [interactions.name]: [interactions.user, interactions.item] };
  const names = [products.name, interactions.name, events, products.id, interactions.id, ...ids[interactions.name]];
  for (const name of [...names, interactions.value, interactions.timestamp, ...products.columns.names, ...interactions.columns.names]) {
    checkLength(name, 'postgresDataStore: tables');
  }
  const database = postgresDatabase(handle, 'postgresDataStore');
  const store = await sqlDataStore(database, tables);
  await database.use(async (connection) => {
    for (const [table, columns] of Object.entries(ids)) {
      const found = await connection.all<{ name: string; type: string }>(numbered(postgresDialect, columnTypes), table);
      const wrong = found.find(({ name, type }) => columns.includes(name) && !/^(?:text|character varying)$/.test(type));
      if (!wrong) continue;
      throw new AttuneError(
        'ERR_STORE',
        `Expected ids as text, but column '${wrong.name}' of table '${table}' is ${wrong.type}. Change its type to text, or name another column or table in the option 'tables'.`,
      );
    }
  });
  return store as unknown as DataStore<Tables>;
}

const columnTypes =
  'select column_name as name, data_type as type from information_schema.columns where table_schema = current_schema() and table_name = ?';

/** PostgreSQL cuts longer names off without an error. @throws ERR_BAD_OPTION */
export function checkLength(name: string, owner: string): void {
  if (new TextEncoder().encode(name).length <= 63) return;
  throw new AttuneError('ERR_BAD_OPTION', `${owner}: expected a name of up to 63 bytes, which PostgreSQL keeps, got '${name}'.`);
}
