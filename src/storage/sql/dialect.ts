import type { ColumnType } from '../../contracts/data-store.ts';

/** What the stores need to know of a database to write SQL for it. Adapters export one as a constant. */
export interface SqlDialect {
  /** Name of the database, for messages. */
  readonly name: string;
  /** Parameter number `position` of a statement, from 1. */
  placeholder(position: number): string;
  /** A name as SQL writes it, whatever is in it. */
  quote(name: string): string;
  /** What columns are made as. `JSON` must give back the text it was given; `time` holds milliseconds with fractions. */
  readonly types: Readonly<Record<ColumnType | 'time' | 'version' | 'bytes', string>>;
  /** Type of an auto-incrementing primary key. */
  readonly autoId: string;
  /** How a column is selected as text; JSON columns are read so, because some drivers parse them. */
  text(column: string): string;
  /** A parameter in a list of values, where a database may not know its type by itself. */
  typed(parameter: string, type: string): string;
  /** The end of an insert statement: what to do with rows whose keys exist. */
  upsert(clause: UpsertClause): string;
  /** Maximum number of parameters of a statement. */
  readonly maxParameters: number;
  /** Where a list can be one parameter: how it is written, for `unnest`, and its value. */
  readonly list?: { readonly texts: string; readonly integers: string; value(list: readonly (string | number)[]): string };
  /** Maximum number of rows per insert statement; more do not make it faster. */
  readonly maxRows: number;
  /** Name of the hidden column that numbers the rows of every table; without one, products get a column for their place. */
  readonly hiddenRowNumber?: string;
  /** Begins a transaction that will write. */
  readonly begin: string;
  /** Appended to a select: locks the row until the end of the transaction. Empty where a transaction locks everything anyway. */
  readonly lockRow: string;
  /** Run first by what makes tables: keeps other processes from making them at the same time, where the database does not. */
  readonly lockSchema?: string;
  /** Maximum bytes of a value; larger models are stored in parts. */
  readonly maxBlob: number;
  /** The statements that rewrite tables without what deletes have left, outside of any transaction. Names are quoted already. */
  purge?(tables: readonly string[]): string[];
  /**
   * Statements around a transaction whose rows are known to keep all references, so that the database need not look each one up again. They
   * change nothing inside of a transaction.
   */
  readonly unchecked?: { readonly begin: string; readonly end: string };
  /**
   * Whether a large load is faster without the indexes, which are rebuilt at its end. If so, a new table has its key as an index as well, and
   * not as a constraint, which cannot be dropped.
   */
  readonly rebuildIndexes: boolean;
  /**
   * Selects many interactions as one row of columns, where that is faster to read: of a select of `p`, `u`, `i`, `v` and `t`, which are place,
   * user, item, value and time.
   */
  blockOf?(rows: string): string;
  /** A select of the `name` of each column of the table whose name is the parameter; none when there is no such table. */
  readonly columnsOfTable: string;
  /**
   * A select of the `name` of each column of the table whose name is the parameter that keeps numbers, and makes numbers of texts that look like
   * some; only where such columns may hold ids.
   */
  readonly numericColumns?: string;
  /** A select of the table that is the `owner` of the index whose name is the parameter, or of what else has that name. */
  readonly ownerOfIndex: string;
  /** Reserved names. */
  readonly reserved: {
    /** For tables and indexes. */
    readonly tables?: RegExp;
    /** For columns. */
    readonly columns?: RegExp;
  };
}

/** What happens to rows whose keys exist. Names are quoted already. */
export interface UpsertClause {
  /** Columns of the primary key or of a unique constraint. */
  key: readonly string[];
  /** Columns that take the new values. None: the old row stays. */
  set: readonly string[];
}

/** `upsert` of SQLite and PostgreSQL. */
export function onConflict({ key, set }: UpsertClause): string {
  const sets = set.map((column) => `${column} = excluded.${column}`);
  return `on conflict (${key.join(', ')}) do ${sets.length > 0 ? `update set ${sets.join(', ')}` : 'nothing'}`;
}

/** A name between double quotes, as standard SQL has it. */
export function doubleQuoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Numbers the parameters of a statement, written as `?`; those between quotes are part of a name. */
export function numbered(dialect: Pick<SqlDialect, 'placeholder'>, sql: string): string {
  let position = 0;
  return sql.replace(/"(?:[^"]|"")*"|'(?:[^']|'')*'|\?/g, (found) => (found === '?' ? dialect.placeholder(++position) : found));
}

/** `?, ?, ?` */
export function parameters(count: number): string {
  return new Array(count).fill('?').join(', ');
}
