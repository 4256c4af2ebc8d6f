import type { DataStore } from 'attune';
import type { RatingColumns, Ratings } from '../etl/ratings.ts';
import { paths } from '../settings.ts';
import { sqlite } from './sqlite.ts';

/** An open database. Apart from bulk loads, nothing else in the example speaks SQL. */
export interface OpenDatabase {
  data: DataStore;
  close(): void;
}

/** Tables that are being made beside those in use, and the few things a load needs of the database itself. */
export interface LoadDatabase extends OpenDatabase {
  /** Gives products that came without averages those of the ratings at hand, as files of 2014 and 2018 need it. */
  fillAverages(of: (product: string) => { count: number; average?: number }): void | Promise<void>;
  /** Takes over what visitors did from the tables in use. */
  copyEvents(inUse: string): void;
}

/** What the example needs of a kind of database. `where` is the place of the tables in use or of those that are being made. */
export interface DatabaseKind {
  open(where: string): Promise<OpenDatabase>;
  /** Whether a load has been there. */
  exists(where: string): Promise<boolean>;
  /** @throws ERR_IN_USE while another process has it open */
  assertUnused(where: string): Promise<void>;
  /** Where the tables of a load are made; `folder` holds its files. */
  placeOfLoad(where: string, folder: string): string;
  /** Begins a load with empty tables. */
  create(where: string): Promise<OpenDatabase>;
  /** The same tables again, for the next step of the load. */
  reopen(where: string): Promise<LoadDatabase>;
  /** Work on the ratings that can be done while products are still read. */
  prepareRatings?(ratings: Ratings): void;
  /** Fills the empty table of ratings, and makes what finds them. @param beside work that needs nothing of the table, done when this thread waits */
  writeRatings(where: string, ratings: RatingColumns, rows: Int32Array, beside: () => void): Promise<void>;
  /**
   * Puts the tables of a load in the place of those in use, where they are no files, whose turn comes next.
   * @param load its name, which is kept with the tables
   * @param announce called before, when no other process asks for {@link published} any more until it is done
   */
  publish(where: string, load: string, announce: () => void): Promise<void>;
  /** The load whose tables are in use; waits for one that is being published. Where the tables are files, their switch needs no name. */
  published?(where: string): Promise<string | undefined>;
}

/** The setting that says where the tables are: a database of PostgreSQL, or else a file in the data folder. */
export function databaseOf({ dataDir, database }: { dataDir: string; database?: string }): string {
  if (database === undefined || isPostgres(database)) return database ?? paths(dataDir).database;
  const [scheme] = database.split('//', 1); // what follows may hold a password
  const message = `Expected --database or DATABASE_URL as postgres://user@host/name, got one that begins with '${scheme.slice(0, 20)}'.`;
  throw Object.assign(new Error(`${message} Leave it out to keep the tables in a file of the data folder.`), { code: 'ERR_BAD_OPTION' });
}

const isPostgres = (where: string) => /^postgres(?:ql)?:\/\//.test(where);

/** @param where an address such as `postgres://user@host/shop`, or a file of SQLite */
export async function kindOf(where: string): Promise<DatabaseKind> {
  // Loaded only when it is needed, because most use the file.
  return isPostgres(where) ? (await import('./postgres.ts')).postgresql : sqlite;
}

/** Opens a database for serving. */
export const openDatabase = async (where: string): Promise<OpenDatabase> => (await kindOf(where)).open(where);
