import { AttuneError } from '../../errors.ts';
import type { ColumnCodec } from '../shared/columns.ts';
import type { InteractionsTable, ProductsTable } from '../shared/tables.ts';
import type { SqlConnection } from './connection.ts';
import { numbered, type SqlDialect } from './dialect.ts';
import { type NumericIds, numericIds } from './numeric-ids.ts';

/** What the stores learn when the tables are made. */
export interface Schema {
  /** The SQL that makes each index of the interactions, by its name. */
  indexes: Map<string, string>;
  /** The SQL that makes the unique index of the pairs, where it is an index and not a constraint. */
  pairs?: { name: string; sql: string };
  /** Column with the time of an event: `timestamp`, or `time` in a table made by attune before 0.2. */
  eventTime: string;
  numeric: NumericIds;
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
    const isNew = (await columnNames(connection, dialect, interactions.name)).length === 0;
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
      dialect.rebuildIndexes ? [] : [`UNIQUE (${quote(user)}, ${quote(item)})`],
    );
    const pairs = dialect.rebuildIndexes ? await makePairs(connection, dialect, interactions, isNew) : undefined;
    await checkKey(connection, dialect, products.name, [products.id]);
    await checkKey(connection, dialect, interactions.name, [user, item]);
    const eventTime = eventTimeOf(await columnNames(connection, dialect, events));
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
      indexes.set(...(await makeIndex(connection, dialect, { name, table: interactions.name, columns: [column], given })));
    }
    for (const column of ['user', 'type'])
      await makeIndex(connection, dialect, { name: `idx_${events}_${column}`, table: events, columns: [column] });
    return { indexes, eventTime, pairs, numeric: await numericIds(connection, dialect, { products, interactions }) };
  });
}

/** The tables of a database that can only be read. @throws ERR_STORE when one of them, or a column, is missing */
export async function existingTables(
  connection: SqlConnection,
  dialect: SqlDialect,
  { products, interactions, events }: { products: ProductsTable; interactions: InteractionsTable; events: string },
): Promise<Schema> {
  const { id, user, item, value, timestamp } = interactions;
  const order = dialect.hiddenRowNumber ? [] : [place];
  const namesOf = (table: string) => columnNames(connection, dialect, table);
  assertThere(await namesOf(products.name), products.name, [products.id, ...order, ...products.columns.names]);
  const further = interactions.columns.names;
  assertThere(await namesOf(interactions.name), interactions.name, [id, user, item, value, timestamp, ...further]);
  const ofEvents = await namesOf(events);
  const eventTime = eventTimeOf(ofEvents);
  assertThere(ofEvents, events, ['id', eventTime, 'type', 'user', 'data']);
  return { indexes: new Map(), eventTime, numeric: await numericIds(connection, dialect, { products, interactions }) };
}

/** Makes sure that a table has its columns, where they cannot be made. @param found their names in lower case @throws ERR_STORE */
export function assertThere(found: readonly string[], table: string, columns: readonly string[]): void {
  const missing = columns.find((column) => !found.includes(column.toLowerCase()));
  if (missing === undefined) return;
  const what = found.length === 0 ? `a table '${table}'` : `a column '${missing}' in table '${table}'`;
  throw new AttuneError(
    'ERR_STORE',
    `Expected ${what}, which cannot be made, because the database can only be read here. Open the store once where it may write, or name the table or column there is.`,
  );
}

/** Databases made by attune before 0.2 call it `time`. */
function eventTimeOf(columns: readonly string[]): string {
  return columns.includes('time') && !columns.includes('timestamp') ? 'time' : 'timestamp';
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

/** The key of a new table as a unique index; a table that exists has this or a constraint, or else is rejected by the next check. */
async function makePairs(
  connection: SqlConnection,
  dialect: SqlDialect,
  { name: table, user, item, value }: InteractionsTable,
  isNew: boolean,
): Promise<Schema['pairs']> {
  const wanted = `idx_pair_${value}`;
  const names = [wanted, longer(wanted, table)];
  const owners = await Promise.all(names.map((name) => ownerOf(connection, dialect, name)));
  if (!isNew && !owners.includes(table.toLowerCase())) return undefined;
  const [name, sql] = await makeIndex(connection, dialect, { name: wanted, table, columns: [user, item], unique: true });
  return { name, sql };
}

interface IndexDefinition {
  name: string;
  table: string;
  columns: string[];
  unique?: boolean;
  /** Whether the caller chose the name. */
  given?: boolean;
}

/** Index names are shared by all tables, so a default one that another table has gets a longer name. */
async function makeIndex(
  connection: SqlConnection,
  dialect: SqlDialect,
  { name: wanted, table, columns, unique = false, given = false }: IndexDefinition,
): Promise<[name: string, sql: string]> {
  const free = async (name: string) => [undefined, table.toLowerCase()].includes(await ownerOf(connection, dialect, name));
  const name = (await free(wanted)) ? wanted : longer(wanted, table);
  if ((given && name !== wanted) || !(await free(name))) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `tables: an index '${wanted}' exists already, for '${await ownerOf(connection, dialect, wanted)}'. Choose another name.`,
    );
  }
  const list = columns.map(dialect.quote).join(', ');
  const sql = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX IF NOT EXISTS ${dialect.quote(name)} ON ${dialect.quote(table)} (${list})`;
  await connection.run(sql);
  return [name, sql];
}

const longer = (index: string, table: string) => `${index}_of_${table}`;

/** The table of an index, in lower case. */
async function ownerOf(connection: SqlConnection, dialect: SqlDialect, index: string): Promise<string | undefined> {
  return (await connection.one<{ owner: string }>(numbered(dialect, dialect.ownerOfIndex), index))?.owner.toLowerCase();
}
