import type { ProductRow, ProductStore } from '../../contracts/data-store.ts';
import { checkIterable } from '../../options.ts';
import { firstOrLast, lookupKeys, readPage, readPut } from '../shared/checks.ts';
import { readAll } from '../shared/put.ts';
import { lookupKey, readKey } from '../shared/rows.ts';
import type { ProductsTable } from '../shared/tables.ts';
import type { SqlConnection, SqlValue, Use } from './connection.ts';
import { numbered, parameters, type SqlDialect } from './dialect.ts';
import { counted, ManyRows, type Placed, paged, putRows, streamed, tuples } from './rows.ts';
import { placeOf, selectedColumns } from './schema.ts';

type Stored = Placed & { item: string } & Record<string, unknown>;

/** Products in a table. */
export function sqlProducts(table: ProductsTable, sql: ReturnType<typeof productStatements>, use: Use): ProductStore {
  const { columns } = table;
  const read = (row: Record<string, unknown>): SqlValue[] => ([readKey(row.item, 'item')] as SqlValue[]).concat(columns.encode(row));
  const rowOf = (stored: Stored): ProductRow => {
    const row: ProductRow = { item: stored.item };
    columns.decode(stored, row);
    return row;
  };
  const getAll = async (connection: SqlConnection, ids: (string | undefined)[]) => {
    const found = new Map<string, Stored>();
    await sql.get.run(
      [...new Set(ids)].filter((id) => id !== undefined),
      (id) => [id],
      async (text, values) => {
        for (const stored of await connection.all<Stored>(text, ...values)) found.set(stored.item, stored);
      },
    );
    return ids.map((id) => {
      const stored = id === undefined ? undefined : found.get(id);
      return stored && rowOf(stored); // a fresh object each time
    });
  };

  return {
    async putMany(rows, options) {
      const o = readPut(options);
      const all = await readAll(rows, o, read);
      return putRows(use, all, o, {
        batch: sql.insert.largest,
        keyOf: ([item]) => item as string,
        store: async (connection, batch, result) => {
          const valuesOf = (row: (typeof batch)[number]) => row.values;
          let inserted = 0;
          await sql.insert.run(batch, valuesOf, async (text, values) => {
            inserted += await connection.run(text, ...values);
          });
          result.inserted += inserted;
          result.updated += batch.length - inserted;
          if (inserted < batch.length)
            await sql.replace.run(batch, valuesOf, async (text, values) => void (await connection.run(text, ...values)));
        },
      });
    },
    get: (id) => use(async (connection) => (await getAll(connection, [lookupKey(id, 'products: id')]))[0]),
    async getMany(ids) {
      const wanted = Array.from(checkIterable('products.getMany', 'ids', ids), (id) => lookupKey(id, 'products: id'));
      return use((connection) => getAll(connection, wanted));
    },
    all: () => streamed<Stored, ProductRow>(use, sql.last, (connection, after, count) => connection.all(sql.chunk, after, count), rowOf),
    async page(options) {
      const request = readPage(options);
      return use((connection) => paged(connection, sql.page, request, rowOf));
    },
    count: () => use((connection) => counted(connection, sql.count)),
    async delete(what) {
      const end = firstOrLast(what);
      if (end) {
        return use((connection) =>
          'first' in end ? connection.run(sql.deleteFirst, end.first) : connection.run(sql.deleteLast, end.last),
        );
      }
      const ids = lookupKeys(checkIterable('products.delete', 'ids', what as Iterable<unknown>), 'products.delete: id');
      return use((connection) =>
        connection.atomic(async () => {
          let gone = 0;
          await sql.delete.run(
            ids,
            (id) => [id],
            async (text, values) => {
              gone += await connection.run(text, ...values);
            },
          );
          return gone;
        }),
      );
    },
  };
}

/** The statements of {@link sqlProducts}, made once for all transactions. */
export function productStatements(dialect: SqlDialect, table: ProductsTable) {
  const name = dialect.quote(table.name);
  const id = dialect.quote(table.id);
  const place = placeOf(dialect);
  const names = table.columns.names.map(dialect.quote);
  const all = [id, ...names];
  const selected = [`${place} as "attune_place"`, `${id} as "item"`, ...selectedColumns(dialect, table.columns)].join(', ');
  const insert = (set: string[]) =>
    new ManyRows(
      dialect,
      all.length,
      (size) => `insert into ${name} (${all.join(', ')}) values ${tuples(all.length, size)} ${dialect.upsert({ key: [id], set })}`,
    );
  const text = (sql: string) => numbered(dialect, sql);
  return {
    insert: insert([]),
    replace: insert(names.length > 0 ? names : [id]),
    get: new ManyRows(dialect, 1, (size) => `select ${selected} from ${name} where ${id} in (${parameters(size)})`),
    delete: new ManyRows(dialect, 1, (size) => `delete from ${name} where ${id} in (${parameters(size)})`),
    page: text(`select ${selected} from ${name} where ${place} > ? order by ${place} limit ? offset ?`),
    chunk: text(`select ${selected} from ${name} where ${place} > ? order by ${place} limit ?`),
    last: `select max(${place}) as n from ${name}`,
    count: `select count(*) as n from ${name}`,
    deleteFirst: text(`delete from ${name} where ${place} in (select ${place} from ${name} order by ${place} limit ?)`),
    deleteLast: text(`delete from ${name} where ${place} in (select ${place} from ${name} order by ${place} desc limit ?)`),
  };
}
