import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parquetReadObjects } from 'hyparquet';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { finishSwitch } from '../../examples/amazon-appliances/etl/switch.ts';
import { postgresql } from '../../examples/amazon-appliances/pipeline/postgres.ts';
import { killLoads } from '../support/kill-loads.ts';
import { serviceUrl } from '../support/service.ts';

const kills = Number(process.env.ATTUNE_KILLS ?? 6);
const folder = mkdtempSync(join(tmpdir(), 'attune-etl-crash-'));
const admin = postgres(serviceUrl('postgres'), { max: 1, onnotice: () => {} });
const name = `loads_${Date.now().toString(36)}`;
const address = new URL(serviceUrl('postgres'));
address.pathname = `/${name}`;
let sql: ReturnType<typeof postgres>;

beforeAll(async () => {
  await admin.unsafe(`create database ${name}`);
  sql = postgres(address.href, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await admin.unsafe(`drop database ${name} with (force)`);
  await admin.end();
  rmSync(folder, { recursive: true });
});

/** How many ratings there are; whatever they are, they have their products, keys and indexes. */
async function ratings(): Promise<number> {
  // What a killed process has sent goes on at the server until it sees that nobody is there.
  const rest = () =>
    sql`select pid from pg_stat_activity where datname = ${name} and pid <> pg_backend_pid() and backend_type = 'client backend'`;
  while ((await rest()).length > 0) await wait(20);
  const [{ n, users, lost }] = await sql`
    select count(*)::int as n, count(distinct user_id)::int as users,
      count(*) filter (where not exists (select 1 from product_catalog as p where p.parent_asin = r.parent_asin))::int as lost
    from user_item_rating as r`;
  expect([users, lost]).toEqual([n, 0]);
  const [{ constraints, indexes }] = await sql`
    select (select count(*)::int from pg_constraint where conrelid = 'user_item_rating'::regclass and contype in ('p', 'u', 'f')) as constraints,
      (select count(*)::int from pg_index where indrelid = 'user_item_rating'::regclass and indisvalid) as indexes`;
  expect([constraints, indexes]).toEqual([3, 5]);
  const dataDir = join(folder, 'data');
  await finishSwitch(dataDir, postgresql, address.href); // as every command does first
  expect(JSON.parse(readFileSync(join(dataDir, 'etl.json'), 'utf8')).summary.reviews.kept).toBe(n);
  const { buffer, byteOffset, byteLength } = readFileSync(join(dataDir, 'interactions.parquet'));
  expect(await parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer })).toHaveLength(n);
  return n;
}

it(`PostgreSQL has the old tables or the new ones, whole, whenever etl is killed (${kills} times)`, { timeout: 30_000 * (kills + 2) }, () =>
  killLoads(folder, kills, ['--database', address.href], ratings),
);
