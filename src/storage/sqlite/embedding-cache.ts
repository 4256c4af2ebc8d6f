import type { EmbeddingCache } from '../../contracts/embedding-cache.ts';
import { readOptions } from '../../options.ts';
import { nameOption } from '../shared/tables.ts';
import { embeddingTable, sqlEmbeddingCache } from '../sql/embedding-cache.ts';
import { assertThere } from '../sql/schema.ts';
import { SqliteDatabase } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import type { SqliteHandle } from './handle.ts';

/**
 * Keeps vectors of texts in a SQLite database, as blobs of 32-bit floats. The handle remains the caller's.
 *
 * @param options.table name of the table. Default `'embeddings'`.
 * @throws ERR_BAD_OPTION for an invalid name; ERR_STORE when the database refuses.
 */
export function sqliteEmbeddingCache(database: SqliteHandle, options: { table?: string | undefined } = {}): EmbeddingCache {
  const { table } = readOptions('sqliteEmbeddingCache', options, { table: nameOption('embeddings', sqliteDialect.reserved.tables) });
  const opened = SqliteDatabase.of(database);
  if (opened.readOnly()) assertThere(opened.columnsOf(table), table, ['space', 'key', 'vector']);
  else opened.exec(`${embeddingTable(sqliteDialect, table)} WITHOUT ROWID`);
  return sqlEmbeddingCache(opened, table);
}
