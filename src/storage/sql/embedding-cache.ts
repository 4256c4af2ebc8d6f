import type { EmbeddingCache } from '../../contracts/embedding-cache.ts';
import { checkedEmbeddingCache } from '../shared/checked-embedding-cache.ts';
import { copyOfBlob, type SqlDatabase } from './connection.ts';
import { numbered, type SqlDialect } from './dialect.ts';

/** The statement that makes the table of a cache. */
export function embeddingTable({ quote, types }: SqlDialect, table: string): string {
  const [space, key, vector] = ['space', 'key', 'vector'].map(quote);
  const text = `${types.TEXT} NOT NULL`;
  return `CREATE TABLE IF NOT EXISTS ${quote(table)} (${space} ${text}, ${key} ${text}, ${vector} ${types.bytes} NOT NULL, PRIMARY KEY (${space}, ${key}))`;
}

/** Vectors of texts in an existing table, as blobs of 32-bit floats. */
export function sqlEmbeddingCache({ dialect, use }: SqlDatabase, table: string): EmbeddingCache {
  const name = dialect.quote(table);
  const [space, key, vector] = ['space', 'key', 'vector'].map(dialect.quote);
  const find = numbered(dialect, `select ${vector} as "vector" from ${name} where ${space} = ? and ${key} = ?`);
  const insert = numbered(
    dialect,
    `insert into ${name} (${space}, ${key}, ${vector}) values (?, ?, ?) ${dialect.upsert({ key: [space, key], set: [vector] })}`,
  );
  return checkedEmbeddingCache({
    get: (wanted, keys) =>
      use(async (connection) => {
        const vectors: (Float32Array | undefined)[] = [];
        for (const each of keys) {
          const stored = await connection.one<{ vector: Uint8Array | ArrayBuffer }>(find, wanted, each);
          vectors.push(stored && stored.vector.byteLength % 4 === 0 ? new Float32Array(copyOfBlob(stored.vector).buffer) : undefined);
        }
        return vectors;
      }),
    put: (wanted, keys, vectors) =>
      use((connection) =>
        connection.atomic(async () => {
          const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
          const size = vectors.byteLength / keys.length;
          for (const [row, each] of keys.entries()) await connection.run(insert, wanted, each, bytes.slice(row * size, (row + 1) * size));
        }),
      ),
  });
}
