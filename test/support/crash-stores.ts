import { join } from 'node:path';
import type { DataStore, ModelStore } from 'attune';
import { fileModelStore } from 'attune/node';

/** Stores of a kind at a place, which is a folder or an address and a prefix behind a space. Drivers are loaded when they are asked for. */
export async function openCrashStores(
  kind: string,
  place: string,
): Promise<{ data?: DataStore; models: ModelStore; close(): Promise<unknown> }> {
  const [address, prefix] = place.split(' ');
  if (kind === 'file') return { models: fileModelStore(place), close: async () => {} };
  if (kind === 'sqlite') {
    const { default: Database } = await import('libsql');
    const { sqliteDataStore, sqliteModelStore } = await import('attune/sqlite');
    const database = new Database(join(place, 'crash.db'));
    return { data: await sqliteDataStore(database), models: sqliteModelStore(database), close: async () => database.close() };
  }
  if (kind === 'postgres') {
    const { default: pg } = await import('pg');
    const { postgresDataStore, postgresModelStore } = await import('attune/postgres');
    const pool = new pg.Pool({ connectionString: address, max: 2 });
    const tables = { products: { name: `p${prefix}` }, interactions: { name: `i${prefix}` }, events: { name: `e${prefix}` } };
    return {
      data: await postgresDataStore(pool, { tables }),
      models: postgresModelStore(pool, { table: `m${prefix}` }),
      close: () => pool.end(),
    };
  }
  const { Redis } = await import('ioredis');
  const { redisModelStore } = await import('attune/redis');
  const client = new Redis(address);
  return { models: redisModelStore(client, { prefix }), close: () => client.quit() };
}
