import { existsSync } from 'node:fs';
import type { DataStore } from 'attune';
import { type SqliteHandle, sqliteDataStore } from 'attune/sqlite';
import Database from 'libsql';

/** An open database file and the store on it. */
export interface OpenDatabase {
  data: DataStore;
  handle: Database.Database;
  /** Runs a load of many ratings without the indexes, and makes them at its end. */
  loading(work: () => Promise<void>): Promise<void>;
  close(): void;
}

/** The tables of the Amazon Appliances system, and what the store calls their columns. */
const tables = {
  products: {
    name: 'product_catalog',
    id: 'parent_asin',
    columns: {
      title: 'TEXT',
      main_category: 'TEXT',
      average_rating: 'REAL',
      rating_number: 'INTEGER',
      price: 'REAL',
      store: 'TEXT',
      features: 'JSON',
      description: 'JSON',
      images: 'JSON',
      categories: 'JSON',
      details: 'JSON',
    },
  },
  interactions: {
    name: 'user_item_rating',
    user: 'user_id',
    item: 'parent_asin',
    value: 'rating',
    timestamp: 'timestamp',
    columns: { verified_purchase: 'INTEGER', helpful_vote: 'INTEGER' },
  },
} as const;

/** Opens a database for serving. The store sets write-ahead logging, with which readers read while one writes. */
export async function openDatabase(file: string): Promise<OpenDatabase> {
  return opened(new Database(file, { timeout: 5000 }));
}

/** A new file for bulk loading. A crash may lose it, so it gets its name only when it is whole. */
export async function createDatabase(file: string): Promise<OpenDatabase> {
  const database = await opened(new Database(file));
  database.handle.exec('PRAGMA journal_mode = OFF');
  database.handle.exec('PRAGMA synchronous = OFF');
  database.handle.exec('PRAGMA cache_size = -262144');
  return database;
}

/**
 * Makes sure that nobody has the file open, and that no log stands beside it, which would be taken for that of the file that comes in its place.
 */
export function assertUnused(file: string): void {
  if (!existsSync(file)) return;
  const handle = new Database(file, { timeout: 1000 });
  try {
    handle.exec('PRAGMA journal_mode = DELETE'); // refused while another connection is open
  } catch {
    throw Object.assign(new Error(`${file} is in use, probably by a running server. Stop it and run this again.`), { code: 'ERR_IN_USE' });
  } finally {
    handle.close();
  }
}

async function opened(handle: Database.Database): Promise<OpenDatabase> {
  return {
    data: await sqliteDataStore(handle as unknown as SqliteHandle, { tables }),
    handle,
    async loading(work) {
      const own = `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'user_item_rating' AND sql IS NOT NULL`;
      const indexes = handle.prepare(own).all() as { name: string; sql: string }[];
      for (const { name } of indexes) handle.exec(`DROP INDEX "${name}"`);
      await work();
      for (const { sql } of indexes) handle.exec(sql);
    },
    close: () => void handle.close(),
  };
}
