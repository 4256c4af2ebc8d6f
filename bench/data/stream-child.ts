import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import type { DataStore } from 'attune';
import { readTable } from 'attune/node';
import { type PostgresHandle, postgresDataStore } from 'attune/postgres';
import { type SqliteHandle, sqliteDataStore } from 'attune/sqlite';
import Database from 'libsql';
import pg from 'pg';
import type { Streamed } from './stream.ts';

const tables = { products: { name: 'bench_products' }, interactions: { name: 'bench_interactions' }, events: { name: 'bench_events' } };

/** Runs statements of the database itself, and the store over it. */
interface Opened {
  run(sql: string): Promise<unknown>;
  store(): Promise<DataStore>;
}

const open: Record<string, (where: string) => Promise<Opened>> = {
  async sqlite(where) {
    const handle = new Database(where);
    return {
      run: async (sql) => handle.exec(sql),
      store: () => sqliteDataStore(handle as unknown as SqliteHandle, { tables }) as Promise<unknown> as Promise<DataStore>,
    };
  },
  async postgresql(where) {
    const pool = new pg.Pool({ connectionString: where, max: 1 });
    return {
      run: (sql) => pool.query(sql),
      store: () => postgresDataStore(pool, { tables }) as Promise<unknown> as Promise<DataStore>,
    };
  },
  async pglite(where) {
    const database = await PGlite.create(where);
    return {
      run: (sql) => database.exec(sql),
      store: () => postgresDataStore(database as PostgresHandle, { tables }) as Promise<unknown> as Promise<DataStore>,
    };
  },
};

/** `fill` makes the tables; `read` streams them, in a process of its own, and says how its memory grew. */
const [kind, where, task, count] = process.argv.slice(2);
const isFile = kind === 'csv';
const database = isFile ? undefined : await open[kind](where);
const store = await database?.store();
const numbers =
  kind === 'sqlite'
    ? `with recursive n(k) as (select 1 union all select k + 1 from n where k < ${count}) select k from n`
    : `select generate_series(1, ${count}) as k`;
const text = (prefix: string, number: string) => (kind === 'sqlite' ? `'${prefix}' || (${number})` : `'${prefix}' || (${number})::text`);
if (task === 'fill' && isFile) {
  const out = createWriteStream(where);
  out.write('user,item,value,timestamp\n');
  for (let k = 1; k <= Number(count); k += 1000) {
    const length = Math.min(1000, Number(count) - k + 1);
    const lines = Array.from({ length }, (_, j) => `AE${k + j},B${(k + j) % 1000},${1 + ((k + j) % 5)},${1_600_000_000_000 + k + j}\n`);
    if (!out.write(lines.join(''))) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
} else if (task === 'fill' && database) {
  // By the database itself: all that is measured is what comes out.
  const item = text('B', 'k % 1000');
  if (kind !== 'sqlite') await database.run('set session_replication_role = replica'); // no look-up of each product
  await database.run(`insert into bench_products (item) select ${item} from (${numbers}) as n where k <= 1000`);
  await database.run(
    `insert into bench_interactions ("user", item, value, "timestamp") select ${text('AE', 'k')}, ${item}, 1 + k % 5, 1600000000000 + k from (${numbers}) as n`,
  );
} else {
  let rows = 0;
  let first = 0;
  const started = performance.now();
  for await (const _ of store ? store.interactions.all() : readTable(where)) if (++rows === 200_000) first = process.resourceUsage().maxRSS;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const answer: Streamed = {
    rows,
    wall: (performance.now() - started) / 1000,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    first: first / 1024,
    peak: maxRSS / 1024,
  };
  process.stdout.write(JSON.stringify(answer));
}
process.exit(0);
