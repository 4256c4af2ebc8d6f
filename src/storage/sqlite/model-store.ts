import type { ModelStore } from '../../contracts/model-store.ts';
import { readOptions } from '../../options.ts';
import { nameOption } from '../shared/tables.ts';
import { modelTables, sqlModelStore } from '../sql/model-store.ts';
import { SqliteDatabase } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import type { SqliteHandle } from './handle.ts';

/**
 * Keeps models in a SQLite database, as blobs (up to 1 GB each, SQLite's default bound). The handle remains the caller's.
 * A deleted version keeps its row without the bytes, so that its number is never reused.
 *
 * @param options.table name of the table; the aliases are in `<table>_aliases`. Default `'models'`.
 * @throws ERR_BAD_OPTION for an invalid name; ERR_STORE when the database refuses.
 */
export function sqliteModelStore(database: SqliteHandle, options: { table?: string | undefined } = {}): ModelStore {
  const { table } = readOptions('sqliteModelStore', options, { table: nameOption('models', sqliteDialect.reserved.tables) });
  const opened = SqliteDatabase.of(database);
  opened.exec(...modelTables(sqliteDialect, table));
  return sqlModelStore(opened, table);
}
