import type { Recommendation, UnknownPolicy } from '../contracts/recommender.ts';
import type { Metadata, Where } from '../contracts/where.ts';
import { type Id, idSet, readId } from '../data/ids.ts';
import { AttuneError, shown } from '../errors.ts';
import { anything, choice, integer, onUnknown, optional, readOptions } from '../options.ts';
import { type PgvectorHandle, type PgvectorIndex, type PgvectorOptions, pgvectorIndex } from '../semantic/indexes/pgvector/pgvector.ts';
import { tableName } from '../semantic/indexes/pgvector/pgvector-table.ts';
import type { FactorModelLike } from './shards.ts';

/** Options of {@link pgvectorFactors}. */
export interface PgvectorFactorsOptions {
  /** Name of the table that says which version is served; those of the versions begin with it. Up to 30 bytes. Default `'attune_factors'`. */
  table?: string | undefined;
  /** `'none'` compares all items and is exact, which is quick for some ten thousand; `'hnsw'` finds nearly all. Default `'none'`. */
  index?: 'hnsw' | 'none' | undefined;
  /** hnsw: how wide it is searched for an answer. Default 128. */
  efSearch?: number | undefined;
  /** How long a version is served without looking for a newer one, in milliseconds. Default 500. */
  refreshMs?: number | undefined;
  /** What `recommend` does on an unknown user. Default `'throw'`. */
  onUnknown?: UnknownPolicy | undefined;
}

/** Options of {@link PgvectorFactors.recommend}. */
export interface PgvectorRecommendOptions {
  /** Maximum number of entries. Default 10. */
  n?: number | undefined;
  /** Item ids never to return. */
  exclude?: Iterable<Id> | undefined;
  /** Conditions on what is kept of the items. */
  where?: Where | undefined;
  /** Whether items of the user's own history may be returned. Default false. */
  includeSeen?: boolean | undefined;
}

/** Factors in PostgreSQL. */
export interface PgvectorFactors {
  /**
   * Writes a model beside the one that is served, and then serves it; readers change over within `refreshMs`. The version before it
   * stays for readers that are at work, older ones go.
   * @param metadata what is kept of an item, for `where`
   * @throws ERR_NOT_SUPPORTED for a model with biases; ERR_STORE
   */
  publish(model: FactorModelLike, version: number, metadata?: (item: string) => Metadata): Promise<void>;
  /** The version that is served; undefined before the first. */
  version(): Promise<number | undefined>;
  /** The best items for a user, best first: by inner product, without those of the user's history. @throws ERR_UNKNOWN_USER, ERR_NOT_FOUND, ERR_STORE */
  recommend(user: Id, options?: PgvectorRecommendOptions): Promise<Recommendation[]>;
}

/** What is served at the moment. */
interface Served {
  version: number;
  /** Number of factors; vectors are one longer. */
  factors: number;
  index: PgvectorIndex;
  users: string;
  items: string;
}

/**
 * Answers from factors in PostgreSQL with pgvector, for processes that hold no model: a user's factors, the search among the items' by inner
 * product, and filters are statements.
 *
 * Vectors get one more number, which makes all items equally long and is 0 for users: inner products stay what they are, and the graph
 * of an index, which is made for vectors of one length, finds them.
 *
 * @param handle a `Pool` or an opened `Client` of `pg`, or a PGlite with the extension; it remains the caller's
 * @throws ERR_BAD_ARGUMENT, ERR_BAD_OPTION
 */
