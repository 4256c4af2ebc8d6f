import { PGlite } from '@electric-sql/pglite';
import type { DataStore } from 'attune';
import { type PostgresHandle, postgresDataStore, postgresModelStore } from 'attune/postgres';
import { afterAll, describe, expect, it } from 'vitest';
import { postgresStoresConformance } from '../support/postgres-stores-conformance.ts';
import { assertReadable, fill } from '../support/read-only-stores.ts';

const database = new PGlite();
afterAll(() => database.close());

postgresStoresConformance(
  'PGlite',
  () => database,
  (sql) => database.exec(sql),
  '',
);

describe('PostgreSQL that may only be read', () => {
  const handle = database as PostgresHandle;
  const tables = { products: { name: 'ro_products' }, interactions: { name: 'ro_interactions' }, events: { name: 'ro_events' } };
  const opened = async () =>
    [(await postgresDataStore(handle, { tables })) as unknown as DataStore, postgresModelStore(handle, { table: 'ro_models' })] as const;

  it('is read by all stores, as on a standby; what writes is ERR_STORE', async () => {
    await fill(...(await opened()));
    await database.exec('set default_transaction_read_only = on');
    await assertReadable(...(await opened()), /read-only transaction/);
    await database.exec('set default_transaction_read_only = off');
  });

  it('is read by a role that may make no tables', async () => {
    await database.exec(
      'revoke create on schema public from public; create role reader; grant select on all tables in schema public to reader; set role reader',
    );
    await assertReadable(...(await opened()), /permission denied/);
    await expect(postgresDataStore(handle, { tables: { ...tables, events: { name: 'others' } } })).rejects.toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining("a table 'others'"),
    });
    await database.exec('reset role');
  });
});

describe('products of PostgreSQL', () => {
  const tables = { products: { name: 'copied' }, interactions: { name: 'copied_rows' }, events: { name: 'copied_events' } };
  const many = Array.from({ length: 1500 }, (_, k) => ({ item: `i${k}`, title: `a\t"b"\\n\n${k} \\.` }));

  it('that are new are copied as they are, and counted when some are known', async () => {
    const { products } = (await postgresDataStore(database as PostgresHandle, { tables })) as unknown as DataStore;
    expect(await products.putMany(many)).toEqual({ inserted: 1500, updated: 0, rejected: [] });
    expect(await products.getMany(['i7', 'i1499'])).toEqual([many[7], many[1499]]);
    const others = many.map(({ title }, k) => ({ item: `i${k + 1000}`, title }));
    expect(await products.putMany(others)).toEqual({ inserted: 1000, updated: 500, rejected: [] });
    expect([await products.count(), await products.get('i1000')]).toEqual([2500, others[0]]);
  });

  it('are stored where the table takes no copies', async () => {
    const { products } = (await postgresDataStore(database as PostgresHandle, { tables })) as unknown as DataStore;
    await database.exec(
      "create function reject_new() returns trigger language plpgsql as $$ begin if current_query() like 'copy %' then raise exception 'no copies' using errcode = '0A000'; end if; return new; end $$; create trigger reject_new before insert on copied for each row execute function reject_new()",
    );
    const more = many.map(({ title }, k) => ({ item: `more${k}`, title }));
    expect(await products.putMany(more)).toEqual({ inserted: 1500, updated: 0, rejected: [] });
    expect(await products.get('more3')).toEqual(more[3]);
  });
});

it('streams read a table without statistics along its key, and do not sort the rest of it for each part', { timeout: 60_000 }, async () => {
  const statements: [string, unknown[]][] = [];
  const recording = {
    exec: (sql: string) => database.exec(sql),
    query: (sql: string, values?: unknown[]) => database.query(sql, values),
    transaction: <T>(work: (transaction: unknown) => Promise<T>) =>
      database.transaction((transaction) =>
        work({
          query(sql: string, values: unknown[]) {
            statements.push([sql, values]);
            return transaction.query(sql, values);
          },
        }),
      ),
  };
  const tables = { products: { name: 'st_products' }, interactions: { name: 'st_rows' }, events: { name: 'st_events' } };
  const store = (await postgresDataStore(recording as unknown as PostgresHandle, { tables })) as unknown as DataStore;
  await database.exec(`set session_replication_role = replica; -- no look-up of each product
    insert into st_products (item) select 'i' || k from generate_series(1, 120000) as k;
    insert into st_rows ("user", item, value) select 'u' || k, 'i1', 1 from generate_series(1, 120000) as k;
    insert into st_events (timestamp, type, "user") select k, 'view', 'u' from generate_series(1, 120000) as k;
    reset session_replication_role`);
  for (const all of [store.products.all(), store.interactions.all(), store.events.all()]) {
    statements.length = 0;
    let n = 0;
    for await (const _ of all) n++;
    expect(n).toBe(120_000);
    const [sql, values] = statements[5];
    const { rows } = await database.query<{ 'QUERY PLAN': string }>(`explain ${sql}`, values);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('Sort');
  }
});

it('events of some users are found through their index in a table without statistics', async () => {
  const tables = { products: { name: 'np' }, interactions: { name: 'ni' }, events: { name: 'new_events' } };
  const { events } = (await postgresDataStore(database as PostgresHandle, { tables })) as unknown as Required<DataStore>;
  await events.addMany?.(Array.from({ length: 20_000 }, (_, k) => ({ user: `u${k % 5000}`, type: 'view', timestamp: k })));
  const found = await events.ofUsers?.(
    Array.from({ length: 40 }, (_, k) => `u${39 - k}`),
    { since: 30 },
  );
  expect(found?.map(({ timestamp }) => timestamp)).toEqual(
    Array.from({ length: 20_000 }, (_, k) => k).filter((k) => k >= 30 && k % 5000 < 40),
  );
  await database.query('select pg_stat_force_next_flush()');
  const { rows } = await database.query("select seq_tup_read, idx_scan from pg_stat_user_tables where relname = 'new_events'");
  expect(rows).toEqual([{ seq_tup_read: 0, idx_scan: 40 }]);
});
