import { AttuneError, shown } from '../../errors.ts';
import { type Check, choice, optional, readOptions, text } from '../../options.ts';
import { interactionNames, keepable, productNames } from '../shared/rows.ts';
import { type ColumnCodec, columnCodec, type SqliteColumnType } from './columns.ts';

/** How the tables are called, and which columns they have. Everything is optional. */
export interface SqliteTables {
  /** The table of products. */
  products?: {
    /** Default `'products'`. */
    name?: string;
    /** Column of the id, the primary key. Default `'item'`. */
    id?: string;
    /** Further columns, in order. Default: one JSON column `attributes` that takes whatever a row carries. */
    columns?: Record<string, SqliteColumnType>;
  };
  /** The table of interactions. */
  interactions?: {
    /** Default `'interactions'`. */
    name?: string;
    /** Column of the number of the row, an `INTEGER PRIMARY KEY AUTOINCREMENT`. Default `'id'`. */
    id?: string;
    /** Column of the user id. Default `'user'`. */
    user?: string;
    /** Column of the item id, a foreign key. Default `'item'`. */
    item?: string;
    /** Column of the value. Default `'value'`. */
    value?: string;
    /** Column of the time in milliseconds. Default `'timestamp'`. */
    timestamp?: string;
    /** Further columns, in order. Default: one JSON column `attributes`. */
    columns?: Record<string, SqliteColumnType>;
    /**
     * Names of the indexes, or false for none. Default, with a value column `rating`: `idx_user_rating`, `idx_item_rating` and
     * `idx_rating_value`.
     */
    indexes?: {
      /** Over the user column. */
      user?: string | false;
      /** Over the item column. */
      item?: string | false;
      /** Over the value column. */
      value?: string | false;
    };
  };
  /** The table of events. */
  events?: {
    /** Default `'events'`. */
    name?: string;
  };
}

/** The products table, as it will be used. */
export interface ProductsTable {
  name: string;
  id: string;
  columns: ColumnCodec;
}

/** The interactions table, as it will be used. */
export interface InteractionsTable {
  name: string;
  id: string;
  user: string;
  item: string;
  value: string;
  timestamp: string;
  columns: ColumnCodec;
  indexes: { column: string; name: string; given: boolean }[];
}

/** Checks the names and fills in the defaults. @throws ERR_BAD_OPTION */
export function readTables(tables: SqliteTables | undefined) {
  const owner = 'sqliteDataStore: tables';
  const given = readOptions(owner, tables, { products: group, interactions: group, events: group });
  const p = readOptions(`${owner}.products`, given.products, {
    name: tableName('products'),
    id: columnName('item'),
    columns: columnTypes,
  });
  const i = readOptions(`${owner}.interactions`, given.interactions, {
    name: tableName('interactions'),
    id: columnName('id'),
    user: columnName('user'),
    item: columnName('item'),
    value: columnName('value'),
    timestamp: columnName('timestamp'),
    columns: columnTypes,
    indexes: group,
  });
  const e = readOptions(`${owner}.events`, given.events, { name: tableName('events') });
  const index = readOptions(`${owner}.interactions.indexes`, i.indexes, { user: indexName, item: indexName, value: indexName });

  distinct('tables', [p.name, i.name, e.name]);
  const products: ProductsTable = { name: p.name, id: p.id, columns: codec(p.columns, productNames, p.name, [p.id]) };
  const own = [i.id, i.user, i.item, i.value, i.timestamp];
  const interactions: InteractionsTable = {
    ...i,
    columns: codec(i.columns, interactionNames, i.name, own),
    indexes: [
      { column: i.user, name: index.user ?? `idx_user_${i.value}`, given: index.user !== undefined },
      { column: i.item, name: index.item ?? `idx_item_${i.value}`, given: index.item !== undefined },
      { column: i.value, name: index.value ?? `idx_${i.value}_value`, given: index.value !== undefined },
    ].filter((entry): entry is { column: string; name: string; given: boolean } => entry.name !== false),
  };
  distinct(
    'indexes',
    interactions.indexes.map((entry) => entry.name),
  );
  return { products, interactions, events: e.name };
}

/** A name SQLite can have, whatever is in it; names it keeps for itself are refused. */
const identifier: Check<string> = (value, name) => {
  const read = text()(value, name);
  if (read.length <= 200 && keepable(read)) return read;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a name of up to 200 letters, got ${shown(value)}.`);
};

/** The check of a table's name. */
export const tableName =
  (fallback: string): Check<string> =>
  (value, name) => {
    const read = identifier(value ?? fallback, name);
    if (!/^sqlite_/i.test(read)) return read;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must not start with 'sqlite_', which SQLite keeps for itself, got ${shown(value)}.`);
  };

const columnName =
  (fallback: string): Check<string> =>
  (value, name) => {
    const read = identifier(value ?? fallback, name);
    if (!/^(?:rowid|oid|_rowid_|__proto__)$/i.test(read)) return read;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must not be a name that has a meaning of its own, got ${shown(value)}.`);
  };

const indexName: Check<string | false | undefined> = (value, name) => (value === false ? false : optional(tableName(''))(value, name));

/** Read by a `readOptions` of its own. */
const group: Check<Record<string, unknown> | undefined> = (value) => value as Record<string, unknown> | undefined;

const columnTypes: Check<Record<string, SqliteColumnType> | undefined> = (value, name) => {
  if (value === undefined) return undefined;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be an object of names and types, got ${shown(value)}.`);
  }
  const type = choice(['TEXT', 'REAL', 'INTEGER', 'JSON'] as const);
  return Object.fromEntries(
    Object.entries(value).map(([column, given]) => [columnName('')(column, `${name}: a column`), type(given, `${name}: '${column}'`)]),
  );
};

function codec(
  columns: Record<string, SqliteColumnType> | undefined,
  names: ReadonlySet<string>,
  table: string,
  own: string[],
): ColumnCodec {
  for (const name of Object.keys(columns ?? {})) {
    if (!names.has(name)) continue;
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `sqliteDataStore: a further column of '${table}' cannot be called '${name}', which rows use already.`,
    );
  }
  const result = columnCodec(columns, names, table);
  distinct(`columns of '${table}'`, [...own, ...result.names]);
  return result;
}

/** SQLite does not tell names apart by case. */
function distinct(what: string, names: string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) {
      throw new AttuneError('ERR_BAD_OPTION', `sqliteDataStore: expected different names for the ${what}, got '${name}' twice.`);
    }
    seen.add(name.toLowerCase());
  }
}
