import type { SqlValue } from '../sql/connection.ts';

export type { SqlValue };

/** A prepared statement, as far as attune uses one; what it binds is {@link SqlValue}. */
export interface SqliteStatement {
  /** Executes; most drivers return `{ changes }`. */
  // biome-ignore lint/suspicious/noExplicitAny: the drivers describe their parameters in ways that only any fits.
  run(...values: any[]): unknown;
  /** The first row as an object by column name; undefined or null when there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  get(...values: any[]): unknown;
  /** All rows, likewise. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  all(...values: any[]): unknown[];
}

/** What attune needs of an opened database: better-sqlite3, libsql, node:sqlite and bun:sqlite all have it. Closing it is the caller's. */
export interface SqliteHandle {
  /** Executes statements without parameters. */
  exec(sql: string): unknown;
  /** Compiles one statement. */
  prepare(sql: string): SqliteStatement;
}
