import type { VectorIndex, VectorSearchOptions } from '../../../contracts/vector-index.ts';
import type { Metadata } from '../../../contracts/where.ts';
import { readModelFile, writeModelFile } from '../../../data/files/model-file.ts';
import { AttuneError, shown } from '../../../errors.ts';
import { type Ranked, TopK } from '../../../numeric/top-k.ts';
import { type Check, choice, integer, optional, readOptions } from '../../../options.ts';
import { checkSearchOptions } from '../shared/search-options.ts';
import { checkDimensions, readRows, readVectors, writeRows } from './pgvector-rows.ts';
import { nearestKeys } from './pgvector-search.ts';
import { type PgvectorHandle, PgvectorTable, type TableSettings, tableName } from './pgvector-table.ts';

export type { PgvectorAnswer, PgvectorHandle } from './pgvector-table.ts';

/** Options of {@link pgvectorIndex}. */
export interface PgvectorOptions {
  /** Name of the table; it is made when it is not there. Up to 50 bytes. Default `'attune_vectors'`. */
  table?: string | undefined;
  /** Its schema, which must exist. Default: the first of the connection's search path. */
  schema?: string | undefined;
  /** Length of a vector, 1 to 16,000 (2,000 with an index). Default: that of the table, or of the first vectors. */
  dimensions?: number | undefined;
  /**
   * `'hnsw'` (default), `'ivfflat'`, or `'none'`, which compares all vectors and is exact. It is made after the first vectors; when
   * that fails, searches are exact until the next `add` succeeds with it.
   */
  index?: 'hnsw' | 'ivfflat' | 'none' | undefined;
  /** hnsw: neighbours of a vector, 2 to 100. Default 16. */
  m?: number | undefined;
  /** hnsw: how wide the graph is searched when it is built, 4 to 1,000. Default 64. */
  efConstruction?: number | undefined;
  /** hnsw: how wide it is searched for an answer, 1 to 1,000. More finds more, and takes longer. Default 64. */
  efSearch?: number | undefined;
  /** ivfflat: number of lists, 1 to 32,768. The index is made once there are 39 vectors per list. Default 100. */
  lists?: number | undefined;
  /** ivfflat: how many lists are looked into. Default 10. */
  probes?: number | undefined;
}

/** A vector index in a table of PostgreSQL. It answers by promises, and so does what a `SemanticIndex` asks of it. */
export interface PgvectorIndex extends VectorIndex {
  readonly answersLater: true;
  prepare(): Promise<void>;
  add(keys: Int32Array, vectors: Float32Array, metadata?: readonly Metadata[]): Promise<void>;
  remove(keys: Int32Array): Promise<void>;
  search(query: Float32Array, options: VectorSearchOptions): Promise<Ranked>;
  fetchVectors(keys: Int32Array): Promise<(Float32Array | undefined)[]>;
  /** Removes everything; the table stays. */
  clear(): Promise<void>;
}

/**
 * An index in PostgreSQL with the extension pgvector, which an opened handle reaches. Extension, table and index are made when they are
 * missing. Conditions on metadata (`where`) are part of the statement; an answer under a filter is full, since a search that finds too few
 * is repeated without the index. Texts in ranges are compared by code point, and characters that PostgreSQL cannot keep (NUL,
 * lone surrogates) count as U+FFFD; all else is as in memory.
 *
 * Every change is one statement and so all or nothing, also through a pool and without a transaction of its own. Several may read a
 * table and write different keys; a `SemanticIndex` gives out keys by itself, so let one process at a time add to its table.
 *
 * @throws ERR_BAD_OPTION; when used ERR_STORE when the database fails or is gone; ERR_BAD_ARGUMENT for vectors of another length.
 */
