import { AttuneError, shown } from '../../../errors.ts';

/** What attune needs of a connection to PostgreSQL: a `Client` or a `Pool` of `pg` has it, and PGlite. */
export interface PgvectorHandle {
  /** Runs one statement, with `$1`, `$2`, ... bound. */
  query(text: string, values?: unknown[]): Promise<PgvectorAnswer>;
}

/** What attune needs of an answer. */
export interface PgvectorAnswer {
  /** Rows as objects with the columns' names. */
  rows: unknown[];
}

/** Names and numbers of a table, checked. */
export interface TableSettings {
  schema: string | undefined;
  table: string;
  index: 'hnsw' | 'ivfflat' | 'none';
  m: number;
  efConstruction: number;
  lists: number;
}

/** What is there already. */
export interface TableState {
  /** undefined: there is no table. */
  dimensions: number | undefined;
  size: number;
  indexed: boolean;
  /** Whether this pgvector can go on with a search under a filter (from 0.8 on). */
  iterative: boolean;
}

/** The table of a {@link pgvectorIndex} and the statements that make it. Each is one statement, so none needs a transaction of a connection. */
export class PgvectorTable {
  readonly #handle: PgvectorHandle;
  readonly #settings: TableSettings;
  /** Quoted. */
  readonly name: string;
  /** Where vectors wait that come in several statements. */
  readonly staged: string;

  constructor(handle: PgvectorHandle, settings: TableSettings) {
    this.#handle = handle;
    this.#settings = settings;
    this.name = this.#quoted('');
    this.staged = this.#quoted('_staged');
  }

  /** @throws ERR_STORE */
  async query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    try {
      return (await this.#handle.query(text, values)).rows as Row[];
    } catch (cause) {
      const { code, message } = (cause ?? {}) as { code?: unknown; message?: unknown };
      throw new AttuneError(
        'ERR_STORE',
        `pgvectorIndex: PostgreSQL failed on table ${this.name}: ${message ?? shown(cause)}${code ? ` (${code})` : ''}. Check the connection and the rights on the table.`,
        { cause },
      );
    }
  }

  async look(): Promise<TableState> {
    const [found] = await this.query<{ dimensions: number | null; indexed: boolean; version: string | null }>(
      `select (select atttypmod from pg_attribute where attrelid = to_regclass($1) and attname = 'embedding' and not attisdropped) as dimensions,
        exists(select from pg_index i join pg_class c on c.oid = i.indexrelid join pg_am a on a.oid = c.relam
          where i.indrelid = to_regclass($1) and i.indisvalid and a.amname in ('hnsw', 'ivfflat')) as indexed,
        (select extversion from pg_extension where extname = 'vector') as version`,
      [this.name],
    );
    const dimensions = found.dimensions ?? undefined;
    const [major, minor] = (found.version ?? '0.0').split('.').map(Number);
    const size = dimensions === undefined ? 0 : await this.count();
    return { dimensions, size, indexed: found.indexed, iterative: major > 0 || minor >= 8 };
  }

  async count(): Promise<number> {
    const [{ size }] = await this.query<{ size: number }>(`select count(*)::int4 as size from ${this.name}`);
    return size;
  }

  /** Makes what is missing. Concurrent creators wait for each other. */
  async make(dimensions: number): Promise<void> {
    const columns = `key int4, embedding vector(${dimensions}) not null, metadata jsonb not null, lowercase jsonb not null`;
    await this.#alone(
      `create extension if not exists vector;
      create table if not exists ${this.name} (${columns}, primary key (key));
      create index if not exists ${this.#own('_metadata')} on ${this.name} using gin (metadata jsonb_path_ops);
      create unlogged table if not exists ${this.staged} (batch text, since timestamptz default now(), ${columns});
      delete from ${this.staged} where since < now() - interval '1 day';`,
    );
  }

  /** Makes the index of the vectors. */
  async makeIndex(): Promise<void> {
    const { index, m, efConstruction, lists } = this.#settings;
    const numbers = index === 'hnsw' ? `m = ${m}, ef_construction = ${efConstruction}` : `lists = ${lists}`;
    await this.#alone(
      `create index if not exists ${this.#own('_embedding')} on ${this.name} using ${index} (embedding vector_ip_ops) with (${numbers});`,
    );
  }

  #alone(statements: string): Promise<unknown[]> {
    const tag = '$attune_block$'; // no name has a dollar sign twice in it, see tableName
    return this.query(`do ${tag} begin perform pg_advisory_xact_lock(7283401, hashtext(${literal(this.name)})); ${statements} end ${tag}`);
  }

  #quoted(suffix: string): string {
    const { schema, table } = this.#settings;
    return `${schema === undefined ? '' : `${quoted(schema)}.`}${quoted(table + suffix)}`;
  }

  #own(suffix: string): string {
    return quoted(this.#settings.table + suffix);
  }
}

/** A name that PostgreSQL neither cuts nor misreads, with room for what is put behind it. */
export function tableName(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '' && !/[\0$]|[\ud800-\udfff]/.test(value) && new TextEncoder().encode(value).length <= 50)
    return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be a name of 1 to 50 bytes without a dollar sign, got ${shown(value)}.`);
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Standard or not, a backslash is a backslash. */
function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
