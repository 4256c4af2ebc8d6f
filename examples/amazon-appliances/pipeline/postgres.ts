import { hostname } from 'node:os';
import { postgresDataStore } from 'attune/postgres';
import postgres, { type Sql } from 'postgres';
import { copyRatings } from '../bulk/copy-ratings.ts';
import type { DatabaseKind, OpenDatabase } from './database.ts';
import { tables } from './tables.ts';

/** Tables of a load are made in a schema of their own, so that one transaction can put them in the place of those in use. */
const loading = 'appliances_loading';

/** What this process calls its connections at the server, so that a load can see who else is there. */
const self = `${hostname().slice(0, 40)} ${process.pid}`;
const names = { serving: `appliances ${self}`, loading: `appliances load ${self}` };

/** Tables in PostgreSQL, in the first schema of the search path. Ratings go in by `copy`; a reader sees the old tables or the new ones. */
export const postgresql: DatabaseKind = {
  open: (url) => opened(connect(url, { max: 8, connection: { application_name: names.serving } })),
  exists: (url) =>
    using(connect(url), async (sql) => {
      const [{ found }] = await sql`select to_regclass(${tables.products.name}) is not null as found`;
      return found;
    }),
  assertUnused: (url) => using(connect(url), assertUnused),
  placeOfLoad: (url) => url,
  async create(url) {
    await using(connect(url), async (sql) => {
      await sql.unsafe(`drop schema if exists ${loading} cascade`);
      await sql.unsafe(`create schema ${loading}`);
    });
    return opened(connect(url, forLoading));
  },
  async reopen(url) {
    const sql = connect(url, forLoading);
    return { ...(await opened(sql)), fillAverages: (of) => fillAverages(sql, of), copyEvents() {} }; // the table of events stays where it is
  },
  async writeRatings(url, ratings, rows, beside) {
    await using(connect(url, forLoading), (sql) => copyRatings(sql, ratings, rows, beside));
  },
  publish: (url, load, announce) =>
    using(connect(url), async (sql) => {
      const [{ schema }] = await sql`select quote_ident(current_schema()) as schema`;
      const moved = [tables.interactions.name, tables.products.name];
      await sql.begin(async (transaction) => {
        await transaction.unsafe(`select pg_advisory_xact_lock(${publishing})`);
        announce();
        for (const name of moved) await transaction.unsafe(`drop table if exists ${schema}.${name}`);
        for (const name of moved) await transaction.unsafe(`alter table ${loading}.${name} set schema ${schema}`);
        await transaction.unsafe(`comment on table ${schema}.${tables.products.name} is '${loadName(load)}'`);
        await transaction.unsafe(`drop schema ${loading} cascade`);
      });
    }),
  published: (url) =>
    using(connect(url), async (sql) => {
      await sql`select pg_advisory_lock(${publishing})`; // what a killed process has sent goes on at the server
      const [{ name }] = await sql`select obj_description(to_regclass(${tables.products.name}), 'pg_class') as name`;
      return name?.startsWith(loadName('')) ? name.slice(loadName('').length) : undefined;
    }),
};

/** What holds the advisory lock of this number may publish. */
const publishing = 7_283_402;

/** The comment on the table of products. */
const loadName = (load: string) => `load ${load}`;

/** Only what ends a load has to be on the disk before anyone is told. */
const forLoading = { max: 2, connection: { search_path: loading, synchronous_commit: 'off' } };

function connect(url: string, { connection, ...options }: postgres.Options<Record<string, never>> = {}): Sql {
  return postgres(url, {
    max: 1,
    onnotice: () => {}, // that a table exists already is no news
    ...options,
    connection: { application_name: names.loading, ...connection },
  }) as unknown as Sql;
}

async function opened(sql: Sql): Promise<OpenDatabase> {
  const close = () => void sql.end({ timeout: 5 }).catch(() => {});
  try {
    return { data: (await postgresDataStore(sql, { tables })) as unknown as OpenDatabase['data'], close };
  } catch (error) {
    close();
    throw error;
  }
}

async function using<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Servers and other loads are known by the names of their connections. Those of a process that has just ended may take a moment to go. */
async function assertUnused(sql: Sql): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const others = await sql<{ name: string }[]>`
      select distinct application_name as name from pg_stat_activity
      where datname = current_database() and application_name like 'appliances %' and application_name <> ${names.loading}`;
    if (others.length === 0) return;
    if (attempt === 10) {
      const message = `The database is in use, probably by a running server (${others.map(({ name }) => name).join(', ')}). Stop it and run this again.`;
      throw Object.assign(new Error(message), { code: 'ERR_IN_USE' });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function fillAverages(sql: Sql, of: (product: string) => { count: number; average?: number }): Promise<void> {
  const lacking = await sql<{ id: string }[]>`
    select parent_asin as id from product_catalog where average_rating is null or rating_number is null`;
  for (let from = 0; from < lacking.length; from += 10_000) {
    const ids = lacking.slice(from, from + 10_000).map(({ id }) => id);
    const found = ids.map(of);
    await sql`
      update product_catalog as p
      set average_rating = coalesce(p.average_rating, g.average), rating_number = coalesce(p.rating_number, g.count)
      from unnest(${ids}::text[], ${found.map((it) => it.average ?? null)}::float8[], ${found.map((it) => it.count)}::int8[]) as g(id, average, count)
      where p.parent_asin = g.id`;
  }
}
