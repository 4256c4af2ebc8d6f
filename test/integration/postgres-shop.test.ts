import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runEtl, type Step } from '../../examples/amazon-appliances/etl/run.ts';
import { loadRatings } from '../../examples/amazon-appliances/pipeline/data.ts';
import { databaseOf, openDatabase } from '../../examples/amazon-appliances/pipeline/database.ts';
import { evaluateModels } from '../../examples/amazon-appliances/pipeline/evaluate.ts';
import { openSystem } from '../../examples/amazon-appliances/pipeline/system.ts';
import { writeSample } from '../../examples/amazon-appliances/sample/write.ts';
import { startServer } from '../../examples/amazon-appliances/server/index.ts';
import { defaults } from '../../examples/amazon-appliances/settings.ts';
import { serviceUrl } from '../support/service.ts';

const admin = postgres(serviceUrl('postgres'), { max: 1, onnotice: () => {} });
const name = `shop_${Date.now().toString(36)}`;
const address = new URL(serviceUrl('postgres'));
address.pathname = `/${name}`;
const database = address.href;
const folder = mkdtempSync(join(tmpdir(), 'attune-shop-'));
const settings = {
  ...defaults,
  dataDir: join(folder, 'postgres'),
  database,
  adminPassword: 'correct horse',
  als: { ...defaults.als, factors: 16, iterations: 5 },
};
const files = { reviews: join(folder, 'reviews.jsonl.gz'), products: join(folder, 'products.jsonl.gz') };
const quiet: Step = (_, work) => work(() => {});
let sql: ReturnType<typeof postgres>;

beforeAll(async () => {
  await admin.unsafe(`create database ${name}`);
  sql = postgres(database, { max: 1, onnotice: () => {} });
  await writeSample({ ...files, scale: 0.005, seed: 3 });
});
afterAll(async () => {
  await sql.end();
  await admin.unsafe(`drop database ${name} with (force)`);
  await admin.end();
  rmSync(folder, { recursive: true });
});

const load = (options: { dataDir?: string; database?: string; reviews?: string } = {}) =>
  runEtl({ ...defaults.etl, ...files, dataDir: settings.dataDir, database, ...options }, quiet);

/** Everything that a database holds, in a stable order. */
async function contentsOf(where: string) {
  const { data, close } = await openDatabase(where);
  const rows = async <T extends object>(all: AsyncIterable<T>, key: (row: T) => string) => {
    const found: [string, object][] = [];
    for await (const row of all) found.push([key(row), { ...row, id: undefined }]);
    return found.sort(([a], [b]) => (a < b ? -1 : 1));
  };
  try {
    return {
      products: await rows(data.products.all(), (it) => it.item),
      ratings: await rows(data.interactions.all(), (it) => `${it.user} ${it.item}`),
    };
  } finally {
    close();
  }
}

