import type {
  InteractionSelection,
  InteractionStats,
  InteractionStore,
  PutResult,
  RowListOptions,
  StoredInteraction,
} from '../../contracts/data-store.ts';
import { AttuneError } from '../../errors.ts';
import { firstOrLast, readList, readPage, readPutInteractions, type SelectedRow, selectedRows } from '../shared/checks.ts';
import { olderThanStored, readAll, reject, unknownProduct } from '../shared/put.ts';
import { lookupKey, readInteraction } from '../shared/rows.ts';
import type { InteractionsTable, ProductsTable } from '../shared/tables.ts';
import { adding, pairKey } from './add-values.ts';
import type { SqlConnection, SqlValue, Use } from './connection.ts';
import { numbered, parameters, type SqlDialect } from './dialect.ts';
import { fillEmpty, type Storable } from './fill-empty.ts';
import { readInBlocks } from './interaction-blocks.ts';
import { type NumericIds, selectedId, sought, stored } from './numeric-ids.ts';
import {
  counted,
  endsSelect,
  ManyRows,
  type Placed,
  paged,
  placeParameter,
  putRows,
  type ReadRow,
  type RowWriter,
  streamed,
  tuples,
} from './rows.ts';
import { type Schema, selectedColumns } from './schema.ts';

type Stored = Placed & { user: string; item: string; value: number; timestamp: number | null } & Record<string, unknown>;

/** Loads of at least this size drop the indexes and rebuild them at the end, if that is less work than updating them. */
const bulkSize = 50_000;

type InteractionStatements = ReturnType<typeof interactionStatements>;

/** The table, its statements, and what was learnt when it was made. */
interface Tables extends Pick<Schema, 'indexes' | 'pairs' | 'numeric'> {
  interactions: InteractionsTable;
  sql: InteractionStatements;
}

/** Interactions in a table. */
export function sqlInteractions(
  dialect: SqlDialect,
  { interactions: table, sql, indexes, pairs, numeric }: Tables,
  use: Use,
): InteractionStore {
  const { columns } = table;
  const read = (row: Record<string, unknown>): SqlValue[] => {
    const { user, item, value, timestamp } = readInteraction(row);
    if (numeric.size > 0) checkIds(user, item, numeric);
    return valuesOf([user, item, value, timestamp], columns.encode(row));
  };
  const rowOf = (stored: Stored): StoredInteraction => {
    const row: StoredInteraction = { id: Number(stored.attune_place), user: stored.user, item: stored.item, value: Number(stored.value) };
    if (stored.timestamp !== null) row.timestamp = Number(stored.timestamp);
    columns.decode(stored, row);
    return row;
  };
  const list = async (statements: ListStatements, id: string | undefined, options: RowListOptions | undefined) => {
    const { newestFirst, limit } = readList(options);
    if (id === undefined) return [];
    const text = newestFirst ? statements.newest : statements.stable;
    const rows = await use((connection) =>
      limit === undefined ? connection.all<Stored>(text, id) : connection.all<Stored>(`${text}${statements.limit}`, id, limit),
    );
    return rows.map(rowOf);
  };

  return {
    async putMany(rows, options) {
      const o = readPutInteractions(options);
      const all = await readAll(rows, o, read);
      const writer = interactionWriter(sql, o);
      const rebuild = dialect.rebuildIndexes && all.length >= bulkSize;
      if (rebuild && pairs) {
        const drop = [pairs.name, ...indexes.keys()].map((name) => `drop index if exists ${dialect.quote(name)}`);
        const filling = {
          count: sql.count,
          insert: sql.insertAll,
          drop,
          make: [pairs.sql, ...indexes.values()],
          unchecked: dialect.unchecked,
        };
        const result = await fillEmpty({ ...filling, writerOf: () => interactionWriter(sql, o) }, use, all, o);
        if (result) return result;
      }
      return putRows(use, all, o, rebuild ? { ...writer, ...rebuilding(dialect, indexes, all.length, sql.count) } : writer);
    },
    all() {
      const { ends, chunk, block } = sql;
      const next = (connection: SqlConnection, after: SqlValue, count: number, wide: boolean) =>
        connection.all<Stored>(chunk(wide), after, count);
      const rows = streamed<Stored, StoredInteraction>(use, ends, next, rowOf);
      return block ? readInBlocks(rows, use, { ends, chunk, block }, rowOf) : rows;
    },
    ofUser: async (user, options) => list(sql.ofUser, sought(lookupKey(user, 'ofUser: user'), numeric.has('user')), options),
    ofItem: async (item, options) => list(sql.ofItem, sought(lookupKey(item, 'ofItem: item'), numeric.has('item')), options),
    async page(options) {
      const request = readPage(options);
      return use((connection) => paged(connection, sql.page, request, rowOf));
    },
    count: () => use((connection) => counted(connection, sql.count)),
    stats: () => use((connection) => statsOf(connection, sql.stats)),
    async delete(what: InteractionSelection) {
      const rows = selectedRows(what).filter((row) => canBe(row, numeric));
      const end = firstOrLast(what);
      if (end) {
        return use((connection) =>
          'first' in end ? connection.run(sql.deleteFirst, end.first) : connection.run(sql.deleteLast, end.last),
        );
      }
      return use((connection) =>
        connection.atomic(async () => {
          let gone = 0;
          for (const { by, values } of rows) gone += await connection.run(sql.delete[by], ...values);
          return gone;
        }),
      );
    },
  };
}

