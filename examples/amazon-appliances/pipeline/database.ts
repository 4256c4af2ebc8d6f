import { existsSync } from 'node:fs';
import type { DataStore } from 'attune';
import { type SqliteHandle, sqliteDataStore } from 'attune/sqlite';
import Database from 'libsql';

/** An open database file. Apart from bulk loads, nothing else in the example speaks SQL. */
export interface OpenDatabase {
  data: DataStore;
  close(): void;
}

/** A database that is being made, and the few things a load needs of SQLite itself. */
export interface LoadDatabase extends OpenDatabase {
  /** Gives products that came without averages those of the ratings at hand, as files of 2014 and 2018 need it. */
  fillAverages(of: (product: string) => { count: number; average?: number }): void;
  /** Takes over what visitors did from an older database file. */
  copyEvents(older: string): void;
  /** Lets SQLite count how many rows have the same key, for its choice of indexes. */
  analyze(): void;
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
  const handle = new Database(file);
  const database = await opened(handle);
  relax(handle);
  return database;
}

/** The same file again, for the next step of the load. */
export async function reopenForLoading(file: string): Promise<LoadDatabase> {
  const handle = new Database(file);
  const database = await opened(handle);
  relax(handle);
  return {
    ...database,
    fillAverages(of) {
      const lacking = 'SELECT parent_asin AS id FROM product_catalog WHERE average_rating IS NULL OR rating_number IS NULL';
      const fill = handle.prepare(
        'UPDATE product_catalog SET average_rating = coalesce(average_rating, ?), rating_number = coalesce(rating_number, ?) WHERE parent_asin = ?',
      );
      handle.exec('BEGIN');
      for (const { id } of handle.prepare(lacking).all() as { id: string }[]) {
        const { count, average = null } = of(id);
        fill.run(average, count, id);
      }
      handle.exec('COMMIT');
    },
    copyEvents(older) {
      // Attached, because a connection of libsql that has read stays open until its statements are collected as garbage.
      handle.exec(`ATTACH '${older.replaceAll("'", "''")}' AS old`);
      try {
        // The time is the second column, whatever it is called: databases of earlier versions call it `time`.
        handle.exec('INSERT INTO events (id, timestamp, type, user, data) SELECT * FROM old.events');
      } finally {
        handle.exec('DETACH old');
      }
    },
    analyze: () => void handle.exec('PRAGMA analysis_limit = 1000; ANALYZE'),
  };
}

/** Nobody reads the file before it is whole, so it needs no journal. */
function relax(handle: Database.Database): void {
  for (const pragma of ['journal_mode = OFF', 'synchronous = OFF', 'cache_size = -16384']) handle.exec(`PRAGMA ${pragma}`);
}

/**
 * Makes sure that no process has the file open, and that no log stands beside it, which would be taken for that of the file that comes in its place.
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
  return { data: await sqliteDataStore(handle as unknown as SqliteHandle, { tables }), close: () => void handle.close() };
}
