import type { VectorSearchOptions } from '../../../contracts/vector-index.ts';
import { type Ranked, TopK } from '../../../numeric/top-k.ts';
import { vectorText } from './pgvector-rows.ts';
import type { PgvectorTable } from './pgvector-table.ts';
import { whereSql } from './pgvector-where.ts';

/** What a search has to know beside its question. */
export interface PgvectorScan {
  /** Whether there is an index of the vectors, of which kind, and how wide it is searched. */
  indexed: boolean;
  index: 'hnsw' | 'ivfflat' | 'none';
  efSearch: number;
  probes: number;
  /** Whether this pgvector can go on with a search under a filter. */
  iterative: boolean;
  /** Keys that no answer may name. */
  leaving: ReadonlySet<number>;
}

/** So few allowed keys are listed and compared one by one, which their primary key makes quick. */
const fewKeys = 2000;

/** The keys with the largest inner product with a checked query. */
export async function nearestKeys(
  table: PgvectorTable,
  query: Float32Array,
  { n, allowed, where }: VectorSearchOptions,
  scan: PgvectorScan,
): Promise<Ranked> {
  const keys = allowed && keysOf(allowed);
  if (keys?.length === 0) return new TopK(0).take();
  const values: unknown[] = [vectorText(query)];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const few = keys !== undefined && keys.length <= fewKeys;
  const conditions = few ? [`key = any(${bind([...keys])}::int4[])`] : whereSql(where, 'pgvectorIndex.search', bind);
  if (keys && !few) conditions.push(inMask(allowed as Uint8Array, bind));
  if (scan.leaving.size > 0) conditions.push(`key <> all(${bind([...scan.leaving])}::int4[])`);
  const wanted = Math.min(n, keys?.length ?? n, 2 ** 31 - 1);
  const limit = bind(wanted);
  if (scan.indexed && !few) {
    const wide = widthOf(scan, wanted, conditions.length > 0);
    const found = await ask(table, [wide, ...conditions], 'embedding <#> $1::vector', limit, values);
    if (found.indices.length === wanted) return found;
  }
  // A sum is not what the index is sorted by, so this compares all that pass.
  return ask(table, conditions, '(embedding <#> $1::vector) + 0, key', limit, values);
}

async function ask(table: PgvectorTable, conditions: string[], order: string, limit: string, values: unknown[]): Promise<Ranked> {
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  const rows = await table.query<{ key: number; score: number }>(
    `select key, -(embedding <#> $1::vector) as score from ${table.name} ${where} order by ${order} limit ${limit}::int4`,
    values,
  );
  const best = new TopK(rows.length);
  for (const { key, score } of rows) best.offer(key, score);
  return best.take();
}

/**
 * How wide the index is searched, as a condition that is evaluated once, before the first row is fetched, and that holds for this
 * statement only. A `SET LOCAL` would need a transaction, which a pool or a shared client does not give.
 */
function widthOf({ index, efSearch, probes, iterative }: PgvectorScan, wanted: number, filtered: boolean): string {
  const ef = filtered ? 4 * efSearch : efSearch; // what passes may lie far from the query
  const hnsw = index === 'hnsw';
  const settings: [string, string | number][] = hnsw
    ? [['hnsw.ef_search', Math.min(1000, Math.max(ef, wanted))]]
    : [['ivfflat.probes', probes]];
  if (iterative) settings.push(hnsw ? ['hnsw.iterative_scan', 'strict_order'] : ['ivfflat.iterative_scan', 'relaxed_order']);
  return `(select ${settings.map(([name, value]) => `set_config('${name}', '${value}', true)`).join(' || ')}) is not null`;
}

function keysOf(allowed: Uint8Array): Int32Array {
  const keys = new Int32Array(allowed.length);
  let count = 0;
  for (let key = 0; key < allowed.length; key++) if (allowed[key] > 0) keys[count++] = key;
  return keys.subarray(0, count);
}

/** Many allowed keys are sent as a bit string. */
function inMask(allowed: Uint8Array, bind: (value: unknown) => string): string {
  const bits = new Uint8Array(Math.ceil(allowed.length / 8));
  for (let key = 0; key < allowed.length; key++) if (allowed[key] > 0) bits[key >> 3] |= 1 << (key & 7);
  return `case when key < ${allowed.length} then get_bit(${bind(bits)}::bytea, key) = 1 else false end`;
}