/** @throws ERR_BAD_ID for an id that a column of numbers would change; one of a product would be found as another there */
function checkIds(user: string, item: string, numeric: NumericIds): void {
  stored(user, numeric.has('user'), 'user');
  stored(item, numeric.has('item') || numeric.has('product'), 'item');
}

/** Whether rows can have the ids that are to be deleted. */
function canBe({ by, values }: SelectedRow, numeric: NumericIds): boolean {
  if (by === 'id') return true;
  const kinds = by === 'pair' ? (['user', 'item'] as const) : [by];
  return kinds.every((kind, k) => sought(values[k] as string, numeric.has(kind)) !== undefined);
}

async function statsOf(connection: SqlConnection, select: string): Promise<InteractionStats> {
  const stats = await connection.one<{ total: number; users: number; items: number; mean: number | null }>(select);
  const { total = 0, users = 0, items = 0, mean = null } = stats ?? {};
  return { total: Number(total), users: Number(users), items: Number(items), averageValue: mean === null ? Number.NaN : Number(mean) };
}

/** Drops the indexes before a load that is at least as large as the table, and rebuilds them after it. */
function rebuilding(
  dialect: SqlDialect,
  indexes: Map<string, string>,
  rows: number,
  count: string,
): Required<Pick<RowWriter, 'before' | 'after'>> {
  let dropped = false;
  return {
    async before(connection) {
      dropped = rows >= (await counted(connection, count));
      if (dropped) for (const name of indexes.keys()) await connection.run(`drop index if exists ${dialect.quote(name)}`);
    },
    async after(connection) {
      if (dropped) for (const make of indexes.values()) await connection.run(make);
    },
  };
}

