import type { InteractionSelection, InteractionStore, RowListOptions, StoredInteraction } from '../../contracts/data-store.ts';
import { firstOrLast, iterable, nothingToDelete, readList, readPage, readPutInteractions } from '../shared/checks.ts';
import { olderThanStored, readAll, unknownProduct } from '../shared/put.ts';
import { readInteraction } from '../shared/rows.ts';
import { plain } from './columns.ts';
import { type Connection, quoted, type Statement } from './connection.ts';
import type { SqlValue } from './handle.ts';
import { firstPlace, type Hold, paged, putRows, type Run, streamed } from './rows.ts';
import type { InteractionsTable, ProductsTable } from './tables.ts';

type Stored = { place: number; user: string; item: string; value: number; timestamp: number | null } & Record<string, unknown>;

/** Loads of this size drop the indexes and make them again at the end, when that is less work than keeping them up to date. */
const bulkSize = 50_000;

/** Interactions in a table. `indexes` is the SQL that makes each index, by its name. */
export function sqliteInteractions(
  connection: Connection,
  table: InteractionsTable,
  products: ProductsTable,
  indexes: Map<string, string>,
  run: Run,
  hold: Hold,
): InteractionStore {
  const { columns } = table;
  const sql = statements(connection, table, products);

  const read = (row: Record<string, unknown>): SqlValue[] => {
    const { user, item, value, timestamp } = readInteraction(row);
    return [user, item, value, timestamp, ...columns.encode(row)];
  };
  const rowOf = (stored: Stored): StoredInteraction => {
    const row: StoredInteraction = { id: Number(stored.place), user: stored.user, item: stored.item, value: Number(stored.value) };
    if (stored.timestamp !== null) row.timestamp = Number(stored.timestamp);
    columns.decode(stored, row);
    return row;
  };
  const total = () => Number(sql.count.one<{ n: number }>()?.n);
  const list = async (statements: { stable: Statement; newest: Statement }, id: string, options: RowListOptions | undefined) => {
    const { newestFirst, limit } = readList(options);
    if (typeof id !== 'string') return [];
    return run(() => (newestFirst ? statements.newest : statements.stable).all<Stored>(id, sqlLimit(limit)).map(rowOf));
  };

  return {
    async putMany(rows, options) {
      const o = readPutInteractions(options);
      const all = await readAll(rows, o, read);
      const known = new Set<SqlValue>();
      const update = o.onConflict === 'newest' ? sql.updateNewer : sql.update;
      let dropped = false;
      return putRows(
        hold,
        connection,
        all,
        o,
        (values) => {
          const [user, item, value, timestamp, ...further] = values;
          if (!known.has(item)) {
            if (!sql.product.one(item)) {
              if (o.unknownProducts === 'reject') return unknownProduct(item as string);
              sql.stub.run(item);
            }
            known.add(item);
          }
          if (sql.insert.run(...values) > 0) return 'inserted';
          const bound = [value, timestamp, ...further, user, item];
          if (o.onConflict === 'newest') bound.push(timestamp, timestamp);
          return update.run(...bound) > 0 ? 'updated' : olderThanStored();
        },
        {
          before() {
            dropped = all.length >= bulkSize && all.length >= total();
            if (dropped) for (const name of indexes.keys()) connection.exec(`drop index if exists ${quoted(name)}`);
          },
          after() {
            if (dropped) for (const make of indexes.values()) connection.exec(make);
          },
        },
      );
    },
    all: () =>
      streamed<Stored, StoredInteraction>(
        run,
        () => Number(sql.last.one<{ n: number }>()?.n ?? firstPlace),
        (after, last, count) => sql.chunk.all(after, last, count),
        rowOf,
      ),
    ofUser: (user, options) => list(sql.ofUser, user, options),
    ofItem: (item, options) => list(sql.ofItem, item, options),
    async page(options) {
      const request = readPage(options);
      return run(() => paged(sql.page, request, rowOf));
    },
    count: () => run(total),
    stats: () =>
      run(() => {
        const stats = sql.stats.one<{ total: number; users: number; items: number; mean: number | null }>();
        const { total = 0, users = 0, items = 0, mean } = stats ?? {};
        return {
          total: Number(total),
          users: Number(users),
          items: Number(items),
          averageValue: mean === null ? Number.NaN : (plain(mean) as number),
        };
      }),
    async delete(what) {
      const rows = selection(what);
      const end = firstOrLast(what);
      if (end) return run(() => ('first' in end ? sql.deleteFirst.run(end.first) : sql.deleteLast.run(end.last)));
      return run(() => connection.atomic(() => rows.reduce((gone, { by, values }) => gone + sql.delete[by].run(...values), 0)));
    },
  };
}

