import { readOptions } from '../../options.ts';
import type { EmbeddingCache } from '../memory/embedding-cache.ts';
import { Connection, quoted } from './connection.ts';
import type { SqliteHandle } from './handle.ts';
import { prepareDatabase } from './schema.ts';
import { tableName } from './tables.ts';

/**
 * Keeps vectors of texts in a SQLite database, as blobs of 32-bit floats. The handle stays the caller's.
 *
 * @param options.table name of the table. Default `'embeddings'`.
 * @throws ERR_BAD_OPTION for a name that cannot be; ERR_STORE when the database refuses.
 */
export function sqliteEmbeddingCache(database: SqliteHandle, options: { table?: string } = {}): EmbeddingCache {
  const { table } = readOptions('sqliteEmbeddingCache', options, { table: tableName('embeddings') });
  const connection = Connection.of(database);
  prepareDatabase(connection);
  connection.exec(
    `CREATE TABLE IF NOT EXISTS ${quoted(table)} ("space" TEXT NOT NULL, "key" TEXT NOT NULL, "vector" BLOB NOT NULL, PRIMARY KEY ("space", "key")) WITHOUT ROWID`,
  );
  const find = connection.prepare(`SELECT "vector" FROM ${quoted(table)} WHERE "space" = ? AND "key" = ?`);
  const insert = connection.prepare(`INSERT OR REPLACE INTO ${quoted(table)} ("space", "key", "vector") VALUES (?, ?, ?)`);
  return {
    get: (space, keys) =>
      connection.mutex.run(() =>
        keys.map((key) => {
          const bytes = find.one<{ vector: Uint8Array }>(space, key)?.vector;
          return bytes && bytes.length % 4 === 0 ? new Float32Array(Uint8Array.from(bytes).buffer) : undefined;
        }),
      ),
    put: (space, keys, vectors) =>
      connection.mutex.run(() =>
        connection.atomic(() => {
          const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
          const size = vectors.byteLength / keys.length;
          keys.forEach((key, row) => {
            insert.run(space, key, bytes.slice(row * size, (row + 1) * size));
          });
        }),
      ),
  };
}
