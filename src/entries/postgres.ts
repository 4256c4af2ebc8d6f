/** Stores in PostgreSQL; they take a handle that is open already: a `Pool` of `pg`, an instance of `postgres`, or a PGlite. */

export { type FeatureAnswer, type FeatureQueries, postgresFeatures } from '../features/feature-source.ts';
export { type PostgresDataStoreOptions, postgresDataStore } from '../storage/postgres/data-store.ts';
export type {
  PGliteAnswer,
  PGliteHandle,
  PGliteQueries,
  PgClient,
  PgPool,
  PostgresHandle,
  PostgresJs,
  ReservedPostgresJs,
} from '../storage/postgres/handle.ts';
export { postgresModelStore } from '../storage/postgres/model-store.ts';
export type { DataTables as PostgresTables } from '../storage/shared/tables.ts';
