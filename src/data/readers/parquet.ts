import { open } from 'node:fs/promises';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { AttuneError, shown } from '../../errors.ts';
import { anything, type Check, optional, readOptions, workOptions } from '../../options.ts';
import { lz4Block, lz4Hadoop } from './lz4.ts';
import { exactColumns, textOrBytes } from './parquet-values.ts';
import { BadLines, fromCheck, type ResumeOptions, type RowReader, rowMaker, rowReader } from './row-reader.ts';
import { checkInput, inputName, type ReadOptions, unreadable } from './source.ts';

/** Decompresses one page; the form of the package `hyparquet-compressors`. */
export type ParquetDecompressor = (input: Uint8Array, outputLength: number) => Uint8Array;

/** Options of {@link readParquet}. */
export interface ParquetOptions extends ReadOptions, ResumeOptions {
  /** The columns to read; the others cost nothing. Default all. */
  columns?: readonly string[] | undefined;
  /** More codecs by their Parquet name, such as `LZO`. Snappy, gzip, brotli, zstd and LZ4 are there. */
  compressors?: Record<string, ParquetDecompressor> | undefined;
}

/** Rows handed on at a time; those of a row group are made as they are asked for. */
const batchRows = 1024;

type Hyparquet = typeof import('hyparquet');
type Metadata = Awaited<ReturnType<Hyparquet['parquetMetadataAsync']>>;
type Columns = Map<string, ArrayLike<unknown>>;

/**
 * Reads a Parquet file one row group at a time, which is what it needs in memory. Whole numbers of 64 bits come as numbers
 * as long as they are safe ones and as bigint beyond, times as Date, missing values as null. Needs the package `hyparquet`.
 *
 * @returns the rows; hand it to `Interactions.from` or iterate with `for await`.
 * @throws ERR_MISSING_PEER without hyparquet; ERR_NOT_FOUND when there is no such file; ERR_BAD_FILE when it is damaged, is not
 * Parquet, or uses a codec that is not there; ERR_BAD_ARGUMENT when it has no such column; ERR_BAD_OPTION at once.
 */
export function readParquet<Row extends object = Record<string, unknown>>(
  input: string | URL,
  options: ParquetOptions = {},
): RowReader<Row> {
  const owner = 'readParquet';
  const o = readOptions(owner, options, {
    columns: optional(columnNames),
    compressors: anything<Record<string, ParquetDecompressor>>({}),
    from: fromCheck,
    ...workOptions,
  });
  checkInput(owner, input);
  return rowReader<Row>(
    () => new BadLines(owner, {}),
    () => readGroups(owner, input, o) as AsyncGenerator<Row[]>,
    o.from,
  );
}

async function* readGroups(owner: string, input: string | URL, options: ParquetOptions): AsyncGenerator<Record<string, unknown>[]> {
  const { signal, onProgress, from = 0 } = options;
  signal?.throwIfAborted();
  const hyparquet = await loadHyparquet();
  const handle = await open(input, 'r').catch((error) => {
    throw unreadable(owner, input, error);
  });
  try {
    const { size } = await handle.stat();
    const file = {
      byteLength: size,
      async slice(start: number, end = size) {
        const buffer = new ArrayBuffer(Math.max(0, end - start));
        await handle.read(new Uint8Array(buffer), 0, buffer.byteLength, start);
        return buffer;
      },
    };
    const damaged = (error: unknown) => {
      const type = /^parquet (interval|bson) not supported$/.exec((error as Error).message)?.[1];
      if (type !== undefined) {
        throw new AttuneError(
          'ERR_BAD_FILE',
          `${owner}: ${inputName(input)} has a column of type ${type.toUpperCase()}, which is not read. Name the columns that you need: columns: ['user', 'item'].`,
          { cause: error },
        );
      }
      throw new AttuneError(
        'ERR_BAD_FILE',
        `${owner}: ${inputName(input)} is not Parquet, is damaged, or uses a codec that is not there (${(error as Error).message}). Write it again, or pass its codec as compressors, for example those of the package hyparquet-compressors.`,
        { cause: error },
      );
    };
    const metadata = await hyparquet.parquetMetadataAsync(file).catch(damaged);
    const schema = hyparquet.parquetSchema(metadata);
    const known = schema.children.map((child) => child.element.name);
    const exact = exactColumns(metadata, schema);
    const names = checkColumns(owner, input, options.columns, known);
    const compressors = { ...(await codecs(metadata)), ...options.compressors };
    const make = rowMaker<unknown>(names);
    const rowCount = Number(metadata.num_rows);
    let start = 0;
    for (const group of metadata.row_groups) {
      signal?.throwIfAborted();
      const end = start + Number(group.num_rows);
      if (end <= from) {
        yield new Array(end - start); // left out as they are
        start = end;
        continue;
      }
      const columns = await readColumns(hyparquet, {
        file,
        metadata: exact.metadata,
        names,
        start,
        end,
        compressors,
      }).catch(damaged);
      for (const [name, decode] of exact.decimals) columns.set(name, Array.from(columns.get(name) ?? [], decode));
      for (let row = 0; row < end - start; row += batchRows) {
        signal?.throwIfAborted();
        yield Array.from({ length: Math.min(batchRows, end - start - row) }, (_, k) =>
          make(names.map((name) => plain(columns.get(name)?.[row + k]))),
        );
      }
      start = end;
      onProgress?.({ phase: 'reading', done: Math.round((size * start) / rowCount), total: size });
    }
  } finally {
    await handle.close();
  }
}

