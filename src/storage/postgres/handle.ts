/** A pool of `pg`, as far as attune uses one. */
export interface PgPool {
  /** A connection for one caller alone. */
  connect(): Promise<PgClient>;
  /** Connections there are; tells a pool from a client. */
  readonly totalCount: number;
}

/** A client of `pg`, opened or out of a pool. */
export interface PgClient {
  /** Runs one statement, or several without values. */
  // biome-ignore lint/suspicious/noExplicitAny: the driver takes texts and objects of its own here.
  query(text: any, values?: unknown[]): any;
  /** Gives it back to its pool. */
  release?(destroy?: boolean): void;
}

/** An instance of `postgres` (postgres.js), opened without `transform`. */
export interface PostgresJs {
  /** A connection for one caller alone. */
  reserve(): Promise<ReservedPostgresJs>;
  /** Runs a text as it is. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  unsafe(text: string, values?: any[]): any;
}

/** A connection of `postgres` for one caller alone. */
export interface ReservedPostgresJs {
  /** Runs a text as it is. */
  // biome-ignore lint/suspicious/noExplicitAny: the driver describes its values in ways that only any fits.
  unsafe(text: string, values?: any[]): any;
  /** Gives the connection back. */
  release(): void;
}

/** A database of `@electric-sql/pglite`. */
export interface PGliteHandle {
  /** Runs work in a transaction, to the exclusion of others. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the work resolves to.
  transaction(work: (transaction: PGliteQueries) => Promise<any>): Promise<any>;
  /** Executes statements without parameters. */
  exec(sql: string): Promise<unknown>;
}

/** What runs statements inside a transaction of PGlite. */
export interface PGliteQueries {
  /** Runs one statement. */
  // biome-ignore lint/suspicious/noExplicitAny: the driver has its own types of rows and options.
  query(sql: string, values?: any[], options?: any): Promise<PGliteAnswer>;
}

/** What PGlite answers to a statement. */
export interface PGliteAnswer {
  /** The rows. */
  // biome-ignore lint/suspicious/noExplicitAny: the driver has its own types of rows.
  rows: any[];
  /** How many rows were changed. */
  affectedRows?: number;
}

/** What attune needs of PostgreSQL: a pool (or an opened client) of `pg`, an instance of `postgres`, or a database of PGlite. Closing it is the caller's. */
export type PostgresHandle = PgPool | PgClient | PostgresJs | PGliteHandle;