export function pgvectorFactors(handle: PgvectorHandle, options: PgvectorFactorsOptions = {}): PgvectorFactors {
  if (typeof handle?.query !== 'function') {
    throw new AttuneError('ERR_BAD_ARGUMENT', `pgvectorFactors: expected an opened handle with query(text, values), got ${shown(handle)}.`);
  }
  const o = readOptions('pgvectorFactors', options, {
    table: (value, name) => tableName(value ?? 'attune_factors', name),
    index: choice(['hnsw', 'none'] as const, 'none'),
    efSearch: integer({ default: 128, min: 1, max: 1000 }),
    refreshMs: integer({ default: 500, min: 0 }),
    onUnknown,
  });
  if (!/^[a-z_][a-z0-9_]{0,29}$/.test(o.table)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `pgvectorFactors: option 'table' must be a plain name of up to 30 small letters, digits and _, got '${o.table}'.`,
    );
  }
  const query = queryOf(handle);
  const tables = servedTables(handle, o);
  let current: Served | undefined;
  let looked = Number.NEGATIVE_INFINITY;
  const serving = async (): Promise<Served | undefined> => {
    if (current && performance.now() - looked < o.refreshMs) return current;
    const [exists] = await query<{ found: boolean }>('select to_regclass($1) is not null as found', [o.table]);
    if (!exists.found) return undefined;
    const row = await servedVersion(query, o.table);
    looked = performance.now();
    if (row && row.version !== current?.version) current = tables(row.version, row.factors);
    return row && current;
  };
  return {
    version: async () => (await serving())?.version,
    async publish(model, version, metadata) {
      const next = integer({ min: 1 })(version, 'publish: version');
      await publishModel(query, o.table, tables, { model, next, metadata });
      looked = Number.NEGATIVE_INFINITY;
    },
    async recommend(user, given) {
      const asked = readRecommend(given);
      const id = readId(user, 'recommend: user');
      const served = await serving();
      if (!served) throw new AttuneError('ERR_NOT_FOUND', `pgvectorFactors: no model is published in '${o.table}'. Call publish first.`);
      const found = await bestItems(query, served, id, asked).catch(async (error) => {
        looked = Number.NEGATIVE_INFINITY; // what was served a moment ago may have been dropped, when versions come fast
        const newer = await serving();
        if (!newer || newer.version === served.version) throw error;
        return bestItems(query, newer, id, asked);
      });
      if (found || o.onUnknown === 'empty') return found ?? [];
      throw new AttuneError(
        'ERR_UNKNOWN_USER',
        `The model was not fitted on user ${shown(id)}. Pass onUnknown: 'empty', or recommend what is popular.`,
      );
    },
  };
}

type Query = <Row>(text: string, values?: unknown[]) => Promise<Row[]>;

function queryOf(handle: PgvectorHandle): Query {
  return async <Row>(text: string, values: unknown[] = []): Promise<Row[]> => {
    try {
      return (await handle.query(text, values)).rows as Row[];
    } catch (cause) {
      throw new AttuneError('ERR_STORE', `pgvectorFactors: PostgreSQL failed: ${(cause as Error)?.message ?? shown(cause)}.`, { cause });
    }
  };
}

/** The tables of a version. */
function servedTables(handle: PgvectorHandle, { table, index, efSearch }: { table: string; index: 'hnsw' | 'none'; efSearch: number }) {
  return (version: number, factors: number): Served => {
    const own = `${table}_${version}`;
    const options: PgvectorOptions = { table: own, index, dimensions: factors + 1, ...(index === 'hnsw' ? { efSearch } : {}) };
    return { version, factors, index: pgvectorIndex(handle, options), users: `${own}_users`, items: `${own}_items` };
  };
}

async function servedVersion(query: Query, table: string): Promise<{ version: number; factors: number } | undefined> {
  return (await query<{ version: number; factors: number }>(`select version::float8 as version, factors from ${table}`))[0];
}

interface Publication {
  model: FactorModelLike;
  next: number;
  metadata: ((item: string) => Metadata) | undefined;
}