/** Stores batches of interactions with different pairs. */
function interactionWriter(
  sql: InteractionStatements,
  { unknownProducts, onConflict }: { unknownProducts: 'reject' | 'stub'; onConflict: 'replace' | 'newest' | 'sum' },
): RowWriter & Storable {
  const known = new Set<SqlValue>();
  const valuesOf = (row: ReadRow) => row.values;

  /** Makes sure that the products exist. */
  const storable = async (connection: SqlConnection, rows: ReadRow[], result: PutResult): Promise<ReadRow[]> => {
    const unseen = rows.filter(({ values }) => !known.has(values[1]));
    if (unseen.length === 0) return rows;
    const items = new Set(unseen.map(({ values }) => values[1]));
    await sql.products.run(
      [...items],
      (item) => [item],
      async (text, values) => {
        for (const { item } of await connection.all<{ item: string }>(text, ...values)) known.add(item);
      },
    );
    const missing = [...items].filter((item) => !known.has(item));
    if (missing.length === 0) return rows;
    if (unknownProducts === 'stub') {
      await sql.stubs.run(
        missing,
        (item) => [item],
        async (text, values) => void (await connection.run(text, ...values)),
      );
      for (const item of missing) known.add(item);
      return rows;
    }
    return rows.filter(({ row, values }) => {
      if (!known.has(values[1])) reject(result, row, unknownProduct(values[1] as string));
      return known.has(values[1]);
    });
  };

  /** Replaces rows whose pairs exist; those that were inserted just now take the same values again. */
  const replace = async (connection: SqlConnection, rows: ReadRow[], result: PutResult): Promise<number> => {
    let stored = 0;
    const statements = onConflict === 'newest' ? sql.replaceOlder : sql.replace;
    await statements.run(rows, valuesOf, async (text, values, part) => {
      if (onConflict === 'replace') {
        stored += await connection.run(text, ...values);
        return;
      }
      const pairs = await connection.all<{ user: string; item: string }>(text, ...values);
      const taken = new Set(pairs.map(({ user, item }) => pairKey(user, item)));
      stored += taken.size;
      for (const { row, values } of part) if (!taken.has(pairKey(values[0], values[1]))) reject(result, row, olderThanStored());
    });
    return stored;
  };

  return {
    storable,
    storesAll(rows, from, to): rows is SqlValue[][] {
      for (let row = from; row < to; row++) {
        const values = rows[row];
        if (values instanceof AttuneError || !known.has(values[1])) return false;
      }
      return true;
    },
    batch: sql.insert.largest,
    keyOf: ([user, item]) => pairKey(user, item),
    async store(connection, rows, result) {
      const part = await storable(connection, rows, result);
      let inserted = 0;
      if (onConflict === 'sum') {
        await sql.add(connection, part, result);
        return;
      }
      await sql.insert.run(part, valuesOf, async (text, values) => {
        inserted += await connection.run(text, ...values);
      });
      result.inserted += inserted;
      if (inserted < part.length) result.updated += (await replace(connection, part, result)) - inserted;
    },
  };
}

interface ListStatements {
  stable: string;
  newest: string;
  /** Behind either of them. */
  limit: string;
}

