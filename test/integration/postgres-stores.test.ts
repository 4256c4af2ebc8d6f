import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import postgres from 'postgres';
import { afterAll } from 'vitest';
import { postgresStoresConformance } from '../support/postgres-stores-conformance.ts';

const url = readFileSync(join(import.meta.dirname, '../../.services/postgres/url.txt'), 'utf8').trim();
const pool = new pg.Pool({ connectionString: url, max: 4 });
const sql = postgres(url, { max: 4 });
const run = Date.now().toString(36); // a server may have the tables of a run before
afterAll(() => Promise.all([pool.end(), sql.end()]));

postgresStoresConformance(
  'a pool of pg',
  () => pool,
  (text) => pool.query(text),
  `a${run}`,
);
postgresStoresConformance(
  'postgres.js',
  () => sql,
  (text) => sql.unsafe(text),
  `b${run}`,
);
