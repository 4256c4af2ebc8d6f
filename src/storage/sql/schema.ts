import { AttuneError } from '../../errors.ts';
import type { ColumnCodec } from '../shared/columns.ts';
import type { InteractionsTable, ProductsTable } from '../shared/tables.ts';
import type { SqlConnection } from './connection.ts';
import { numbered, type SqlDialect } from './dialect.ts';

/** What the stores learn when the tables are made. */
export interface Schema {
  /** The SQL that makes each index of the interactions, by its name. */
  indexes: Map<string, string>;
  /** Column with the time of an event: `timestamp`, or `time` in a table made by attune before 0.2. */
  eventTime: string;
}

/** Creates missing tables and adds missing columns. */
export function makeTables(
  connection: SqlConnection,
  dialect: SqlDialect,
  { products, interactions, events }: { products: ProductsTable; interactions: InteractionsTable; events: string },
): Promise<Schema> {
  return connection.atomic(async () => {
    if (dialect.lockSchema) await connection.run(dialect.lockSchema);
    const make = (table: string, own: Column[], further: Column[], constraints: string[] = []) =>
      makeTable(connection, dialect, table, own, further, constraints);
    const { quote, types } = dialect;
    const { id, user, item, value, timestamp } = interactions;
    await make(
      products.name,
      [
        { name: products.id, type: `${types.TEXT} PRIMARY KEY` },
        ...(dialect.hiddenRowNumber ? [] : [{ name: place, type: `${dialect.autoId.replace(/ primary key/i, '')} UNIQUE` }]),
      ],
      columnsOf(dialect, products.columns),
    );
    await make(
      interactions.name,
      [
        { name: id, type: dialect.autoId },
        { name: user, type: `${types.TEXT} NOT NULL` },
        { name: item, type: `${types.TEXT} NOT NULL REFERENCES ${quote(products.name)} (${quote(products.id)}) ON DELETE CASCADE` },
        { name: value, type: `${types.REAL} NOT NULL` },
        { name: timestamp, type: types.time },
      ],
      columnsOf(dialect, interactions.columns),
      [`UNIQUE (${quote(user)}, ${quote(item)})`],
    );
    await checkKey(connection, dialect, products.name, [products.id]);
    await checkKey(connection, dialect, interactions.name, [user, item]);
    const eventColumns = await columnNames(connection, dialect, events);
    const eventTime = eventColumns.includes('time') && !eventColumns.includes('timestamp') ? 'time' : 'timestamp';
    await make(
      events,
      [
        { name: 'id', type: dialect.autoId },
        { name: eventTime, type: `${types.time} NOT NULL` },
        { name: 'type', type: `${types.TEXT} NOT NULL` },
        { name: 'user', type: `${types.TEXT} NOT NULL` },
        { name: 'data', type: types.JSON },
      ],
      [],
    );
    const indexes = new Map<string, string>();
    for (const { name, column, given } of interactions.indexes) {
      indexes.set(...(await makeIndex(connection, dialect, name, interactions.name, column, given)));
    }
    await makeIndex(connection, dialect, `idx_${events}_user`, events, 'user', false);
    await makeIndex(connection, dialect, `idx_${events}_type`, events, 'type', false);
    return { indexes, eventTime };
  });
}

/** What numbers the products in their stable order, as SQL. */
export function placeOf(dialect: SqlDialect): string {
  return dialect.hiddenRowNumber ?? dialect.quote(place);
}

/** Further columns in a select, under their own names. */
export function selectedColumns(dialect: SqlDialect, { names, types }: ColumnCodec): string[] {
  return names.map((name, k) => {
    const column = dialect.quote(name);
    return types[k] === 'JSON' ? `${dialect.text(column)} as ${column}` : column;
  });
}

const place = 'attune_place';

interface Column {
  name: string;
  /** With its constraints. */
  type: string;
}

function columnsOf(dialect: SqlDialect, { names, types }: ColumnCodec): Column[] {
  return names.map((name, k) => ({ name, type: dialect.types[types[k]] }));
}

async function makeTable(
  connection: SqlConnection,
  dialect: SqlDialect,
  table: string,
  own: Column[],
  further: Column[],
  constraints: string[],
): Promise<void> {
  const definition = ({ name, type }: Column) => `${dialect.quote(name)} ${type}`;
  const lines = [...[...own, ...further].map(definition), ...constraints].join(',\n  ');
  await connection.run(`CREATE TABLE IF NOT EXISTS ${dialect.quote(table)} (\n  ${lines}\n)`);
  const found = new Set(await columnNames(connection, dialect, table));
  const missing = ({ name }: Column) => !found.has(name.toLowerCase());
  const lacking = own.find(missing);
  if (lacking) {
    throw new AttuneError(
      'ERR_STORE',
      `Table '${table}' exists without column '${lacking.name}'. Name the column it has in the option 'tables', or use another table.`,
    );
  }
  for (const column of further.filter(missing))
    await connection.run(`ALTER TABLE ${dialect.quote(table)} ADD COLUMN ${definition(column)}`);
}

/** Rows are identified by a key, so an existing table without it is rejected now and not at the first row. @throws ERR_STORE */
async function checkKey(connection: SqlConnection, dialect: SqlDialect, name: string, columns: string[]): Promise<void> {
  const table = dialect.quote(name);
  const key = columns.map(dialect.quote);
  const nothing = `select ${key.join(', ')} from ${table} where 1 = 0`;
  await connection.run(`insert into ${table} (${key.join(', ')}) ${nothing} ${dialect.upsert({ key, set: [] })}`);
}

/** In lower case, because not every database has case-sensitive names. */
async function columnNames(connection: SqlConnection, dialect: SqlDialect, table: string): Promise<string[]> {
  const rows = await connection.all<{ name: string }>(numbered(dialect, dialect.columnsOfTable), table);
  return rows.map(({ name }) => name.toLowerCase());
}

/** Index names are shared by all tables, so a default one that another table has gets a longer name. */
async function makeIndex(
  connection: SqlConnection,
  dialect: SqlDialect,
  wanted: string,
  table: string,
  column: string,
  given: boolean,
): Promise<[name: string, sql: string]> {
  const owner = async (name: string) =>
    (await connection.one<{ owner: string }>(numbered(dialect, dialect.ownerOfIndex), name))?.owner.toLowerCase();
  const free = async (name: string) => [undefined, table.toLowerCase()].includes(await owner(name));
  const name = (await free(wanted)) ? wanted : `${wanted}_of_${table}`;
  if ((given && name !== wanted) || !(await free(name))) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `tables: an index '${wanted}' exists already, for '${await owner(wanted)}'. Choose another name.`,
    );
  }
  const sql = `CREATE INDEX IF NOT EXISTS ${dialect.quote(name)} ON ${dialect.quote(table)} (${dialect.quote(column)})`;
  await connection.run(sql);
  return [name, sql];
}