/** The statements of {@link sqlInteractions}, made once for all transactions: there are long ones among them. */
export function interactionStatements(dialect: SqlDialect, table: InteractionsTable, products: ProductsTable, numeric: NumericIds) {
  const [name, id, user, item, value, timestamp] = [table.name, table.id, table.user, table.item, table.value, table.timestamp].map(
    dialect.quote,
  );
  const [product, productId] = [products.name, products.id].map(dialect.quote);
  const names = table.columns.names.map(dialect.quote);
  const all = [user, item, value, timestamp, ...names];
  const [shownUser, shownItem] = [selectedId(user, numeric.has('user')), selectedId(item, numeric.has('item'))];
  const selected = selectedBy(dialect, table, [shownUser, shownItem]);
  const text = (sql: string) => numbered(dialect, sql);
  const types = [...(['TEXT', 'TEXT', 'REAL', 'time'] as const), ...table.columns.types].map((type) => dialect.types[type]);
  /** By `update` and not by an upsert, which would use up a number for every row. `end` may speak of the old row and of the `new` one. */
  const replace = (end: string) =>
    new ManyRows(dialect, all.length, (size) => {
      const first = `(${types.map((type) => dialect.typed('?', type)).join(', ')})`;
      const values = size > 1 ? `${first}, ${tuples(all.length, size - 1)}` : first;
      const set = all.slice(2).map((column, k) => `${column} = "new".column${k + 3}`);
      return `update ${name} set ${set.join(', ')} from (values ${values}) as "new" where ${name}.${user} = "new".column1 and ${name}.${item} = "new".column2${end}`;
    });
  const newer = `("new".column4 is null or ${name}.${timestamp} is null or ${name}.${timestamp} <= "new".column4)`;
  const listBy = (column: string): ListStatements => ({
    stable: text(`select ${selected(true)} from ${name} where ${column} = ? order by ${id}`),
    newest: text(`select ${selected(true)} from ${name} where ${column} = ? order by ${timestamp} desc nulls last, ${id} desc`),
    limit: ` limit ${dialect.placeholder(2)}`,
  });
  const given = placeParameter(dialect);
  const [chunk, wideChunk] = [false, true].map((wide) =>
    text(`select ${selected(wide)} from ${name} where ${id} > ${given} order by ${id} limit ?`),
  );
  return {
    add: adding(dialect, { name, user, item, value, timestamp, names, types, pair: [shownUser, shownItem] }),
    insert: new ManyRows(
      dialect,
      all.length,
      (size) =>
        `insert into ${name} (${all.join(', ')}) values ${tuples(all.length, size)} ${dialect.upsert({ key: [user, item], set: [] })}`,
    ),
    insertAll: new ManyRows(dialect, all.length, (size) => `insert into ${name} (${all.join(', ')}) values ${tuples(all.length, size)}`),
    replace: replace(''),
    replaceOlder: replace(
      ` and ${newer} returning ${selectedId(`${name}.${user}`, numeric.has('user'))} as "user", ${selectedId(`${name}.${item}`, numeric.has('item'))} as "item"`,
    ),
    products: new ManyRows(
      dialect,
      1,
      (size) =>
        `select ${selectedId(productId, numeric.has('product'))} as "item" from ${product} where ${productId} in (${parameters(size)})`,
    ),
    stubs: new ManyRows(
      dialect,
      1,
      (size) => `insert into ${product} (${productId}) values ${tuples(1, size)} ${dialect.upsert({ key: [productId], set: [] })}`,
    ),
    chunk: (wide: boolean) => (wide ? wideChunk : chunk),
    block:
      dialect.blockOf &&
      text(
        dialect.blockOf(
          `select ${id} as p, ${shownUser} as u, ${shownItem} as i, ${value} as v, ${timestamp} as t from ${name} where ${id} > ? and ${id} <= ? order by ${id} limit ?`,
        ),
      ),
    page: text(`select ${selected(true)} from ${name} where ${id} > ${given} order by ${id} limit ? offset ?`),
    ofUser: listBy(user),
    ofItem: listBy(item),
    ends: endsSelect(name, id),
    count: `select count(*) as n from ${name}`,
    stats: statsSelect(name, user, item, value),
    delete: {
      pair: text(`delete from ${name} where ${user} = ? and ${item} = ?`),
      user: text(`delete from ${name} where ${user} = ?`),
      item: text(`delete from ${name} where ${item} = ?`),
      id: text(`delete from ${name} where ${id} = ?`),
    },
    deleteFirst: text(`delete from ${name} where ${id} in (select ${id} from ${name} order by ${id} limit ?)`),
    deleteLast: text(`delete from ${name} where ${id} in (select ${id} from ${name} order by ${id} desc limit ?)`),
  };
}

/** The columns of a row, further ones included. @param shown how user and item are selected @returns by whether places are texts, because some may be beyond 2^53 */
function selectedBy(dialect: SqlDialect, table: InteractionsTable, shown: readonly [string, string]): (wide: boolean) => string {
  const [id, value, timestamp] = [table.id, table.value, table.timestamp].map(dialect.quote);
  const columns = [
    `${shown[0]} as "user"`,
    `${shown[1]} as "item"`,
    `${value} as "value"`,
    `${timestamp} as "timestamp"`,
    ...selectedColumns(dialect, table.columns),
  ].join(', ');
  return (wide) => `${selectedId(id, wide)} as "attune_place", ${columns}`;
}

/** All values of a row: in one array where there is one further column, the usual case; one that grows by push takes five times the memory. */
function valuesOf(own: [SqlValue, SqlValue, SqlValue, SqlValue], further: SqlValue[]): SqlValue[] {
  return further.length === 1 ? [own[0], own[1], own[2], own[3], further[0]] : (own as SqlValue[]).concat(further);
}

/** Distinct by a scan of an index in its order; count(distinct ...) would sort two million texts. */
function statsSelect(name: string, user: string, item: string, value: string): string {
  return (
    `select (select count(*) from ${name}) as total, (select count(*) from (select distinct ${user} from ${name}) as u) as users, ` +
    `(select count(*) from (select distinct ${item} from ${name}) as i) as items, (select avg(${value}) from ${name}) as mean`
  );
}
