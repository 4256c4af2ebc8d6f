import { open, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../../errors.ts';
import { anything, choice, optional, readOptions } from '../../options.ts';
import { csvRows } from './csv.ts';
import { type CsvOptions, csvChecks } from './csv-options.ts';
import { isParquet } from './file-kinds.ts';
import { partsOf } from './folder.ts';
import { documentRows } from './json-document.ts';
import { jsonRow, lineRows, pythonRow } from './json-lines.ts';
import { type ParquetDecompressor, readParquet } from './parquet.ts';
import { lightgcnLine, netflixLines, presetNames, presets, type TablePreset, tablePresets } from './presets.ts';
import { BadLines, type ReadMode, type RowReader, rowMaker, rowReader } from './row-reader.ts';
import { guessedLayout, hasHeader, textFormat } from './sniff.ts';
import { checkInput, inputName, type ReaderInput, readBytes, unreadable } from './source.ts';

/** Options of {@link readTable}: those of {@link readCsv} count for files of fields, `columns` and `compressors` for Parquet. */
export interface TableOptions extends CsvOptions {
  /** The data set, whose columns then come as `user`, `item`, `value` and `timestamp`, so that `Interactions.from` needs no options. */
  preset?: TablePreset | undefined;
  /** The columns of Parquet files to read. Default all. */
  columns?: readonly string[] | undefined;
  /** More codecs of Parquet files, as in {@link readParquet}. */
  compressors?: Record<string, ParquetDecompressor> | undefined;
}

const owner = 'readTable';
/** So much of a text tells what it is. */
const headBytes = 1 << 16;

type Row = Record<string, unknown>;
type Settings = ReturnType<typeof readTableOptions>;

/**
 * Reads a table of any of these formats, told by its content and not by its name: CSV and other files of fields, JSON lines, a JSON array
 * or `{ "data": [...] }`, dicts of Python (as in 2014), Parquet; plain, gzip or zstd; or a folder of such files, whose names such
 * as `year=2014` become columns. The rows come in constant memory, from files of fields as texts, else with the types that the file has.
 *
 * @example
 * const ratings = await Interactions.from(readTable('ml-1m/ratings.dat', { preset: 'movielens' }));
 * @returns the rows; hand it to `Interactions.from` or iterate with `for await`.
 * @throws ERR_NOT_FOUND when there is no such file; ERR_BAD_FILE when it is damaged or of a kind that is not read (bzip2, xz, zip, xlsx,
 * Feather, ...), whose message says what to do; ERR_NOT_SUPPORTED for zstd with windows over 128 MiB; ERR_MISSING_PEER for Parquet without
 * hyparquet; ERR_BAD_ROW with the number of the line, from 1; ERR_BAD_OPTION and ERR_BAD_ARGUMENT at once.
 */
export function readTable<R extends object = Record<string, unknown>>(input: ReaderInput, options: TableOptions = {}): RowReader<R> {
  const o = readTableOptions(options);
  checkInput(owner, input);
  return rowReader<R>(
    () => new BadLines(`${owner}: ${inputName(input)}`, o),
    (bad, mode) => tableRows(input, o, bad, mode) as AsyncGenerator<R[]>,
    o.from,
  );
}

function readTableOptions(options: TableOptions) {
  return readOptions(owner, options, {
    ...csvChecks,
    header: optional(csvChecks.header),
    preset: optional(choice(tablePresets)),
    columns: anything<readonly string[] | undefined>(),
    compressors: anything<Record<string, ParquetDecompressor> | undefined>(),
  });
}

async function* tableRows(input: ReaderInput, o: Settings, bad: BadLines, mode: ReadMode): AsyncGenerator<Row[]> {
  if (typeof input !== 'string' && !(input instanceof URL)) {
    yield* textRows(input, o, bad, mode);
    return;
  }
  const path = input instanceof URL ? fileURLToPath(input) : input;
  const found = await stat(path).catch((error) => {
    throw unreadable(owner, input, error);
  });
  if (!found.isDirectory()) {
    yield* fileRows(path, o, bad, mode);
    return;
  }
  const parts = await partsOf(path);
  if (parts.length === 0)
    throw new AttuneError('ERR_BAD_FILE', `${owner}: expected files in the folder '${path}', got none. Check the path.`);
  for (const { path: part, partition } of parts) {
    bad.where = `${owner}: '${part}'`;
    const columns = o.columns?.filter((name) => !Object.hasOwn(partition, name));
    const partitioned = Object.keys(partition).length > 0;
    for await (const rows of fileRows(part, { ...o, columns }, bad, partitioned ? 'rows' : mode))
      yield partitioned ? rows.map((row) => ({ ...row, ...partition })) : rows;
  }
}

async function* fileRows(path: string, o: Settings, bad: BadLines, mode: ReadMode): AsyncGenerator<Row[]> {
  const { preset, columns, compressors, signal, onProgress } = o;
  if (!isParquet(await firstBytes(path))) {
    yield* textRows(path, o, bad, mode);
    return;
  }
  const rename = preset && renamer(preset);
  const options = { signal, onProgress, ...(columns && { columns }), ...(compressors && { compressors }) };
  for await (const rows of readParquet<Row>(path, options).batches()) yield rename ? rows.map(rename) : rows;
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path, 'r').catch((error) => {
    throw unreadable(owner, path, error);
  });
  try {
    const head = Buffer.alloc(4);
    const { bytesRead } = await file.read(head, 0, 4, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function* textRows(input: ReaderInput, o: Settings, bad: BadLines, mode: ReadMode): AsyncGenerator<Row[]> {
  const bytes = readBytes(owner, input, o);
  try {
    const { head, whole, pieces } = await withHead(bytes);
    yield* rowsOfText(pieces, { head, whole }, o, bad, mode);
  } finally {
    await bytes.return(undefined);
  }
}

async function* rowsOfText(
  pieces: AsyncIterable<Buffer>,
  { head, whole }: { head: Buffer; whole: boolean },
  o: Settings,
  bad: BadLines,
  mode: ReadMode,
): AsyncGenerator<Row[]> {
  const { preset, maxLineBytes } = o;
  if (preset === 'netflix' || preset === 'lightgcn') {
    const parse = (preset === 'netflix' ? netflixLines() : lightgcnLine) as (text: string) => Row | Row[] | string | undefined;
    yield* lineRows<Row>(pieces, { maxLineBytes, bad, parse });
    return;
  }
  const format = textFormat(head, whole);
  if (format === 'csv') {
    const layout = guessedLayout(head, whole, o);
    const preheader = preset && presets[preset].header;
    const header = o.header ?? (preheader && !hasHeader(head, preset) ? preheader : true);
    const delimiter =
      preset === 'movielens' && o.delimiter === 'auto' && /^[^\r\n]*?::/.test(head.toString('latin1')) ? '::' : layout.delimiter;
    const rename = preset && ((names: readonly string[]) => presetNames(preset, names));
    yield* csvRows(bad.where, pieces, { ...o, ...layout, delimiter, header, rename }, bad, mode) as AsyncGenerator<Row[]>;
    return;
  }
  const rename = preset && renamer(preset);
  const rows =
    format === 'json-document'
      ? documentRows(pieces, bad, maxLineBytes)
      : lineRows<object>(pieces, { maxLineBytes, bad, parse: format === 'python' ? pythonRow : jsonRow });
  for await (const batch of rows as AsyncIterable<Row[]>) yield rename ? batch.map(rename) : batch;
}

/** The beginning of a text, and all of it. */
async function withHead(bytes: AsyncGenerator<Buffer>) {
  let head = Buffer.alloc(0);
  let whole = false;
  while (head.length < headBytes && !whole) {
    const next = await bytes.next();
    if (next.done) whole = true;
    else head = Buffer.concat([head, next.value]);
  }
  async function* pieces() {
    if (head.length > 0) yield head;
    if (!whole) yield* bytes;
  }
  return { head: head.subarray(0, headBytes), whole: whole && head.length <= headBytes, pieces: pieces() };
}

/** Gives rows the names of a preset. Rows of one file mostly have the same columns, so the names are found once for each. */
function renamer(preset: TablePreset): (row: Row) => Row {
  const makers = new Map<string, (values: ArrayLike<unknown>) => Row>();
  return (row) => {
    const names = Object.keys(row);
    const key = names.join('\n');
    let make = makers.get(key);
    if (!make) {
      make = rowMaker<unknown>(presetNames(preset, names));
      if (makers.size < 1000) makers.set(key, make);
    }
    return make(Object.values(row));
  };
}
