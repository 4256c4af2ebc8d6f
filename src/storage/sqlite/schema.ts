import { AttuneError } from '../../errors.ts';
import { type Connection, quoted } from './connection.ts';
import type { InteractionsTable, ProductsTable } from './tables.ts';

/** Sets what the stores rely on: a journal that survives a killed process, foreign keys, patience with other processes. @throws ERR_STORE */
export function prepareDatabase(connection: Connection): void {
  connection.exec('pragma busy_timeout = 5000');
  connection.exec('pragma journal_mode = wal');
  connection.exec('pragma foreign_keys = on');
  if (Number(connection.query<{ foreign_keys: number }>('pragma foreign_keys')[0]?.foreign_keys) !== 1) {
    throw new AttuneError(
      'ERR_STORE',
      'Expected a database with foreign keys, but they cannot be switched on. End the open transaction first.',
    );
  }
  // SQLite's own default of 2 MB makes large loads several times slower; a size that somebody chose stays.
  if (Number(connection.query<{ cache_size: number }>('pragma cache_size')[0]?.cache_size) === -2000) {
    connection.exec('pragma cache_size = -65536');
  }
}

/** Makes the tables that are missing, and adds the further columns that are. @returns the SQL that makes each index, by its name */
export function makeTables(connection: Connection, p: ProductsTable, i: InteractionsTable, events: string): Map<string, string> {
  return connection.atomic(() => {
    makeTable(connection, p.name, [`${quoted(p.id)} TEXT PRIMARY KEY`], p.columns.definitions, []);
    makeTable(
      connection,
      i.name,
      [
        `${quoted(i.id)} INTEGER PRIMARY KEY AUTOINCREMENT`,
        `${quoted(i.user)} TEXT NOT NULL`,
        `${quoted(i.item)} TEXT NOT NULL REFERENCES ${quoted(p.name)} (${quoted(p.id)}) ON DELETE CASCADE`,
        `${quoted(i.value)} REAL NOT NULL`,
        `${quoted(i.timestamp)} BIGINT`,
      ],
      i.columns.definitions,
      [`UNIQUE (${quoted(i.user)}, ${quoted(i.item)})`],
    );
    makeTable(
      connection,
      events,
      ['"id" INTEGER PRIMARY KEY AUTOINCREMENT', '"time" BIGINT NOT NULL', '"type" TEXT NOT NULL', '"user" TEXT NOT NULL', '"data" TEXT'],
      [],
      [],
    );
    const indexes = new Map(i.indexes.map(({ name, column, given }) => makeIndex(connection, name, i.name, column, given)));
    makeIndex(connection, `idx_${events}_user`, events, 'user', false);
    makeIndex(connection, `idx_${events}_type`, events, 'type', false);
    return indexes;
  });
}

function makeTable(connection: Connection, table: string, own: string[], further: string[], constraints: string[]): void {
  connection.exec(`CREATE TABLE IF NOT EXISTS ${quoted(table)} (\n  ${[...own, ...further, ...constraints].join(',\n  ')}\n)`);
  const found = new Set(connection.query<{ name: string }>(`pragma table_info(${quoted(table)})`).map((row) => row.name.toLowerCase()));
  const missing = (definition: string) => !found.has(nameOf(definition).toLowerCase());
  const lacking = own.find(missing);
  if (lacking) {
    throw new AttuneError(
      'ERR_STORE',
      `Table '${table}' exists without column '${nameOf(lacking)}'. Name the column it has in the option 'tables', or use another table.`,
    );
  }
  for (const definition of further.filter(missing)) connection.exec(`ALTER TABLE ${quoted(table)} ADD COLUMN ${definition}`);
}

/** The name at the start of a column definition. */
function nameOf(definition: string): string {
  const [, name] = /^"((?:[^"]|"")*)"/.exec(definition) as RegExpExecArray;
  return name.replaceAll('""', '"');
}

/** Index names are shared by the whole database, so a default one that another table has gets a longer name. */
function makeIndex(connection: Connection, wanted: string, table: string, column: string, given: boolean): [name: string, sql: string] {
  const owner = (name: string) =>
    connection
      .prepare('select tbl_name as owner from sqlite_master where lower(name) = lower(?)')
      .one<{ owner: string }>(name)
      ?.owner.toLowerCase();
  const free = (name: string) => [undefined, table.toLowerCase()].includes(owner(name));
  const name = free(wanted) ? wanted : `${wanted}_of_${table}`;
  if (!free(name) || (given && name !== wanted)) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `sqliteDataStore: an index '${wanted}' exists already, for '${owner(wanted)}'. Choose another name.`,
    );
  }
  const sql = `CREATE INDEX IF NOT EXISTS ${quoted(name)} ON ${quoted(table)} (${quoted(column)})`;
  connection.exec(sql);
  return [name, sql];
}
