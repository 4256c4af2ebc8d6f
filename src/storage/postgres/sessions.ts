import { AttuneError, shown } from '../../errors.ts';
import { Mutex } from '../../work/mutex.ts';
import type { SqlDriver, SqlValue } from '../sql/connection.ts';
import type { PGliteHandle, PGliteQueries, PgClient, PgPool, PostgresHandle, PostgresJs } from './handle.ts';

/** What a handle gives for one piece of work: a connection for it alone, and how deep it is in transactions already. */
export type Sessions = <T>(work: (driver: SqlDriver, depth: number) => Promise<T>) => Promise<T>;

/** How connections are had of a handle, whichever it is. @throws ERR_BAD_ARGUMENT */
export function sessionsOf(handle: PostgresHandle, owner: string): Sessions {
  const has = (...names: string[]) => names.every((name) => typeof (handle as unknown as Record<string, unknown>)[name] === 'function');
  const thing = handle !== null && (typeof handle === 'object' || typeof handle === 'function');
  if (thing && has('reserve', 'unsafe')) return ofPostgresJs(handle as PostgresJs);
  if (thing && has('transaction', 'exec')) return ofPGlite(handle as PGliteHandle);
  if (thing && has('connect', 'query') && 'totalCount' in handle) return ofPool(handle as PgPool);
  if (thing && has('query')) return ofClient(handle as PgClient);
  throw new AttuneError('ERR_BAD_ARGUMENT', `${owner}: expected a Pool of pg, an instance of postgres, or a PGlite, got ${shown(handle)}.`);
}

function ofPool(pool: PgPool): Sessions {
  return async (work) => {
    const client = await pool.connect().catch(refuse);
    const state = { lost: false };
    try {
      return await work(pgDriver(client, state), 0);
    } finally {
      client.release?.(state.lost);
    }
  };
}

/** One connection: one piece of work at a time. */
function ofClient(client: PgClient): Sessions {
  const mutex = new Mutex();
  return (work) => mutex.run(() => work(pgDriver(client, { lost: false }), 0));
}

function ofPostgresJs(sql: PostgresJs): Sessions {
  let checked = false;
  return async (work) => {
    const reserved = await sql.reserve().catch(refuse);
    const state = { lost: false };
    const query = (text: string, values: readonly SqlValue[]) =>
      guarded(state, async () => reserved.unsafe(text, values.length > 0 ? [...values] : undefined));
    try {
      if (!checked) {
        const [row] = await query('select 1 as attune_place', []);
        if (row?.attune_place === undefined) {
          throw new AttuneError(
            'ERR_BAD_ARGUMENT',
            "Expected an instance of postgres that leaves the names of columns as they are. Open one for attune without the option 'transform'.",
          );
        }
        checked = true;
      }
      return await work(
        {
          run: async (text, values) => (await query(text, values)).count ?? 0,
          all: async (text, values) => [...(await query(text, values))],
          copyIn: (text, chunks) => guarded(state, async () => intoWritable(await reserved.unsafe(text).writable(), chunks)),
        },
        0,
      );
    } finally {
      reserved.release();
    }
  };
}

/** Every piece of work is a transaction, so that queries of the owner on the same handle wait and do not end up in it. */
function ofPGlite(database: PGliteHandle): Sessions {
  return (work) => database.transaction((transaction) => work(pgliteDriver(transaction), 1));
}

function pgliteDriver(transaction: PGliteQueries): SqlDriver {
  const state = { lost: false };
  return {
    run: async (text, values) => (await guarded(state, () => transaction.query(text, [...values]))).affectedRows ?? 0,
    all: async (text, values) => (await guarded(state, () => transaction.query(text, [...values]))).rows,
    // Its protocol has no copy from the client; a file called /dev/blob stands for it.
    copyIn: async (text, chunks) => {
      const from = text.replace(/ from stdin$/, " from '/dev/blob'");
      await guarded(state, () => transaction.query(from, [], { blob: new Blob([...chunks] as Uint8Array<ArrayBuffer>[]) }));
    },
  };
}

function pgDriver(client: PgClient, state: { lost: boolean }): SqlDriver {
  // Without values a text may hold several statements.
  const query = (text: string, values: readonly SqlValue[]): Promise<{ rows: unknown[]; rowCount: number | null }> =>
    guarded(state, () => client.query(text, values.length > 0 ? values.map(asBuffer) : undefined));
  const driver: SqlDriver = {
    run: async (text, values) => {
      const result = await query(text, values);
      return result.rowCount ?? 0;
    },
    all: async (text, values) => (await query(text, values)).rows,
  };
  // The binding to libpq cannot copy.
  if ((client as { connection?: { sendCopyFromChunk?: unknown } }).connection?.sendCopyFromChunk) {
    driver.copyIn = (text, chunks) => guarded(state, () => copyInto(client, text, chunks));
  }
  return driver;
}

/** The part of pg's connection that copies. */
interface PgConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
}

/** `copy ... from stdin` as pg lets a query of one's own run: an object with `submit` and the handlers of the messages. */
function copyInto(client: PgClient, text: string, chunks: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let failed = false;
    const ignore = () => {};
    client.query({
      submit: (connection: PgConnection) => void connection.query(text),
      handleCopyInResponse(connection: PgConnection) {
        for (const chunk of chunks) connection.sendCopyFromChunk(asBuffer(chunk) as Uint8Array);
        connection.endCopyFrom();
      },
      handleError(error: unknown) {
        failed = true;
        reject(error);
      },
      handleReadyForQuery: () => failed || resolve(),
      handleCommandComplete: ignore,
      handleRowDescription: ignore,
      handleDataRow: ignore,
      handleEmptyQuery: ignore,
      handlePortalSuspended: ignore,
      handleCopyData: ignore,
    });
  });
}

/** A stream of Node. */
interface Writable {
  write(chunk: Uint8Array): boolean;
  end(): void;
  once(event: string, listener: (error?: unknown) => void): unknown;
}

function intoWritable(stream: Writable, chunks: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('finish', () => resolve());
    stream.once('error', reject);
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
  });
}

/** pg sends a Buffer as bytes, and any other view of a buffer as well, but as a whole. */
function asBuffer(value: SqlValue): unknown {
  const { Buffer } = globalThis as { Buffer?: { from(data: ArrayBufferLike, offset: number, length: number): Uint8Array } };
  return value instanceof Uint8Array && Buffer ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/** Runs a query; what the driver throws comes out as ERR_STORE. */
async function guarded<T>(state: { lost: boolean }, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!sqlState(error)) state.lost = true;
    throw ofDriver(error);
  }
}

function refuse(error: unknown): never {
  throw ofDriver(error);
}

/** The code that the server gave an error, such as 40P01 for a deadlock; undefined when it came from elsewhere, as for a lost connection. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && (error as { severity?: unknown }).severity ? code : undefined;
}

function ofDriver(error: unknown): unknown {
  if (error instanceof AttuneError) return error;
  const message = error instanceof Error ? error.message || (error as { code?: string }).code : String(error);
  const advice = sqlState(error) ? 'The old state is kept.' : 'What was not confirmed may be there or not; see whether the server runs.';
  return new AttuneError('ERR_STORE', `PostgreSQL refused: ${message}. ${advice}`, { cause: error });
}
