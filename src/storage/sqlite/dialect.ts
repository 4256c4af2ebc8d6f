import { doubleQuoted, onConflict, type SqlDialect } from '../sql/dialect.ts';

/** SQLite 3.35 or newer. */
export const sqliteDialect: SqlDialect = {
  name: 'SQLite',
  placeholder: () => '?',
  quote: doubleQuoted,
  types: { TEXT: 'TEXT', REAL: 'REAL', INTEGER: 'INTEGER', JSON: 'TEXT', time: 'BIGINT', version: 'INTEGER', bytes: 'BLOB' },
  autoId: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  text: (column) => column,
  typed: (parameter) => parameter,
  upsert: onConflict,
  maxParameters: 999, // what older builds allow
  maxRows: 64,
  maxBlob: 2 ** 28,
  purge: () => ['vacuum', 'pragma wal_checkpoint(truncate)'],
  hiddenRowNumber: 'rowid',
  begin: 'begin immediate',
  lockRow: '',
  unchecked: { begin: 'pragma foreign_keys = off', end: 'pragma foreign_keys = on' },
  rebuildIndexes: true,
  // Numbers by quote(), which writes all their digits; in JSON they would be rounded to 15. What is no number has no part in it.
  blockOf: (rows) =>
    `select count(*) as n, cast(max(p) as text) as last, cast(group_concat(u, char(0)) as blob) as users, cast(group_concat(i, char(0)) as blob) as items, ` +
    `'[' || group_concat(quote(v)) || ']' as "values", '[' || group_concat(ifnull(t, 'null')) || ']' as times, ` +
    `sum(typeof(u) <> 'text' or typeof(i) <> 'text' or typeof(v) not in ('real', 'integer') or typeof(t) not in ('integer', 'null')) as odd ` +
    `from (${rows})`,
  columnsOfTable: 'select name from pragma_table_info(?)',
  // Those of the affinities INTEGER and NUMERIC, see https://www.sqlite.org/datatype3.html. Drivers give numbers beyond 2^53 rounded, or refuse them.
  numericColumns:
    `select name from pragma_table_info(?) where type like '%int%' or (type <> '' and not (type like '%char%' or type like '%clob%' or ` +
    `type like '%text%' or type like '%blob%' or type like '%real%' or type like '%floa%' or type like '%doub%'))`,
  ownerOfIndex: 'select tbl_name as owner from sqlite_master where lower(name) = lower(?)',
  reserved: { tables: /^sqlite_/i, columns: /^(?:rowid|oid|_rowid_)$/i },
};
