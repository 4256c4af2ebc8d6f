import { AttuneError, shown } from '../../errors.ts';
import { Mutex } from '../../work/mutex.ts';
import { SqlConnection, type SqlDatabase, type SqlDriver, type SqlValue, type Use } from '../sql/connection.ts';
import { sqliteDialect } from './dialect.ts';
import type { SqliteHandle, SqliteStatement } from './handle.ts';

/** A handle shared by its stores: one connection, used by one piece of work at a time. */
export class SqliteDatabase implements SqlDatabase {
  readonly dialect = sqliteDialect;
  readonly use: Use;
  /** Whether the file was opened for reading only, or `query_only` is set. */
  readonly readOnly: () => boolean;
  readonly #driver: SqliteDriver;
  readonly #connection: SqlConnection;

  private constructor(handle: SqliteHandle) {
    this.#driver = new SqliteDriver(handle);
    const readOnly = this.#driver.isReadOnly();
    this.readOnly = () => readOnly;
    this.#connection = new SqlConnection(this.#driver, readOnly ? { begin: 'begin' } : sqliteDialect);
    const mutex = new Mutex();
    this.use = (work) => mutex.run(() => work(this.#connection));
  }

  /**
   * The database of a handle; one handle has one, however many stores are opened on it. Sets what the stores rely on: a journal that
   * survives a killed process, foreign keys, a timeout for other processes.
   * @throws ERR_BAD_ARGUMENT, ERR_STORE
   */
  static of(handle: SqliteHandle): SqliteDatabase {
    const usable =
      handle !== null && typeof handle === 'object' && typeof handle.exec === 'function' && typeof handle.prepare === 'function';
    if (!usable) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `Expected an opened SQLite database of better-sqlite3, libsql, node:sqlite or bun:sqlite, got ${shown(handle)}.`,
      );
    }
    let database = databases.get(handle);
    if (!database) databases.set(handle, (database = new SqliteDatabase(handle)));
    database.#prepare();
    return database;
  }

  /** Makes tables at once, for stores that are opened without waiting. */
  exec(...statements: string[]): void {
    for (const sql of statements) this.#driver.exec(sql);
  }

  /** Names of the columns of a table. */
  columnsOf(table: string): string[] {
    return (this.#driver.all(sqliteDialect.columnsOfTable, [table]) as { name: string }[]).map(({ name }) => name);
  }

  #prepare(): void {
    const pragma = (name: string) => Number((this.#driver.all(`pragma ${name}`, [])[0] as Record<string, unknown> | undefined)?.[name]);
    this.exec('pragma busy_timeout = 5000', 'pragma foreign_keys = on');
    if (!this.readOnly()) this.exec('pragma journal_mode = wal');
    if (pragma('foreign_keys') !== 1 && !this.#connection.inTransaction) {
      throw new AttuneError(
        'ERR_STORE',
        'Expected a database with foreign keys, but they cannot be switched on. End the open transaction first.',
      );
    }
    // SQLite's own default of 2 MB makes large loads several times slower; a size that was configured is kept.
    if (pragma('cache_size') === -2000) this.exec('pragma cache_size = -65536');
  }
}

const databases = new WeakMap<SqliteHandle, SqliteDatabase>();

/** Compiled statements that are kept. The stores write far fewer; filters by many types may write more. */
const mostStatements = 500;

/** Statements of a handle, compiled once. Errors of the driver come out as ERR_STORE, with the driver's own as their cause. */
class SqliteDriver implements SqlDriver {
  readonly #handle: SqliteHandle;
  readonly #compiled = new Map<string, SqliteStatement>();
  #changes: SqliteStatement | undefined;
  #takesLists: boolean | undefined;

  constructor(handle: SqliteHandle) {
    this.#handle = handle;
  }

  exec(sql: string): void {
    try {
      this.#handle.exec(sql);
    } catch (error) {
      throw ofDriver(error);
    }
  }

  /** Whether the database refuses to be written, asked without waiting for another process that writes. Nothing is. */
  isReadOnly(): boolean {
    this.exec('pragma busy_timeout = 0');
    const [{ user_version: version }] = this.all('pragma user_version', []) as [{ user_version: number }];
    try {
      this.#handle.exec('begin immediate'); // which a file that may only be read takes for a plain begin
    } catch (error) {
      return readOnlyError.test((error as Error).message); // as of query_only; else another transaction is open, here or elsewhere
    }
    try {
      this.#handle.exec(`pragma user_version = ${version}`);
      return false;
    } catch (error) {
      return readOnlyError.test((error as Error).message);
    } finally {
      this.#handle.exec('rollback');
    }
  }

  run(sql: string, values: readonly SqlValue[]): number {
    if (values.length === 0 && !/^(?:insert|update|delete)/i.test(sql)) {
      this.exec(sql); // some drivers do not compile what begins or ends a transaction
      return 0;
    }
    try {
      const { changes } = (this.#statement(sql).run(...this.#bound(values)) ?? {}) as { changes?: unknown };
      return Number(changes ?? this.#changed());
    } catch (error) {
      throw ofDriver(error);
    }
  }

  all(sql: string, values: readonly SqlValue[]): unknown[] {
    try {
      return this.#statement(sql).all(...this.#bound(values));
    } catch (error) {
      throw ofDriver(error);
    }
  }

  /**
   * Values as the driver takes them: as one list where it can, because libsql copies separate ones once more, which takes a third of the time of an
   * insert. Separate ones are never a lone object, which libsql would take for named parameters.
   */
  #bound(values: readonly SqlValue[]): readonly unknown[] {
    if (values.length < 2) return values;
    this.#takesLists ??= takesLists(this.#handle);
    return this.#takesLists ? [values] : values;
  }

  #statement(sql: string): SqliteStatement {
    let statement = this.#compiled.get(sql);
    if (!statement) {
      statement = this.#handle.prepare(sql);
      if (this.#compiled.size === mostStatements) this.#compiled.clear();
      this.#compiled.set(sql, statement);
    }
    return statement;
  }

  /** For a driver whose `run` does not say how many rows it changed. */
  #changed(): number {
    this.#changes ??= this.#handle.prepare('select changes() as n');
    return Number((this.#changes.get() as { n: number }).n);
  }
}

/** Whether a list of values is bound as these values. node:sqlite takes it for an object of named ones, and refuses it. */
function takesLists(handle: SqliteHandle): boolean {
  try {
    const [row] = handle.prepare('select ? as a, ? as b').all([1, 'b']) as { a: unknown; b: unknown }[];
    return row.a === 1 && row.b === 'b';
  } catch {
    return false;
  }
}

/** As better-sqlite3, libsql, node:sqlite and bun:sqlite say it. */
const readOnlyError = /read-?only/i;

function ofDriver(error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const advice = readOnlyError.test(message)
    ? 'The database is open for reading only: open it for writing, without query_only, in a folder that can be written.'
    : /locked|busy/i.test(message)
      ? 'Another process is writing; try again.'
      : /within a transaction/i.test(message)
        ? 'End the transaction you opened on this handle first, or use transaction() of the store.'
        : 'The old state is kept.';
  return new AttuneError('ERR_STORE', `SQLite refused: ${message}. ${advice}`, { cause: error });
}