/** Every statement, compiled once. */
function statements(connection: Connection, table: InteractionsTable, products: ProductsTable) {
  const [name, id, user, item, value, timestamp] = [table.name, table.id, table.user, table.item, table.value, table.timestamp].map(quoted);
  const names = table.columns.names.map(quoted);
  const all = [user, item, value, timestamp, ...names];
  const selected = [
    `${id} as "place"`,
    `${user} as "user"`,
    `${item} as "item"`,
    `${value} as "value"`,
    `${timestamp} as "timestamp"`,
    ...names,
  ].join(', ');
  const set = [value, timestamp, ...names].map((column) => `${column} = ?`).join(', ');
  const prepare = (text: string) => connection.prepare(text);
  const listBy = (column: string) => ({
    stable: prepare(`select ${selected} from ${name} where ${column} = ? order by ${id} limit ?`),
    newest: prepare(`select ${selected} from ${name} where ${column} = ? order by ${timestamp} desc nulls last, ${id} desc limit ?`),
  });
  return {
    insert: prepare(`insert into ${name} (${all}) values (${all.map(() => '?')}) on conflict (${user}, ${item}) do nothing`),
    update: prepare(`update ${name} set ${set} where ${user} = ? and ${item} = ?`),
    updateNewer: prepare(
      `update ${name} set ${set} where ${user} = ? and ${item} = ? and (? is null or ${timestamp} is null or ${timestamp} <= ?)`,
    ),
    product: prepare(`select 1 as n from ${quoted(products.name)} where ${quoted(products.id)} = ?`),
    stub: prepare(`insert into ${quoted(products.name)} (${quoted(products.id)}) values (?)`),
    chunk: prepare(`select ${selected} from ${name} where ${id} > ? and ${id} <= ? order by ${id} limit ?`),
    page: prepare(`select ${selected} from ${name} where ${id} > ? order by ${id} limit ? offset ?`),
    ofUser: listBy(user),
    ofItem: listBy(item),
    last: prepare(`select max(${id}) as n from ${name}`),
    count: prepare(`select count(*) as n from ${name}`),
    // Distinct by a scan of an index in its order; count(distinct ...) would sort two million texts.
    stats: prepare(
      `select (select count(*) from ${name}) as total, (select count(*) from (select distinct ${user} from ${name})) as users, ` +
        `(select count(*) from (select distinct ${item} from ${name})) as items, (select avg(${value}) from ${name}) as mean`,
    ),
    delete: {
      pair: prepare(`delete from ${name} where ${user} = ? and ${item} = ?`),
      user: prepare(`delete from ${name} where ${user} = ?`),
      item: prepare(`delete from ${name} where ${item} = ?`),
      id: prepare(`delete from ${name} where ${id} = ?`),
    },
    deleteFirst: prepare(`delete from ${name} where ${id} in (select ${id} from ${name} order by ${id} limit ?)`),
    deleteLast: prepare(`delete from ${name} where ${id} in (select ${id} from ${name} order by ${id} desc limit ?)`),
  };
}

/** What shall go, read before anything goes; ids that cannot be are left out. */
function selection(what: InteractionSelection): { by: 'pair' | 'user' | 'item' | 'id'; values: SqlValue[] }[] {
  if (firstOrLast(what)) return [];
  const texts = (values: Iterable<string>, name: string) => [...iterable(values, name)].filter((value) => typeof value === 'string');
  if (what !== null && typeof what === 'object') {
    if ('users' in what) return texts(what.users, 'users').map((user) => ({ by: 'user', values: [user] }));
    if ('items' in what) return texts(what.items, 'items').map((item) => ({ by: 'item', values: [item] }));
    if ('ids' in what) return [...iterable(what.ids, 'ids')].filter(Number.isSafeInteger).map((id) => ({ by: 'id', values: [id] }));
    if ('pairs' in what) {
      return [...iterable(what.pairs, 'pairs')]
        .filter((pair) => typeof pair?.user === 'string' && typeof pair.item === 'string')
        .map(({ user, item }) => ({ by: 'pair', values: [user, item] }));
    }
  }
  throw nothingToDelete(what, '{ pairs }, { users }, { items }, { ids }, { first } or { last }');
}

/** No limit is -1 in SQLite. */
export function sqlLimit(limit: number): number {
  return limit > 0x7fffffff ? -1 : limit;
}
