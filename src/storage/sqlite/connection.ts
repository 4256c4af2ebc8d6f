import { AttuneError, shown } from '../../errors.ts';
import { Mutex } from '../../work/mutex.ts';
import type { SqliteHandle, SqliteStatement, SqlValue } from './handle.ts';

/**
 * A handle with what all stores on it share: who holds it, and how deep its transactions are nested.
 * Errors of the driver come out as ERR_STORE, with the driver's own as their cause.
 */
export class Connection {
  /** Who may use the handle now. */
  readonly mutex = new Mutex();
  readonly #handle: SqliteHandle;
  #depth = 0;

  private constructor(handle: SqliteHandle) {
    this.#handle = handle;
  }

  /** The connection of a handle; one handle has one, however many stores are opened on it. @throws ERR_BAD_ARGUMENT */
  static of(handle: SqliteHandle): Connection {
    const usable =
      handle !== null && typeof handle === 'object' && typeof handle.exec === 'function' && typeof handle.prepare === 'function';
    if (!usable) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `Expected an opened SQLite database of better-sqlite3, libsql, node:sqlite or bun:sqlite, got ${shown(handle)}.`,
      );
    }
    let connection = connections.get(handle);
    if (!connection) connections.set(handle, (connection = new Connection(handle)));
    return connection;
  }

  /** Executes statements without parameters. */
  exec(sql: string): void {
    guarded(() => this.#handle.exec(sql));
  }

  /** Compiles a statement, to be kept. */
  prepare(sql: string): Statement {
    const compiled = guarded(() => this.#handle.prepare(sql));
    return new Statement(compiled, () => this.#changes());
  }

  /** The rows of a statement that is used once. */
  query<Row>(sql: string): Row[] {
    return this.prepare(sql).all<Row>();
  }

  /** All of it or nothing. Inside another one it is a part of that, which can fail alone. */
  atomic<T>(work: () => T): T {
    this.#begin();
    let result: T;
    try {
      result = work();
    } catch (error) {
      this.#undo();
      throw error;
    }
    this.#commit();
    return result;
  }

  /** The same for work that takes several ticks; the caller holds the mutex. */
  async atomicLong<T>(work: () => Promise<T>): Promise<T> {
    this.#begin();
    let result: T;
    try {
      result = await work();
    } catch (error) {
      this.#undo();
      throw error;
    }
    this.#commit();
    return result;
  }

  #begin(): void {
    this.exec(this.#depth === 0 ? 'begin immediate' : `savepoint attune_${this.#depth}`);
    this.#depth++;
  }

  #commit(): void {
    try {
      this.exec(this.#depth === 1 ? 'commit' : `release attune_${this.#depth - 1}`);
      this.#depth--;
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  #undo(): void {
    this.#depth--;
    try {
      this.exec(this.#depth === 0 ? 'rollback' : `rollback to attune_${this.#depth}; release attune_${this.#depth}`);
    } catch {
      // SQLite has already rolled back by itself, as it does when the disk is full
    }
  }

  #changesStatement: SqliteStatement | undefined;

  /** For a driver whose `run` does not say how many rows it changed. */
  #changes(): number {
    this.#changesStatement ??= this.#handle.prepare('select changes() as n');
    return Number((this.#changesStatement.get() as { n: number }).n);
  }
}

/** A prepared statement with errors of ours. */
export class Statement {
  readonly #statement: SqliteStatement;
  readonly #changes: () => number;

  constructor(statement: SqliteStatement, changes: () => number) {
    this.#statement = statement;
    this.#changes = changes;
  }

  /** Executes. A lone value must be text or a number, because libsql takes a lone object for named parameters. @returns rows changed */
  run(...values: SqlValue[]): number {
    try {
      const changes = (this.#statement.run(...values) as { changes?: unknown } | undefined)?.changes;
      return changes === undefined ? this.#changes() : Number(changes);
    } catch (error) {
      throw ofDriver(error);
    }
  }

  /** All rows. */
  all<Row>(...values: SqlValue[]): Row[] {
    try {
      return this.#statement.all(...values) as Row[];
    } catch (error) {
      throw ofDriver(error);
    }
  }

  /** The first row. Some drivers add a field of their own, so take from it what was asked for. */
  one<Row>(...values: SqlValue[]): Row | undefined {
    try {
      return (this.#statement.get(...values) as Row | null) ?? undefined;
    } catch (error) {
      throw ofDriver(error);
    }
  }
}

/** A name as SQL writes it, whatever is in it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const connections = new WeakMap<SqliteHandle, Connection>();

function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw ofDriver(error);
  }
}

function ofDriver(error: unknown): unknown {
  if (error instanceof AttuneError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const advice = /locked|busy/i.test(message)
    ? 'Another process is writing; try again.'
    : /within a transaction/i.test(message)
      ? 'End the transaction you opened on this handle first, or use transaction() of the store.'
      : 'The old state is kept.';
  return new AttuneError('ERR_STORE', `SQLite refused: ${message}. ${advice}`, { cause: error });
}