/** Writes a version beside the one that is served, changes over, and drops those before. */
async function publishModel(
  query: Query,
  table: string,
  tables: (version: number, factors: number) => Served,
  { model, next, metadata }: Publication,
): Promise<void> {
  const served = tables(next, model.itemFactors.columns);
  await query(
    `create table if not exists ${table} (one bool primary key default true check (one), version int8 not null, factors int4 not null)`,
  );
  await dropVersion(query, served);
  await writeModel(query, served, model, metadata);
  const before = await servedVersion(query, table);
  await query(
    `insert into ${table} (version, factors) values ($1, $2) on conflict (one) do update set version = excluded.version, factors = excluded.factors`,
    [next, served.factors],
  );
  const stays = [next, before?.version];
  const found = await query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace and relname ~ $1`,
    [`^${table}_[0-9]+_users$`],
  );
  for (const { name } of found) {
    const old = Number(name.slice(table.length + 1, -'_users'.length));
    if (!stays.includes(old)) await dropVersion(query, tables(old, served.factors));
  }
}

function readRecommend(given: PgvectorRecommendOptions | undefined) {
  return readOptions('recommend', given, {
    n: integer({ default: 10, min: 0 }),
    exclude: optional((ids, name) => idSet(ids as Iterable<Id>, name)),
    where: anything<Where | undefined>(),
    includeSeen: choice([true, false], false),
  });
}

/** The list of a user; undefined for one who is not known. */
async function bestItems(
  query: Query,
  served: Served,
  user: string,
  { n, exclude, where, includeSeen }: ReturnType<typeof readRecommend>,
): Promise<Recommendation[] | undefined> {
  const [row] = await query<{ vector: string; seen: number[] }>(
    `select to_json(embedding)::text as vector, seen from ${served.users} where id = $1`,
    [user],
  );
  if (!row) return undefined;
  const seen = new Set(includeSeen ? [] : row.seen);
  const vector = Float32Array.from([...JSON.parse(row.vector), 0]);
  const found = await served.index.search(vector, { n: n + seen.size + (exclude?.size ?? 0), where: where as Where });
  const listed = Array.from(found.indices, (key, k) => ({ key, score: found.scores[k] })).filter(({ key }) => !seen.has(key));
  const named = await query<{ key: number; id: string }>(`select key, id from ${served.items} where key = any($1::int4[])`, [
    listed.map(({ key }) => key),
  ]);
  const names = new Map(named.map(({ key, id }) => [key, id]));
  return listed
    .map(({ key, score }) => ({ item: names.get(key) as string, score }))
    .filter(({ item }) => item !== undefined && !exclude?.has(item))
    .slice(0, n);
}

/** Rows of a statement. */
const atOnce = 2000;

async function writeModel(
  query: Query,
  served: Served,
  model: FactorModelLike,
  metadata: ((item: string) => Metadata) | undefined,
): Promise<void> {
  const { users, items, userFactors, itemFactors } = model;
  const f = served.factors;
  let longest = 0;
  for (let i = 0; i < items.size; i++) longest = Math.max(longest, squared(itemFactors.data, i, f));
  for (let from = 0; from < items.size; from += atOnce) {
    const keys = Int32Array.from({ length: Math.min(atOnce, items.size - from) }, (_, k) => from + k);
    const rows = new Float32Array(keys.length * (f + 1));
    keys.forEach((i, k) => {
      rows.set(itemFactors.data.subarray(i * f, (i + 1) * f), k * (f + 1));
      rows[k * (f + 1) + f] = Math.sqrt(Math.max(0, longest - squared(itemFactors.data, i, f)));
    });
    await served.index.add(keys, rows, metadata && Array.from(keys, (i) => metadata(items.idAt(i))));
  }
  await query(`create table ${served.items} (key int4 primary key, id text not null)`);
  await query(`create table ${served.users} (id text primary key, embedding real[] not null, seen int4[] not null)`);
  for (let from = 0; from < items.size; from += atOnce) {
    const keys = Array.from({ length: Math.min(atOnce, items.size - from) }, (_, k) => from + k);
    await query(`insert into ${served.items} select * from unnest($1::int4[], $2::text[])`, [keys, keys.map((i) => items.idAt(i))]);
  }
  for (let from = 0; from < users.size; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, users.size - from) }, (_, k) => from + k);
    const ids = some.map((u) => users.idAt(u));
    const vectors = some.map((u) => `{${Array.from(userFactors.data.subarray(u * f, (u + 1) * f), (x) => x.toPrecision(9)).join(',')}}`);
    const seen = ids.map(
      (id) =>
        `{${model
          .interactionsOf(id)
          .map(({ item }) => items.indexOf(item))
          .join(',')}}`,
    );
    await query(
      `insert into ${served.users} select id, vector::real[], seen::int4[] from unnest($1::text[], $2::text[], $3::text[]) as g(id, vector, seen)`,
      [ids, vectors, seen],
    );
  }
}

async function dropVersion(query: Query, { version, users, items }: Served): Promise<void> {
  const table = users.slice(0, -'_users'.length);
  if (!table.endsWith(`_${version}`)) return;
  for (const name of [users, items, table, `${table}_staged`]) await query(`drop table if exists ${name}`);
}

function squared(data: ArrayLike<number>, row: number, f: number): number {
  let sum = 0;
  for (let q = row * f; q < (row + 1) * f; q++) sum += data[q] * data[q];
  return sum;
}
