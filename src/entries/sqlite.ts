/** Stores in a SQLite database; they take a handle that is open already, of better-sqlite3, libsql, node:sqlite or bun:sqlite. */
export type { ColumnType as SqliteColumnType } from '../contracts/data-store.ts';
export type { DataTables as SqliteTables } from '../storage/shared/tables.ts';
export { type SqliteDataStoreOptions, sqliteDataStore } from '../storage/sqlite/data-store.ts';
export { sqliteEmbeddingCache } from '../storage/sqlite/embedding-cache.ts';
export type { SqliteHandle, SqliteStatement, SqlValue } from '../storage/sqlite/handle.ts';
export { sqliteModelStore } from '../storage/sqlite/model-store.ts';