export function pgvectorIndex(handle: PgvectorHandle, options: PgvectorOptions = {}): PgvectorIndex {
  if (typeof handle?.query !== 'function') {
    throw new AttuneError('ERR_BAD_ARGUMENT', `pgvectorIndex: expected an opened handle with query(text, values), got ${shown(handle)}.`);
  }
  const o = readOptions('pgvectorIndex', options, {
    table: named('attune_vectors'),
    schema: optional(tableName),
    dimensions: optional(integer({ min: 1, max: 16_000 })),
    index: choice(['hnsw', 'ivfflat', 'none'] as const, 'hnsw'),
    m: integer({ default: 16, min: 2, max: 100 }),
    efConstruction: integer({ default: 64, min: 4, max: 1000 }),
    efSearch: integer({ default: 64, min: 1, max: 1000 }),
    lists: integer({ default: 100, min: 1, max: 32_768 }),
    probes: integer({ default: 10, min: 1, max: 32_768 }),
  });
  if (o.index === 'hnsw' && o.efConstruction < 2 * o.m) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `pgvectorIndex: option 'efConstruction' must be at least twice m, ${2 * o.m}, got ${o.efConstruction}.`,
    );
  }
  return new TableIndex(handle, o);
}

type Settings = TableSettings & { dimensions: number | undefined; efSearch: number; probes: number };

/** pgvector indexes no longer vectors of 32-bit numbers. */
const longestIndexed = 2000;

class TableIndex implements PgvectorIndex {
  readonly kind = 'pgvector';
  readonly answersLater = true;
  readonly #handle: PgvectorHandle;
  readonly #settings: Settings;
  readonly #table: PgvectorTable;
  #ready: Promise<void> | undefined;
  #exists = false;
  /** Whether everything that writing needs exists. Readers need no permission to create it. */
  #made = false;
  #indexed = false;
  #iterative = false;
  #size = 0;
  #dimensions: number;
  /** The queue of changes. */
  #changes: Promise<unknown> = Promise.resolve();
  /** Keys whose removal has not been confirmed: no answer names them, and the next change tries again. */
  readonly #leaving = new Set<number>();

  constructor(handle: PgvectorHandle, settings: Settings) {
    this.#handle = handle;
    this.#settings = settings;
    this.#table = new PgvectorTable(handle, settings);
    this.#dimensions = settings.dimensions ?? 0;
  }

  get size(): number {
    return this.#size;
  }

  get dimensions(): number {
    return this.#dimensions;
  }

