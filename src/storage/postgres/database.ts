import { AttuneError } from '../../errors.ts';
import { SqlConnection, type SqlDatabase, type Use } from '../sql/connection.ts';
import { postgresDialect } from './dialect.ts';
import type { PostgresHandle } from './handle.ts';
import { type Sessions, sessionsOf, sqlState } from './sessions.ts';
import { eventWriter } from './write-events.ts';
import { interactionWriter } from './write-interactions.ts';
import { productWriter } from './write-products.ts';

/** A database of PostgreSQL as the SQL stores use it. One handle has one, because a lone connection is shared by its stores. @throws ERR_BAD_ARGUMENT */
export function postgresDatabase(handle: PostgresHandle, owner: string): SqlDatabase {
  let sessions = known.get(handle);
  if (!sessions) known.set(handle, (sessions = sessionsOf(handle, owner)));
  const open = sessions;
  const useOnce: Use = (work) => open(async (driver, depth) => work(new SqlConnection(driver, postgresDialect, depth)));
  const use: Use = (work) => retried(() => useOnce(work));
  return {
    dialect: postgresDialect,
    use,
    useOnce,
    readOnly,
    writers: { products: productWriter, interactions: interactionWriter, events: eventWriter },
  };
}

/** A standby, a session or a database set so, or a role without the right to make tables, which the server asks for even when they exist. */
export async function readOnly(connection: SqlConnection): Promise<boolean> {
  const row = await connection.one<{ n: number }>(
    "select case when current_setting('transaction_read_only') = 'on' or not has_schema_privilege(current_schema(), 'create') then 1 else 0 end as n",
  );
  return Number(row?.n) === 1;
}

const known = new WeakMap<object, Sessions>();

/** Of two writers that wait for each other the server stops one, which may then simply go again. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const state = error instanceof AttuneError ? sqlState(error.cause) : undefined;
      if (attempt === 6 || (state !== '40P01' && state !== '40001')) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
    }
  }
}
