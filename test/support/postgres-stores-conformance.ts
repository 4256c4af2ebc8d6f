import type { ModelStore } from 'attune';
import { type PostgresHandle, postgresDataStore, postgresModelStore } from 'attune/postgres';
import { describe } from 'vitest';
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
