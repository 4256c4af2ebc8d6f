/** A vector index in PostgreSQL with pgvector; it takes a handle that is open already, such as a `Client` or a `Pool` of `pg`. */
export {
  type PgvectorAnswer,
  type PgvectorHandle,
  type PgvectorIndex,
  type PgvectorOptions,
  pgvectorIndex,
} from '../semantic/indexes/pgvector/pgvector.ts';
export {
  type PgvectorFactors,
  type PgvectorFactorsOptions,
  type PgvectorRecommendOptions,
  pgvectorFactors,
} from '../serving/pgvector-factors.ts';
export type { FactorModelLike } from '../serving/shards.ts';
