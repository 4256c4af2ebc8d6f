import type { DataStore } from '../../contracts/data-store.ts';
import { readOptions } from '../../options.ts';
import { readWork } from '../shared/checks.ts';
import { Connection } from './connection.ts';
import { sqliteEvents } from './events.ts';
import type { SqliteHandle } from './handle.ts';
import { sqliteInteractions } from './interactions.ts';
import { sqliteProducts } from './products.ts';
import type { Hold, Run } from './rows.ts';
import { makeTables, prepareDatabase } from './schema.ts';
import { readTables, type SqliteTables } from './tables.ts';

/** Options of {@link sqliteDataStore}. */
export interface SqliteDataStoreOptions {
  /** Names and columns of the tables. Default: `products`, `interactions` and `events` with the library's own names. */
  tables?: SqliteTables;
}

/**
 * Products, interactions and events in a SQLite database: a foreign key with cascade, one row a (user, item) pair, indexes.
 * Makes what is missing and leaves what is there; sets WAL journal, foreign keys, a busy timeout of 5 s and, unless one was
 * chosen, a page cache of 64 MB. The handle stays the caller's, to close it or to query it beside the store; ids must not hold a NUL.
 *
 * @throws ERR_BAD_OPTION for names that cannot be; ERR_STORE when the database refuses, or a table that exists does not fit.
 */
export async function sqliteDataStore(database: SqliteHandle, options: SqliteDataStoreOptions = {}): Promise<DataStore> {
  const { tables } = readOptions('sqliteDataStore', options, { tables: (value) => readTables(value as SqliteTables | undefined) });
  const connection = Connection.of(database);
  return connection.mutex.run(() => {
    prepareDatabase(connection);
    const indexes = makeTables(connection, tables.products, tables.interactions, tables.events);
    const parts = (run: Run, hold: Hold) => ({
      products: sqliteProducts(connection, tables.products, run, hold),
      interactions: sqliteInteractions(connection, tables.interactions, tables.products, indexes, run, hold),
      events: sqliteEvents(connection, tables.events, run),
    });
    // The work of a transaction holds the mutex already, so its calls must not wait for it.
    const inside: DataStore = {
      ...parts(
        async (work) => work(),
        (work) => work(),
      ),
      transaction: (work) => connection.atomicLong(async () => readWork(work)(inside)),
    };
    return {
      ...parts(
        (work) => connection.mutex.run(work),
        (work) => connection.mutex.hold(work),
      ),
      async transaction(work) {
        readWork(work);
        return connection.mutex.hold(() => connection.atomicLong(async () => work(inside)));
      },
    };
  });
}
