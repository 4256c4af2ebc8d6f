import type { ModelStore, ModelStoreOptions } from '../../contracts/model-store.ts';
import { readOptions } from '../../options.ts';
import { modelStoreChecks } from '../shared/model-store.ts';
import { nameOption } from '../shared/tables.ts';
import { checksumColumn, modelTables, sqlModelStore } from '../sql/model-store.ts';
import { assertThere } from '../sql/schema.ts';
import { SqliteDatabase } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import type { SqliteHandle } from './handle.ts';

/**
 * Keeps models in a SQLite database, as blobs of up to 256 MB; larger ones in parts. The handle remains the caller's.
 * The newest version keeps its row without the bytes when it is deleted, so that no number is used again.
 *
 * @param options.table name of the table; the aliases are in `<table>_aliases`, parts of large models in `<table>_parts`. Default `'models'`.
 * @param options.keep versions of a name that stay; those that an alias points at always do. Default all.
 * @throws ERR_BAD_OPTION for an invalid name; ERR_STORE when the database refuses.
 */
export function sqliteModelStore(database: SqliteHandle, options: { table?: string | undefined } & ModelStoreOptions = {}): ModelStore {
  const { table, keep } = readOptions('sqliteModelStore', options, {
    table: nameOption('models', sqliteDialect.reserved.tables),
    ...modelStoreChecks,
  });
  const opened = SqliteDatabase.of(database);
  if (opened.readOnly()) {
    assertThere(opened.columnsOf(table), table, ['name', 'version', 'checksum']);
    for (const further of [`${table}_aliases`, `${table}_parts`]) assertThere(opened.columnsOf(further), further, ['name', 'version']);
  } else {
    opened.exec(...modelTables(sqliteDialect, table));
    if (!opened.columnsOf(table).includes('checksum')) opened.exec(checksumColumn(sqliteDialect, table));
  }
  return sqlModelStore(opened, table, { keep });
}
