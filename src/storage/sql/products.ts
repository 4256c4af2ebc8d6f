import type { ProductRow, ProductStore } from '../../contracts/data-store.ts';
import { checkIterable } from '../../options.ts';
import { firstOrLast, lookupKeys, readPage, readPut } from '../shared/checks.ts';
import { readAll } from '../shared/put.ts';
import { lookupKey, readKey } from '../shared/rows.ts';
import type { ProductsTable } from '../shared/tables.ts';
import type { SqlConnection, SqlValue, Use } from './connection.ts';
import { numbered, parameters, type SqlDialect } from './dialect.ts';
import { type NumericIds, selectedId, sought, stored } from './numeric-ids.ts';
import { counted, endsSelect, ManyRows, type Placed, paged, placeParameter, putRows, streamed, tuples } from './rows.ts';
import { placeOf, selectedColumns } from './schema.ts';

type Stored = Placed & { item: string } & Record<string, unknown>;

/** Products in a table. */
export function sqlProducts(table: ProductsTable, sql: ReturnType<typeof productStatements>, numeric: NumericIds, use: Use): ProductStore {
  const { columns } = table;
  const isNumeric = numeric.has('product');
  const idOf = ({ item }: Record<string, unknown>): SqlValue => stored(readKey(item, 'item'), isNumeric, 'item');
  const read = (row: Record<string, unknown>): SqlValue[] => [idOf(row)].concat(columns.encode(row));
  const keyOf = (id: unknown, what: string) => sought(lookupKey(id, what), isNumeric);
  const rowOf = (found: Stored): ProductRow => {
    const row: ProductRow = { item: found.item };
    columns.decode(found, row);
    return row;
  };
  const getAll = async (connection: SqlConnection, ids: (string | undefined)[]) => {
    const found = new Map<string, Stored>();
    await sql.get.run(
      [...new Set(ids)].filter((id) => id !== undefined),
      (id) => [id],
      async (text, values) => {
        for (const row of await connection.all<Stored>(text, ...values)) found.set(row.item, row);
      },
    );
    const rows = ids.map((id) => (id === undefined ? undefined : found.get(id)));
    return rows.map((row) => row && rowOf(row)); // a fresh object each time
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
    get: (id) => use(async (connection) => (await getAll(connection, [keyOf(id, 'products: id')]))[0]),
    async getMany(ids) {
      const wanted = Array.from(checkIterable('products.getMany', 'ids', ids), (id) => keyOf(id, 'products: id'));
      return use((connection) => getAll(connection, wanted));
    },
    all: () => streamed<Stored, ProductRow>(use, sql.ends, (connection, after, count) => connection.all(sql.chunk, after, count), rowOf),
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
      const ids = idsToDelete(what as Iterable<unknown>, isNumeric);
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

function idsToDelete(ids: Iterable<unknown>, isNumeric: boolean): string[] {
  const texts = lookupKeys(checkIterable('products.delete', 'ids', ids), 'products.delete: id');
  return texts.filter((id) => sought(id, isNumeric) !== undefined);
}

/** The statements of {@link sqlProducts}, made once for all transactions. */
export function productStatements(dialect: SqlDialect, table: ProductsTable, numeric: NumericIds) {
  const name = dialect.quote(table.name);
  const id = dialect.quote(table.id);
  const place = placeOf(dialect);
  const names = table.columns.names.map(dialect.quote);
  const all = [id, ...names];
  const selected = [
    `${selectedId(place, numeric.has('product'))} as "attune_place"`,
    `${selectedId(id, numeric.has('product'))} as "item"`,
    ...selectedColumns(dialect, table.columns),
  ].join(', ');
  const insert = (set: string[]) =>
    new ManyRows(
      dialect,
      all.length,
      (size) => `insert into ${name} (${all.join(', ')}) values ${tuples(all.length, size)} ${dialect.upsert({ key: [id], set })}`,
    );
  const text = (sql: string) => numbered(dialect, sql);
  const given = placeParameter(dialect);
  return {
    insert: insert([]),
    replace: insert(names.length > 0 ? names : [id]),
    get: new ManyRows(dialect, 1, (size) => `select ${selected} from ${name} where ${id} in (${parameters(size)})`),
    delete: new ManyRows(dialect, 1, (size) => `delete from ${name} where ${id} in (${parameters(size)})`),
    page: text(`select ${selected} from ${name} where ${place} > ${given} order by ${place} limit ? offset ?`),
    chunk: text(`select ${selected} from ${name} where ${place} > ${given} order by ${place} limit ?`),
    ends: endsSelect(name, place),
    count: `select count(*) as n from ${name}`,
    deleteFirst: text(`delete from ${name} where ${place} in (select ${place} from ${name} order by ${place} limit ?)`),
    deleteLast: text(`delete from ${name} where ${place} in (select ${place} from ${name} order by ${place} desc limit ?)`),
  };
}