/** The codecs that hyparquet lacks. That of zstd, the default of Polars, is loaded for files that have it. */
async function codecs(metadata: Metadata): Promise<Record<string, ParquetDecompressor>> {
  const own = {
    GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
    BROTLI: (bytes: Uint8Array) => brotliDecompressSync(bytes),
    LZ4: lz4Hadoop,
    LZ4_RAW: lz4Block,
  };
  const hasZstd = metadata.row_groups.some(({ columns }) => columns.some((column) => column.meta_data?.codec === 'ZSTD'));
  if (!hasZstd) return own;
  const { decompress } = await import('fzstd');
  return { ...own, ZSTD: (bytes, length) => decompress(bytes, new Uint8Array(length)) };
}

/** The columns of one row group, in the arrays they were decoded into. */
async function readColumns(
  hyparquet: Hyparquet,
  o: {
    file: { byteLength: number; slice(start: number, end?: number): Promise<ArrayBuffer> };
    metadata: Metadata;
    names: string[];
    start: number;
    end: number;
    compressors: Record<string, ParquetDecompressor>;
  },
): Promise<Columns> {
  const columns: Columns = new Map();
  await hyparquet.parquetRead({
    file: o.file,
    metadata: o.metadata,
    columns: o.names,
    rowStart: o.start,
    rowEnd: o.end,
    utf8: false, // bytes stay bytes where no type says text, so that ids which are no UTF-8 never become one
    parsers: { stringFromBytes: textOrBytes },
    compressors: o.compressors,
    onChunk({ columnName, columnData, rowStart, rowEnd }) {
      if (rowStart === o.start && rowEnd === o.end) {
        columns.set(columnName, columnData);
        return;
      }
      const whole = (columns.get(columnName) as unknown[] | undefined) ?? new Array(o.end - o.start);
      for (let row = Math.max(rowStart, o.start); row < Math.min(rowEnd, o.end); row++) whole[row - o.start] = columnData[row - rowStart];
      columns.set(columnName, whole);
    },
  });
  return columns;
}

/** Safe bigints as numbers, also inside lists and structs; undefined as null. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return BigInt.asIntN(54, value) === value ? Number(value) : value;
  if (value === undefined) return null;
  if (typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value))
    return value instanceof Uint8Array ? textOrBytes(value) : value;
  if (Array.isArray(value)) return value.map(plain);
  const names = Object.keys(value);
  return rowMaker<unknown>(names)(names.map((name) => plain((value as Record<string, unknown>)[name])));
}

function checkColumns(owner: string, input: string | URL, asked: readonly string[] | undefined, known: string[]): string[] {
  const missing = asked?.find((name) => !known.includes(name));
  if (missing === undefined) return asked ? [...asked] : known;
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `${owner}: expected columns of ${inputName(input)}, got ${shown(missing)}. It has ${known.map(shown).join(', ')}.`,
  );
}

const columnNames: Check<readonly string[]> = (value, name) => {
  if (Array.isArray(value) && value.length > 0 && value.every((column) => typeof column === 'string')) return [...new Set<string>(value)];
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be an array of column names, got ${shown(value)}.`);
};

async function loadHyparquet(): Promise<Hyparquet> {
  let hyparquet: Hyparquet;
  try {
    hyparquet = await import('hyparquet');
  } catch (error) {
    throw new AttuneError('ERR_MISSING_PEER', 'readParquet needs the package hyparquet. Install it: npm install hyparquet', {
      cause: error,
    });
  }
  // Up to 1.25 it ends the process at pages that it cannot read; what 1.30 and later have tells them apart, as modules have no version.
  if ('rowIndex' in hyparquet) return hyparquet;
  throw new AttuneError(
    'ERR_MISSING_PEER',
    'readParquet needs hyparquet 1.31 or later, and an older one is installed. npm install hyparquet@latest',
  );
}
