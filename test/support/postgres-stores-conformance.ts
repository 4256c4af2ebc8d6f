import type { ModelStore } from 'attune';
import { type PostgresHandle, postgresDataStore, postgresModelStore } from 'attune/postgres';
import { describe, expect, it } from 'vitest';
import { dataStoreConformance, modelStoreConformance } from './conformance.ts';

/** The suites of all stores over a handle of PostgreSQL. `prefix` begins the names of the tables, so that handles may share a database. */
export function postgresStoresConformance(
  name: string,
  handle: () => PostgresHandle,
  execute: (sql: string) => Promise<unknown>,
  prefix: string,
): void {
  let number = 0;
  describe(`data store over ${name}`, () => {
    dataStoreConformance(() => {
      const n = `${prefix}${++number}`;
      return postgresDataStore(handle(), {
        tables: { products: { name: `p${n}` }, interactions: { name: `i "${n}"` }, events: { name: `e?${n}` } },
      });
    });
  });

  describe(`data store over ${name}, with declared columns`, () => {
    dataStoreConformance(() => {
      const n = `${prefix}${++number}`;
      return postgresDataStore(handle(), {
        tables: {
          products: { name: `p${n}`, id: 'parent asin', columns: { title: 'TEXT', features: 'JSON' } },
          interactions: { name: `i${n}`, user: 'select', value: 'a"b', columns: { note: 'TEXT' } },
          events: { name: `e${n}` },
        },
      });
    });
  });

  it(`data store over ${name}: interactions whose row numbers are beyond 2^53 come once each`, async () => {
    const n = `${prefix}${++number}`;
    const { products, interactions } = await postgresDataStore(handle(), {
      tables: { products: { name: `p${n}` }, interactions: { name: `i${n}` }, events: { name: `e${n}` } },
    });
    await products.putMany([{ item: 'i' }]);
    await execute(
      `insert into i${n} (id, "user", item, value) select 9007199254740000 + k, 'u' || k, 'i', 1 from generate_series(1, 2500) as k`,
    );
    const users = Array.from({ length: 2500 }, (_, k) => `u${k + 1}`);
    const streamed: string[] = [];
    for await (const { user } of interactions.all()) streamed.push(user);
    const paged: string[] = [];
    for (let after: string | undefined, first = true; first || after; first = false) {
      const page = await interactions.page({ limit: 333, after });
      paged.push(...page.rows.map(({ user }) => user));
      after = page.next;
    }
    expect([streamed, paged]).toEqual([users, users]);
  });

  describe(`model store over ${name}`, () => {
    let table = '';
    const open = (options: { keep?: number } = {}): ModelStore => {
      table = `models${prefix}${++number}`;
      return postgresModelStore(handle(), { table, ...options });
    };
    modelStoreConformance(() => open(), {
      openKeeping: (keep) => open({ keep }),
      damage: async (_, __, version) =>
        execute(`update ${table} set bytes = set_byte(bytes, 77777, 9) where version = ${version}`) as Promise<never>,
    });
  });
}
