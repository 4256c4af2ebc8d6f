/** Stores in a SQLite database; they take a handle that is open already, of better-sqlite3, libsql, node:sqlite or bun:sqlite. */
export type { SqliteColumnType } from '../storage/sqlite/columns.ts';
export { type SqliteDataStoreOptions, sqliteDataStore } from '../storage/sqlite/data-store.ts';
export { sqliteEmbeddingCache } from '../storage/sqlite/embedding-cache.ts';
export type { SqliteHandle, SqliteStatement, SqlValue } from '../storage/sqlite/handle.ts';
export { sqliteModelStore } from '../storage/sqlite/model-store.ts';
export type { SqliteTables } from '../storage/sqlite/tables.ts';
