import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type SqliteHandle, sqliteDataStore } from 'attune/sqlite';
import Database from 'libsql';
import { writeRatingTable } from '../bulk/rating-table.ts';
import type { DatabaseKind, LoadDatabase, OpenDatabase } from './database.ts';
import { tables } from './tables.ts';

/** A database file. Writers of one are refused while another process has it open. */
export const sqlite: DatabaseKind = {
  /** The store sets write-ahead logging, with which readers read while one writes. */
  open(file) {
    const handle = new Database(file, { timeout: 5000 });
    handle.exec('PRAGMA cache_size = -8192'); // the system keeps pages of the file as well, and those of the store's default would be a second copy
    return opened(handle);
  },
  exists: async (file) => existsSync(file),
  assertUnused: async (file) => assertUnused(file),
  placeOfLoad: (_, folder) => join(folder, 'appliances.db'),
  /** A crash may lose the file, so it gets its name only when it is whole. */
  create: (file) => openedForLoading(new Database(file)),
  async reopen(file) {
    const handle = new Database(file);
    return { ...(await openedForLoading(handle)), ...stepsOf(handle) };
  },
  prepareRatings: (ratings) => ratings.orderUsers(),
  async writeRatings(file, ratings, rows, beside) {
    await writeRatingTable(file, ratings, rows, beside);
    const handle = new Database(file);
    try {
      await openedForLoading(handle);
      handle.exec('PRAGMA analysis_limit = 1000; ANALYZE'); // counts how many rows have the same key, for the choice of indexes
    } finally {
      handle.close();
    }
  },
  async publish(file) {
    if (existsSync(`${file}-wal`)) throw new Error('The new tables have not left their log. Nothing was changed.');
  },
};

function stepsOf(handle: Database.Database): Omit<LoadDatabase, keyof OpenDatabase> {
  return {
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
      if (!existsSync(older)) return;
      // Attached, because a connection of libsql that has read stays open until its statements are collected as garbage.
      handle.exec(`ATTACH '${older.replaceAll("'", "''")}' AS old`);
      try {
        // The time is the second column, whatever it is called: databases of earlier versions call it `time`.
        handle.exec('INSERT INTO events (id, timestamp, type, user, data) SELECT * FROM old.events');
      } finally {
        handle.exec('DETACH old');
      }
    },
  };
}

/** Nobody reads the file before it is whole, so it needs no journal. */
async function openedForLoading(handle: Database.Database): Promise<OpenDatabase> {
  const database = await opened(handle);
  for (const pragma of ['journal_mode = OFF', 'synchronous = OFF', 'cache_size = -16384']) handle.exec(`PRAGMA ${pragma}`);
  return database;
}

/**
 * Makes sure that no process has the file open, and that no log stands beside it, which would be taken for that of the file that comes in its place.
 */
function assertUnused(file: string): void {
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
