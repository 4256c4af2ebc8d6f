import type { Metadata } from '../../../contracts/where.ts';
import { AttuneError } from '../../../errors.ts';
import type { PgvectorTable } from './pgvector-table.ts';
import { metadataColumns } from './pgvector-where.ts';

/** A row as the statements take it. */
export interface PgvectorRow {
  key: number;
  vector: string;
  metadata: string;
  lowercase: string;
}

/** About eight megabytes of text in a statement. */
const numbersAtOnce = 2 ** 19;
const mostDimensions = 16_000;

/**
 * Rows out of what `add` is given; the last of a key stays.
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_VALUE, ERR_COLUMN_LENGTH
 */
export function readRows(
  keys: Int32Array,
  vectors: Float32Array,
  metadata: readonly Metadata[] | undefined,
  dimensions: number,
): PgvectorRow[] {
  const length = vectors.length / keys.length;
  checkDimensions(keys.length, length, dimensions);
  if (!vectors.every(Number.isFinite))
    throw new AttuneError('ERR_BAD_VALUE', 'pgvectorIndex.add: expected finite numbers, got another. Repair the embedder.');
  if (metadata && metadata.length !== keys.length) {
    throw new AttuneError('ERR_COLUMN_LENGTH', `pgvectorIndex.add: expected metadata of ${keys.length} keys, got ${metadata.length}.`);
  }
  const rows = new Map<number, PgvectorRow>();
  keys.forEach((key, k) => {
    if (key < 0) throw new AttuneError('ERR_BAD_ARGUMENT', `pgvectorIndex.add: expected keys from 0, got ${key}.`);
    rows.set(key, {
      key,
      vector: vectorText(vectors.subarray(k * length, (k + 1) * length)),
      ...metadataColumns(metadata?.[k] ?? {}),
    });
  });
  return [...rows.values()];
}

/** @param wanted 0: not known yet. @throws ERR_BAD_ARGUMENT */
export function checkDimensions(count: number, dimensions: number, wanted: number): void {
  const fits = Number.isInteger(dimensions) && dimensions > 0 && dimensions <= mostDimensions;
  if (fits && (wanted === 0 || dimensions === wanted)) return;
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `pgvectorIndex.add: expected ${count} vectors of ${wanted || `up to ${mostDimensions}`} dimensions, got ${count * dimensions} numbers.`,
  );
}

/**
 * Writes rows in one statement; what is too much for one waits in a table of its own until all is there.
 * @param stage makes that table when it is missing
 * @returns how many were new
 */
export async function writeRows(
  table: PgvectorTable,
  rows: PgvectorRow[],
  dimensions: number,
  stage: () => Promise<unknown>,
): Promise<number> {
  const { name, staged } = table;
  const upsert = (source: string) => `, changed as (
      insert into ${name} (key, embedding, metadata, lowercase) select key, embedding, metadata, lowercase from ${source} order by key
      on conflict (key) do update set embedding = excluded.embedding, metadata = excluded.metadata, lowercase = excluded.lowercase
      returning xmax = 0 as fresh)
      select (count(*) filter (where fresh))::int4 as fresh from changed`;
  const given = `select t.key, t.embedding::vector, t.metadata::jsonb, t.lowercase::jsonb
      from unnest($1::int4[], $2::text[], $3::text[], $4::text[]) as t(key, embedding, metadata, lowercase)`;
  const atOnce = Math.max(1, Math.floor(numbersAtOnce / dimensions));
  if (rows.length <= atOnce) return freshOf(await table.query(`with given as (${given})${upsert('given')}`, columnsOf(rows)));
  await stage();
  const batch = globalThis.crypto.randomUUID();
  try {
    for (let start = 0; start < rows.length; start += atOnce) {
      const part = columnsOf(rows.slice(start, start + atOnce));
      const sql = `insert into ${staged} (key, embedding, metadata, lowercase, batch) select given.*, $5::text from (${given}) given`;
      await table.query(sql, [...part, batch]);
    }
    const moved = `with moved as (delete from ${staged} where batch = $1 returning key, embedding, metadata, lowercase)`;
    return freshOf(await table.query(moved + upsert('moved'), [batch]));
  } catch (error) {
    await table.query(`delete from ${staged} where batch = $1`, [batch]).catch(() => {}); // else another does it in a day
    throw error;
  }
}

/** The vectors of keys, in their order; undefined for one that is not there. */
export async function readVectors(table: PgvectorTable, keys: Int32Array, dimensions: number): Promise<(Float32Array | undefined)[]> {
  const found = new Map<number, Float32Array>();
  const atOnce = Math.max(1, Math.floor(numbersAtOnce / Math.max(1, dimensions)));
  for (let start = 0; start < keys.length; start += atOnce) {
    const some = [...keys.subarray(start, start + atOnce)];
    const sql = `select key, embedding::text as embedding from ${table.name} where key = any($1::int4[])`;
    for (const { key, embedding } of await table.query<{ key: number; embedding: string }>(sql, [some])) {
      found.set(key, Float32Array.from(JSON.parse(embedding) as number[]));
    }
  }
  return Array.from(keys, (key) => found.get(key));
}

/** Nine digits tell all numbers of 32 bits apart. */
export function vectorText(vector: Float32Array): string {
  return `[${Array.from(vector, (x) => x.toPrecision(9)).join(',')}]`;
}

function columnsOf(rows: PgvectorRow[]): unknown[] {
  return [rows.map((row) => row.key), rows.map((row) => row.vector), rows.map((row) => row.metadata), rows.map((row) => row.lowercase)];
}

function freshOf([{ fresh }]: { fresh: number }[]): number {
  return fresh;
}
