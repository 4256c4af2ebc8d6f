import { PGlite } from '@electric-sql/pglite';
import { afterAll } from 'vitest';
import { postgresStoresConformance } from '../support/postgres-stores-conformance.ts';

const database = new PGlite();
afterAll(() => database.close());

postgresStoresConformance(
  'PGlite',
  () => database,
  (sql) => database.exec(sql),
  '',
);
