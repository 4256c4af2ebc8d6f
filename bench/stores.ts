import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Interactions } from 'attune';
import { type PostgresHandle, postgresDataStore } from 'attune/postgres';
import pg from 'pg';
import postgres from 'postgres';
import type { Benchmark } from './index.ts';
import { timed } from './support/clock.ts';
import { generator } from './support/random.ts';

const settings = { rows: 400_000, ratingsPerUser: 1.19, items: 90_000 };

/** `npm run bench -- stores [rows]`: interactions into and out of a running PostgreSQL (`npm run services -- up postgres`). */
export const stores: Benchmark = {
  name: 'stores',
  summary: 'interactions into and out of PostgreSQL, in rows per second of wall and of processor time (client and server)',
  async run([given]) {
    const url = urlOf();
    const rows = rowsOf(Number(given ?? settings.rows));
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    const sql = postgres(url, { max: 2 });
    try {
      for (const [name, handle] of [
        ['pg', pool],
        ['postgres.js', sql],
      ] as [string, PostgresHandle][]) {
        await measure(name, handle, rows, pool);
      }
    } finally {
      await Promise.all([pool.end(), sql.end()]);
    }
  },
};

async function measure(name: string, handle: PostgresHandle, rows: Row[], pool: pg.Pool): Promise<void> {
  await pool.query('drop table if exists bench_interactions, bench_products, bench_events');
  const tables = { products: { name: 'bench_products' }, interactions: { name: 'bench_interactions' }, events: { name: 'bench_events' } };
  const data = await postgresDataStore(handle, { tables });
  const said = async (what: string, work: () => Promise<unknown>, count = rows.length) => {
    const before = serverSeconds();
    const { wall, cpu } = await timed(work);
    const server = serverSeconds() - before;
    const rate = (seconds: number) => `${Math.round(count / seconds).toLocaleString('en-US')} rows/s`;
    console.log(
      `${name.padEnd(12)} ${what.padEnd(44)} ${wall.toFixed(1).padStart(6)} s ${rate(wall).padStart(16)}   client ${cpu.toFixed(2)} s + server ${server.toFixed(2)} s of processor: ${rate(cpu + server)}`,
    );
  };
  const few = rows.slice(0, Math.floor(rows.length / 8)).map((row) => ({ ...row, value: 6 - row.value }));
  await said('putMany into an empty table, products made', () => data.interactions.putMany(rows, { unknownProducts: 'stub' }));
  await said('putMany of an eighth of them again', () => data.interactions.putMany(few), few.length);
  await said('Interactions.from(all())', () => Interactions.from(data.interactions.all()));
  let most = 0;
  await said('all(), row by row', async () => {
    globalThis.gc?.();
    const start = process.memoryUsage().heapUsed;
    let n = 0;
    for await (const _ of data.interactions.all()) if (++n % 20_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - start);
  });
  console.log(`${name.padEnd(12)} most memory while reading row by row: ${(most / 2 ** 20).toFixed(0)} MB, garbage included`);
}

interface Row {
  user: string;
  item: string;
  value: number;
  timestamp: number;
}

/** Of the shape of Appliances: few ratings per user, ids as Amazon writes them, no pair twice. */
function rowsOf(count: number): Row[] {
  const random = generator(1);
  const rows = new Map<string, Row>();
  while (rows.size < count) {
    const user = `A${Math.floor((random() * count) / settings.ratingsPerUser)
      .toString(36)
      .toUpperCase()
      .padStart(13, '0')}`;
    const item = `B0${Math.floor(random() ** 3 * settings.items)
      .toString(36)
      .toUpperCase()
      .padStart(8, '0')}`;
    rows.set(user + item, { user, item, value: 1 + Math.floor(random() * 5), timestamp: 1.6e12 + rows.size });
  }
  return [...rows.values()];
}

function urlOf(): string {
  const file = join(import.meta.dirname, '../.services/postgres/url.txt');
  if (process.env.POSTGRES_URL) return process.env.POSTGRES_URL;
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  throw new Error('Start a server first: npm run services -- up postgres. Or name one in POSTGRES_URL.');
}

/** Processor seconds of all processes of the local server, ended ones included, where Linux tells; else 0. */
function serverSeconds(): number {
  const server = join(import.meta.dirname, '../.services/postgres/server.txt');
  if (!existsSync(server) || process.env.POSTGRES_URL) return 0;
  const main = Number.parseInt(readFileSync(join(readFileSync(server, 'utf8').trim().split('\n')[1], 'postmaster.pid'), 'utf8'), 10);
  const stat = (pid: number | string) =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
      .map(Number);
  const children = readFileSync(`/proc/${main}/task/${main}/children`, 'utf8').trim().split(' ').filter(Boolean);
  const own = stat(main);
  let ticks = own[11] + own[12] + own[13] + own[14];
  for (const child of children) {
    const [user, system] = stat(child).slice(11, 13);
    ticks += user + system;
  }
  return ticks / 100;
}
