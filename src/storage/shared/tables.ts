import type { ColumnType, ColumnTypes } from '../../contracts/data-store.ts';
import { AttuneError, shown } from '../../errors.ts';
import { type Check, choice, optional, readOptions, text } from '../../options.ts';
import { type ColumnCodec, columnCodec } from './columns.ts';
import { interactionNames, keepable, productNames } from './rows.ts';

/** Names of the tables, and which columns they have. Everything is optional. */
export interface DataTables {
  /** The table of products. */
  products?:
    | {
        /** Default `'products'`. */
        name?: string | undefined;
        /** Column of the id, the primary key. Default `'item'`. */
        id?: string | undefined;
        /** Further columns, in order. Default: one JSON column `attributes` that takes whatever a row carries. */
        columns?: ColumnTypes | undefined;
      }
    | undefined;
  /** The table of interactions. */
  interactions?:
    | {
        /** Default `'interactions'`. */
        name?: string | undefined;
        /** Column of the number of the row, a primary key that counts up. Default `'id'`. */
        id?: string | undefined;
        /** Column of the user id. Default `'user'`. */
        user?: string | undefined;
        /** Column of the item id, a foreign key. Default `'item'`. */
        item?: string | undefined;
        /** Column of the value. Default `'value'`. */
        value?: string | undefined;
        /** Column of the time in milliseconds. Default `'timestamp'`. */
        timestamp?: string | undefined;
        /** Further columns, in order. Default: one JSON column `attributes`. */
        columns?: ColumnTypes | undefined;
        /**
         * Names of the indexes, or false for none. Default, with a value column `rating`: `idx_user_rating`, `idx_item_rating` and
         * `idx_rating_value`.
         */
        indexes?:
          | {
              /** Over the user column. */
              user?: string | false | undefined;
              /** Over the item column. */
              item?: string | false | undefined;
              /** Over the value column. */
              value?: string | false | undefined;
            }
          | undefined;
      }
    | undefined;
  /** The table of events. */
  events?:
    | {
        /** Default `'events'`. */
        name?: string | undefined;
      }
    | undefined;
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

/** Names reserved by a database. */
export interface ReservedNames {
  tables?: RegExp;
  columns?: RegExp;
}

/** Checks the names and fills in the defaults. @throws ERR_BAD_OPTION */
export function readTables(tables: DataTables | undefined, store: string, reserved: ReservedNames = {}) {
  const owner = `${store}: tables`;
  const tableName = (fallback: string) => nameOption(fallback, reserved.tables);
  const columnName = (fallback: string) => nameOption(fallback, reserved.columns);
  const columnTypes = columnTypesOption(columnName(''));
  const indexName: Check<string | false | undefined> = (value, name) => (value === false ? false : optional(tableName(''))(value, name));
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

  distinct(store, 'tables', [p.name, i.name, e.name]);
  const products: ProductsTable = { name: p.name, id: p.id, columns: codec(store, p.columns, productNames, p.name, [p.id]) };
  const own = [i.id, i.user, i.item, i.value, i.timestamp];
  const interactions: InteractionsTable = {
    ...i,
    columns: codec(store, i.columns, interactionNames, i.name, own),
    indexes: [
      { column: i.user, name: index.user ?? `idx_user_${i.value}`, given: index.user !== undefined },
      { column: i.item, name: index.item ?? `idx_item_${i.value}`, given: index.item !== undefined },
      { column: i.value, name: index.value ?? `idx_${i.value}_value`, given: index.value !== undefined },
    ].filter((entry): entry is { column: string; name: string; given: boolean } => entry.name !== false),
  };
  distinct(
    store,
    'indexes',
    interactions.indexes.map((entry) => entry.name),
  );
  return { products, interactions, events: e.name };
}

/** A name for something in a database, with any characters, except for reserved names. */
export function nameOption(fallback: string, reserved?: RegExp): Check<string> {
  return (value, name) => {
    const read = text()(value ?? fallback, name);
    if (read.length > 200 || !keepable(read)) {
      throw new AttuneError('ERR_BAD_OPTION', `${name} must be a name of up to 200 characters, got ${shown(value)}.`);
    }
    if (read !== '__proto__' && !reserved?.test(read)) return read;
    throw new AttuneError('ERR_BAD_OPTION', `${name} must not be a name with a meaning of its own, got ${shown(value)}.`);
  };
}

/** Validated separately by its own `readOptions`. */
const group: Check<Record<string, unknown> | undefined> = (value) => value as Record<string, unknown> | undefined;

const columnTypesOption =
  (columnName: Check<string>): Check<ColumnTypes | undefined> =>
  (value, name) => {
    if (value === undefined) return undefined;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      throw new AttuneError('ERR_BAD_OPTION', `${name} must be an object of names and types, got ${shown(value)}.`);
    }
    const type = choice<ColumnType>(['TEXT', 'REAL', 'INTEGER', 'JSON']);
    return Object.fromEntries(
      Object.entries(value).map(([column, given]) => [columnName(column, `${name}: a column`), type(given, `${name}: '${column}'`)]),
    );
  };

function codec(store: string, columns: ColumnTypes | undefined, names: ReadonlySet<string>, table: string, own: string[]): ColumnCodec {
  for (const name of Object.keys(columns ?? {})) {
    if (!names.has(name)) continue;
    throw new AttuneError('ERR_BAD_OPTION', `${store}: a further column of '${table}' cannot be called '${name}', which rows use already.`);
  }
  const result = columnCodec(columns, names, table);
  distinct(store, `columns of '${table}'`, [...own, ...result.names]);
  return result;
}

/** Not every database has case-sensitive names. */
function distinct(store: string, what: string, names: string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) {
      throw new AttuneError('ERR_BAD_OPTION', `${store}: expected different names for the ${what}, got '${name}' twice.`);
    }
    seen.add(name.toLowerCase());
  }
}