it('says that a load is missing, and that an address is none', async () => {
  await expect(openSystem(settings)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND', message: expect.stringContaining('Run etl first') });
  expect(() => databaseOf({ dataDir: folder, database: 'mysql://root:secret@host/shop' })).toThrow(/^(?!.*secret).*postgres:\/\//);
});

it('the same files make the same rows in PostgreSQL as in SQLite', async () => {
  const summary = await load();
  const dataDir = join(folder, 'sqlite');
  expect(await load({ dataDir, database: undefined })).toEqual(summary);
  expect(await contentsOf(database)).toEqual(await contentsOf(join(dataDir, 'appliances.db')));
  expect(existsSync(join(settings.dataDir, 'interactions.parquet'))).toBe(true);
  expect(existsSync(join(settings.dataDir, 'appliances.db'))).toBe(false);
});

it('makes the keys and indexes of the system, and numbers new ratings from the last one on', async () => {
  const indexes = await sql`select indexname from pg_indexes where schemaname = 'public' and tablename = 'user_item_rating'`;
  const names = indexes.map((it) => it.indexname);
  expect(names).toEqual(expect.arrayContaining(['idx_user_rating', 'idx_item_rating', 'idx_rating_value']));
  const constraints =
    await sql`select contype from pg_constraint where conrelid = 'user_item_rating'::regclass and contype in ('p', 'u', 'f')`;
  expect(constraints.map((it) => it.contype).sort()).toEqual(['f', 'p', 'u']);
  const [{ last }] = await sql`select max(id) as last from user_item_rating`;
  const [{ item }] = await sql`select parent_asin as item from product_catalog limit 1`;
  const [{ id }] = await sql`insert into user_item_rating (user_id, parent_asin, rating) values ('someone', ${item}, 5) returning id`;
  expect(Number(id)).toBe(Number(last) + 1);
});

it('trains, evaluates, serves, and keeps events through the next load', async () => {
  const system = await openSystem(settings);
  await system.train('both');
  const { protocol } = await evaluateModels(await loadRatings(system.data), settings, { k: [10], families: ['als'] });
  expect(protocol.users).toBeGreaterThan(0);
  const server = await startServer(system, { port: 0, host: '127.0.0.1' });
  const send = async (method: string, path: string, body?: unknown, headers = {}) => {
    const answer = await fetch(new URL(path, server.url), {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };
  try {
    const [{ user, item }] = await sql`select user_id as user, parent_asin as item from user_item_rating order by id limit 1`;
    const [{ n }] = await sql`select count(*)::int as n from user_item_rating`;
    const status = await send('GET', '/status');
    expect(status.body.database.total_ratings).toBe(n);
    expect(JSON.stringify([status.body, (await send('GET', '/system-info')).body])).not.toContain(name);
    expect((await send('GET', `/recommendations?user_id=${user}&n=5`)).body.recommendations).toHaveLength(5);
    expect((await send('GET', `/products/${item}`)).body).toMatchObject({ parent_asin: item });
    expect((await send('POST', '/feedback', { user_id: user, item_id: item, type: 'like' })).status).toBe(202);

    const { token } = (await send('POST', '/auth/login', { role: 'admin', password: settings.adminPassword })).body;
    const authorization = { authorization: `Bearer ${token}` };
    const reviews = [
      { user_id: 'newcomer', parent_asin: item, rating: 4, timestamp: 1.7e12 },
      { user_id: 'newcomer', parent_asin: 'no such product', rating: 4 },
    ];
    const inserted = await send('POST', '/admin/reviews/insert', { reviews }, authorization);
    expect(inserted.body).toMatchObject({ inserted: 1, rejected: [{ row: 1 }] });
    expect(await sql`select rating from user_item_rating where user_id = 'newcomer'`).toMatchObject([{ rating: 4 }]);
    const product = { parent_asin: 'NEW1', title: 'Enamel Kettle', price: 20, categories: ['Appliances'] };
    expect((await send('POST', '/admin/products/insert', { products: [product] }, authorization)).body).toMatchObject({ inserted: 1 });
    expect(
      (await send('POST', '/search', { query: 'enamel kettle', top_k: 5 })).body.results.map(
        (it: { parent_asin: string }) => it.parent_asin,
      ),
    ).toContain('NEW1');
    const changes = [{ title: 'Steel Kettle' }, { price: 21 }, { store: 'Acme' }, { features: ['quiet'] }, { main_category: 'Kettles' }];
    await Promise.all(changes.map((change) => send('PATCH', '/admin/products/NEW1', change, authorization)));
    expect((await send('GET', '/products/NEW1')).body).toMatchObject(Object.assign({}, ...changes)); // none undoes another
    expect((await send('DELETE', '/admin/products/by-asins', { asins: ['NEW1'] }, authorization)).body).toEqual({ deleted: 1 });
    expect((await send('DELETE', '/admin/reviews/by-users', { user_ids: ['newcomer'] }, authorization)).body).toEqual({ deleted: 1 });
    expect((await send('GET', '/admin/products/stats', undefined, authorization)).status).toBe(200);

    const trained = await send('POST', '/training', { model_type: 'mf', force_retrain: true }, authorization);
    expect(trained.status).toBeLessThan(300);
    await expect(load()).rejects.toMatchObject({ code: 'ERR_IN_USE' });
  } finally {
    await server.close();
    system.close();
  }
  const [{ before }] = await sql`select count(*)::int as before from events`;
  expect(before).toBeGreaterThan(0);
  await load();
  expect(await sql`select count(*)::int as after from events`).toMatchObject([{ after: before }]);
});

it('a load that fails leaves the tables as they were, and the next one succeeds', async () => {
  const before = await contentsOf(database);
  const bad = join(folder, 'bad.jsonl');
  writeFileSync(bad, '{"user_id":"u1"}\n');
  await expect(load({ reviews: bad })).rejects.toMatchObject({ code: 'ERR_EMPTY' });
  expect(await contentsOf(database)).toEqual(before);
  await load();
  expect(await sql`select schema_name from information_schema.schemata where schema_name like 'appliances%'`).toHaveLength(0);
}, 120_000);