  prepare(): Promise<void> {
    this.#ready ??= this.#open().catch((error) => {
      this.#ready = undefined; // so that the next call may succeed
      throw error;
    });
    return this.#ready;
  }

  async add(keys: Int32Array, vectors: Float32Array, metadata?: readonly Metadata[]): Promise<void> {
    if (keys.length === 0) return;
    const rows = readRows(keys, vectors, metadata, this.#dimensions);
    return this.#change(async () => {
      await this.prepare();
      const dimensions = vectors.length / keys.length;
      checkDimensions(keys.length, dimensions, this.#dimensions);
      if (!this.#exists) await this.#create(dimensions);
      this.#size += await writeRows(this.#table, rows, dimensions, async () => this.#made || this.#makeTable(dimensions));
      await this.#makeIndex();
    });
  }

  remove(keys: Int32Array): Promise<void> {
    for (const key of keys) this.#leaving.add(key);
    return this.#change(async () => {}, keys.slice());
  }

  async clear(): Promise<void> {
    return this.#change(async () => {
      await this.prepare();
      if (this.#exists) await this.#table.query(`delete from ${this.#table.name}`);
      this.#leaving.clear();
      this.#size = 0;
    });
  }

  async search(query: Float32Array, options: VectorSearchOptions): Promise<Ranked> {
    checkSearchOptions('pgvectorIndex.search', options);
    const own = query.slice();
    await this.prepare();
    if (!this.#exists || options.n === 0) return new TopK(0).take();
    if (own.length !== this.#dimensions || !own.every(Number.isFinite)) {
      throw new AttuneError(
        'ERR_BAD_ARGUMENT',
        `pgvectorIndex.search: expected a vector of ${this.#dimensions} finite numbers, got ${own.length}${own.every(Number.isFinite) ? '' : ' with another in it'}.`,
      );
    }
    const { index, efSearch, probes } = this.#settings;
    const scan = { indexed: this.#indexed, index, efSearch, probes, iterative: this.#iterative, leaving: this.#leaving };
    return nearestKeys(this.#table, own, options, scan);
  }

  async fetchVectors(keys: Int32Array): Promise<(Float32Array | undefined)[]> {
    const own = keys.slice();
    await this.prepare();
    if (!this.#exists) return Array.from(own, () => undefined);
    const vectors = await readVectors(this.#table, own, this.#dimensions);
    return vectors.map((vector, k) => (this.#leaving.has(own[k]) ? undefined : vector));
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    const { table, schema } = this.#settings;
    const settings = { table, schema: schema ?? null, dimensions: this.#dimensions, size: this.#size };
    return writeModelFile({ kind: 'pgvector-index', formatVersion: 1, settings, tensors: {}, ids: {} });
  }

  fromBytes(bytes: Uint8Array): VectorIndex {
    const { settings } = readModelFile(bytes, 'pgvector-index', 1);
    const [size, dimensions] = [Number(settings.size), Number(settings.dimensions)];
    if (!(size >= 0 && dimensions >= 0))
      throw new AttuneError('ERR_BAD_FILE', 'Expected size and dimensions in the file of a pgvector index.');
    // The file says where the vectors lie; the options say the rest.
    const table = tableName(settings.table, 'pgvectorIndex: the table in the file');
    const schema = settings.schema === null ? undefined : tableName(settings.schema, 'pgvectorIndex: the schema in the file');
    const index = new TableIndex(this.#handle, { ...this.#settings, table, schema });
    index.#size = size;
    index.#dimensions = dimensions;
    return index;
  }

  async #open(): Promise<void> {
    const { dimensions, size, indexed, iterative } = await this.#table.look();
    if (dimensions === undefined) {
      this.#exists = false;
      this.#size = 0;
      if (this.#dimensions > 0) await this.#create(this.#dimensions);
      return;
    }
    const wanted = this.#dimensions;
    if (wanted > 0 && wanted !== dimensions) {
      throw new AttuneError(
        'ERR_BAD_OPTION',
        `pgvectorIndex: expected table ${this.#table.name} to hold vectors of ${wanted} dimensions, got ${dimensions}. Name another table, or drop this one.`,
      );
    }
    this.#exists = true;
    this.#dimensions = dimensions;
    this.#size = size;
    this.#indexed = indexed;
    this.#iterative = iterative;
  }

  async #create(dimensions: number): Promise<void> {
    if (dimensions > longestIndexed && this.#settings.index !== 'none') {
      throw new AttuneError(
        'ERR_BAD_OPTION',
        `pgvectorIndex: an index holds vectors of up to ${longestIndexed} dimensions, got ${dimensions}. Pass index: 'none'.`,
      );
    }
    await this.#makeTable(dimensions);
    this.#iterative = (await this.#table.look()).iterative;
    this.#exists = true;
    this.#dimensions = dimensions;
  }

  async #makeTable(dimensions: number): Promise<void> {
    await this.#table.make(dimensions);
    this.#made = true;
  }

  /** The index of the vectors is made when there is something in it, which is faster. When that fails, searches stay exact until the next try. */
  async #makeIndex(): Promise<void> {
    const { index, lists } = this.#settings;
    if (this.#indexed || index === 'none' || this.#size < (index === 'ivfflat' ? 39 * lists : 1)) return;
    await this.#table.makeIndex().then(
      () => {
        this.#indexed = true;
      },
      () => {},
    );
  }

  /** Runs after earlier changes, and removes first what is to go: `own`, and what an earlier removal failed to. */
  #change(work: () => Promise<void>, own: Int32Array = new Int32Array(0)): Promise<void> {
    const earlier = [...this.#leaving];
    const change = this.#changes.then(async () => {
      await this.prepare();
      await this.#delete([...new Set([...own, ...earlier.filter((key) => this.#leaving.has(key))])]);
      await work();
    });
    this.#changes = change.catch(() => {});
    return change;
  }

  async #delete(keys: number[]): Promise<void> {
    if (keys.length > 0 && this.#exists) {
      const sql = `with gone as (delete from ${this.#table.name} where key = any($1::int4[]) returning 1) select count(*)::int4 as gone from gone`;
      const [{ gone }] = await this.#table.query<{ gone: number }>(sql, [keys]);
      this.#size -= gone;
    }
    for (const key of keys) this.#leaving.delete(key);
  }
}

const named =
  (fallback: string): Check<string> =>
  (value, name) =>
    value === undefined ? fallback : tableName(value, name);
