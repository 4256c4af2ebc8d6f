import type { EventStore, InteractionStore, ProductStore } from '../../contracts/data-store.ts';
import type { InteractionsTable, ProductsTable } from '../shared/tables.ts';
import type { SqlDialect } from './dialect.ts';

/** What can be bound to a parameter. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/**
 * How statements reach one connection of a database, written by its adapter. Drivers that answer at once return values, others
 * promises. Errors are AttuneErrors with code ERR_STORE.
 */
export interface SqlDriver {
  /** Executes one statement. @returns the number of rows changed */
  run(sql: string, values: readonly SqlValue[]): number | Promise<number>;
  /** The rows that one statement returns, as objects by column name. */
  all(sql: string, values: readonly SqlValue[]): unknown[] | Promise<unknown[]>;
  /** Executes a `copy ... from stdin` with its data, where the driver can. */
  copyIn?(sql: string, chunks: readonly Uint8Array[]): Promise<void>;
}

/** A database as stores use it. */
export interface SqlDatabase {
  readonly dialect: SqlDialect;
  /** Runs work with exclusive use of a connection. */
  readonly use: Use;
  /** The same for work that must not be repeated, where `use` begins anew after a deadlock. */
  readonly useOnce?: Use;
  /** Whether tables can only be read, as they are: in a file opened so, on a standby, or for a role that may not make any. */
  readOnly?(connection: SqlConnection): boolean | Promise<boolean>;
  /** What writes rows, where the database has better ways than statements with a parameter per value. */
  readonly writers?: SqlWriters;
}

/** Methods that replace those of the SQL stores. */
export interface SqlWriters {
  products(table: ProductsTable, use: Use): Pick<ProductStore, 'putMany'>;
  interactions(table: InteractionsTable, products: ProductsTable, use: Use): Pick<InteractionStore, 'putMany'>;
  events(table: string, time: string, use: Use): Pick<EventStore, 'append' | 'appendMany' | 'addMany'>;
}

/** Runs work with exclusive use of a connection. */
export type Use = <T>(work: (connection: SqlConnection) => T | Promise<T>) => Promise<T>;

/** One connection, and how deep its transactions are nested. */
export class SqlConnection {
  readonly #driver: SqlDriver;
  readonly #begin: string;
  #depth: number;

  /** @param depth how many transactions are open on it already */
  constructor(driver: SqlDriver, dialect: Pick<SqlDialect, 'begin'>, depth = 0) {
    this.#driver = driver;
    this.#begin = dialect.begin;
    this.#depth = depth;
  }

  /** Rewrites tables without what deletes have left in them; not possible where every piece of work is a transaction. */
  async purge(dialect: Pick<SqlDialect, 'purge' | 'quote'>, tables: readonly string[]): Promise<void> {
    if (this.#depth > 0) return;
    for (const sql of dialect.purge?.(tables.map(dialect.quote)) ?? []) await this.run(sql);
  }

  /** Whether a transaction of the stores is open. */
  get inTransaction(): boolean {
    return this.#depth > 0;
  }

  /** Whether `copyIn` works. */
  get canCopy(): boolean {
    return this.#driver.copyIn !== undefined;
  }

  /** Executes a `copy ... from stdin` with its data. */
  async copyIn(sql: string, chunks: readonly Uint8Array[]): Promise<void> {
    await this.#driver.copyIn?.(sql, chunks);
  }

  /** Executes one statement. @returns the number of rows changed */
  run(sql: string, ...values: SqlValue[]): number | Promise<number> {
    return this.#driver.run(sql, values);
  }

  /** All rows. */
  all<Row>(sql: string, ...values: SqlValue[]): Row[] | Promise<Row[]> {
    return this.#driver.all(sql, values) as Row[] | Promise<Row[]>;
  }

  /** The first row. */
  async one<Row>(sql: string, ...values: SqlValue[]): Promise<Row | undefined> {
    return (await this.all<Row>(sql, ...values))[0];
  }

  /** A transaction; nested ones are savepoints, which can fail alone. The caller must have exclusive use of the connection. */
  async atomic<T>(work: () => T | Promise<T>): Promise<T> {
    const depth = this.#depth;
    await this.run(depth === 0 ? this.#begin : `savepoint attune_${depth}`);
    this.#depth = depth + 1;
    try {
      const result = await work();
      await this.run(depth === 0 ? 'commit' : `release savepoint attune_${depth}`);
      this.#depth = depth;
      return result;
    } catch (error) {
      this.#depth = depth;
      await this.#undo(depth);
      throw error;
    }
  }

  async #undo(depth: number): Promise<void> {
    try {
      await this.run(depth === 0 ? 'rollback' : `rollback to savepoint attune_${depth}`);
      if (depth > 0) await this.run(`release savepoint attune_${depth}`);
    } catch {
      // The database has already rolled back by itself, as SQLite does when the disk is full.
    }
  }
}

/** A copy of the bytes that a driver gives for a blob, as an ArrayBuffer, a Buffer or a plain array of bytes. */
export function copyOfBlob(blob: Uint8Array | ArrayBuffer): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(ArrayBuffer.isView(blob) ? blob : new Uint8Array(blob));
}
