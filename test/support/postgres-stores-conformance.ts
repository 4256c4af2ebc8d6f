import type pg from 'pg';
import { describe } from 'vitest';
import { readTables } from '../../src/storage/shared/tables.ts';
import { sqlDataStore } from '../../src/storage/sql/data-store.ts';
import { embeddingTable, sqlEmbeddingCache } from '../../src/storage/sql/embedding-cache.ts';
import { modelTables, sqlModelStore } from '../../src/storage/sql/model-store.ts';
import { dataStoreConformance, embeddingCacheConformance, modelStoreConformance } from './conformance.ts';
import { postgresDatabase, postgresDialect } from './postgres-database.ts';

/** The SQL stores on a real PostgreSQL: the seam is right when the suites of all stores pass there. */
export function postgresStoresConformance(pool: pg.Pool): void {
  const database = postgresDatabase(pool);
  let number = 0;
  const execute = async (...statements: string[]) => {
    for (const sql of statements) await pool.query(sql);
  };

  describe('data store in PostgreSQL', () => {
    dataStoreConformance(() => {
      const n = ++number;
      const names = { products: { name: `p${n}` }, interactions: { name: `i "${n}"` }, events: { name: `e?${n}` } };
      return sqlDataStore(database, readTables(names, 'postgres', postgresDialect.reserved));
    });
  });

  describe('data store in PostgreSQL with declared columns', () => {
    dataStoreConformance(() => {
      const n = ++number;
      const tables = {
        products: { name: `p${n}`, id: 'parent asin', columns: { title: 'TEXT', features: 'JSON' } },
        interactions: { name: `i${n}`, user: 'select', value: 'a"b', columns: { note: 'TEXT' } },
        events: { name: `e${n}` },
      } as const;
      return sqlDataStore(database, readTables(tables, 'postgres', postgresDialect.reserved));
    });
  });

  describe('model store in PostgreSQL', () => {
    modelStoreConformance(async () => {
      const table = `models${++number}`;
      await execute(...modelTables(postgresDialect, table));
      return sqlModelStore(database, table);
    });
  });

  describe('embedding cache in PostgreSQL', () => {
    embeddingCacheConformance(() => {
      const table = `vectors${++number}`;
      const made = execute(embeddingTable(postgresDialect, table));
      return { cache: sqlEmbeddingCache({ ...database, use: async (work) => made.then(() => database.use(work)) }, table) };
    });
  });
}
