import type { ProductRow, ProductStore } from '../../contracts/data-store.ts';
import { firstOrLast, iterable, readPage, readPut } from '../shared/checks.ts';
import { readAll } from '../shared/put.ts';
import { readId } from '../shared/rows.ts';
import { type Connection, quoted } from './connection.ts';
import type { SqlValue } from './handle.ts';
import { firstPlace, type Hold, paged, putRows, type Run, streamed } from './rows.ts';
import type { ProductsTable } from './tables.ts';

type Stored = { place: number; item: string } & Record<string, unknown>;

/** Products in a table. */
export function sqliteProducts(connection: Connection, table: ProductsTable, run: Run, hold: Hold): ProductStore {
  const { columns } = table;
  const name = quoted(table.name);
  const id = quoted(table.id);
  const names = columns.names.map(quoted);
  const selected = [`rowid as "place"`, `${id} as "item"`, ...names].join(', ');
  const sql = {
    insert: connection.prepare(
      `insert into ${name} (${[id, ...names]}) values (${['?', ...names.map(() => '?')]}) on conflict (${id}) do nothing`,
    ),
    update: connection.prepare(`update ${name} set ${names.length ? names.map((n) => `${n} = ?`) : `${id} = ${id}`} where ${id} = ?`),
    get: connection.prepare(`select ${selected} from ${name} where ${id} = ?`),
    page: connection.prepare(`select ${selected} from ${name} where rowid > ? order by rowid limit ? offset ?`),
    chunk: connection.prepare(`select ${selected} from ${name} where rowid > ? and rowid <= ? order by rowid limit ?`),
    last: connection.prepare(`select max(rowid) as n from ${name}`),
    count: connection.prepare(`select count(*) as n from ${name}`),
    delete: connection.prepare(`delete from ${name} where ${id} = ?`),
    deleteFirst: connection.prepare(`delete from ${name} where rowid in (select rowid from ${name} order by rowid limit ?)`),
    deleteLast: connection.prepare(`delete from ${name} where rowid in (select rowid from ${name} order by rowid desc limit ?)`),
  };

  const read = (row: Record<string, unknown>): SqlValue[] => [readId(row.item, 'item'), ...columns.encode(row)];
  const rowOf = (stored: Stored): ProductRow => {
    const row: ProductRow = { item: stored.item };
    columns.decode(stored, row);
    return row;
  };
  const get = (item: unknown): ProductRow | undefined => {
    const stored = typeof item === 'string' ? sql.get.one<Stored>(item) : undefined;
    return stored && rowOf(stored);
  };

  return {
    async putMany(rows, options) {
      const o = readPut(options);
      const all = await readAll(rows, o, read);
      return putRows(hold, connection, all, o, (values) => {
        if (sql.insert.run(...values) > 0) return 'inserted';
        sql.update.run(...values.slice(1), values[0]);
        return 'updated';
      });
    },
    get: (item) => run(() => get(item)),
    async getMany(ids) {
      const wanted = [...iterable(ids, 'ids')];
      return run(() => wanted.map(get));
    },
    all: () =>
      streamed<Stored, ProductRow>(
        run,
        () => Number(sql.last.one<{ n: number }>()?.n ?? firstPlace),
        (after, last, count) => sql.chunk.all(after, last, count),
        rowOf,
      ),
    async page(options) {
      const request = readPage(options);
      return run(() => paged(sql.page, request, rowOf));
    },
    count: () => run(() => Number(sql.count.one<{ n: number }>()?.n)),
    async delete(what) {
      const end = firstOrLast(what);
      if (end) return run(() => ('first' in end ? sql.deleteFirst.run(end.first) : sql.deleteLast.run(end.last)));
      const ids = [...iterable(what as Iterable<string>, 'ids')].filter((item) => typeof item === 'string');
      return run(() => connection.atomic(() => ids.reduce((gone, item) => gone + sql.delete.run(item), 0)));
    },
  };
}
