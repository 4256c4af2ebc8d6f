import type { DataStore } from '../../contracts/data-store.ts';
import { Mutex } from '../../work/mutex.ts';
import { readWork } from '../shared/checks.ts';
import type { readTables } from '../shared/tables.ts';
import type { SqlConnection, SqlDatabase, Use } from './connection.ts';
import { sqlEvents } from './events.ts';
import { interactionStatements, sqlInteractions } from './interactions.ts';
import { sqlPositions } from './positions.ts';
import { productStatements, sqlProducts } from './products.ts';
import { existingTables, makeTables } from './schema.ts';

/** Products, interactions and events in any SQL database. Creates what is missing and leaves what exists. @throws ERR_STORE */
export async function sqlDataStore(
  { dialect, use, useOnce = use, readOnly, writers }: SqlDatabase,
  tables: ReturnType<typeof readTables>,
): Promise<DataStore> {
  const { products, interactions, events } = tables;
  const { indexes, pairs, eventTime, numeric } = await use(async (connection) =>
    (await readOnly?.(connection)) ? existingTables(connection, dialect, tables) : makeTables(connection, dialect, tables),
  );
  const sql = {
    products: productStatements(dialect, products, numeric),
    interactions: interactionStatements(dialect, interactions, products, numeric),
  };
  const positionsBy = sqlPositions(dialect, `${events}_positions`);
  const parts = (use: Use) => ({
    products: { ...sqlProducts(products, sql.products, numeric, use), ...writers?.products(products, use) },
    interactions: {
      ...sqlInteractions(dialect, { interactions, sql: sql.interactions, indexes, pairs, numeric }, use),
      ...writers?.interactions(interactions, products, use),
    },
    events: { ...sqlEvents(dialect, events, eventTime, use), ...writers?.events(events, eventTime, use) },
    positions: positionsBy(use),
  });
  /** What the work of a transaction is given. Concurrent calls run one after the other, because they share one connection. */
  const inside = (connection: SqlConnection): DataStore => {
    const mutex = new Mutex();
    const store: DataStore = {
      ...parts((work) => mutex.run(() => work(connection))),
      transaction: (work) => connection.atomic(async () => readWork(work)(store)),
    };
    return store;
  };
  return {
    ...parts(use),
    purge: () => use((connection) => connection.purge(dialect, [products.name, interactions.name, events])),
    async transaction(work) {
      readWork(work);
      return useOnce((connection) => connection.atomic(() => work(inside(connection))));
    },
  };
}
