import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createGunzip, gunzipSync } from 'node:zlib';
import type { Progress } from 'attune';
import { readCsv, readJsonLines, readParquet, readTable } from 'attune/node';
import { parsePython } from './text.ts';

/** A row of a file with the number of its line, or a line that cannot be read. */
export type SourceRow =
  | { line: number; row: Record<string, unknown>; problem?: undefined }
  | { line: number; row?: undefined; problem: string };

interface SourceOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/**
 * Reads rows of any file that reviews or metadata come in: JSON Lines, a JSON array, CSV, TSV, Parquet, or the Python
 * literals of 2014, each plain or gzip. The content decides, not the name. Rows come some hundreds at a time. In CSV the number is that of the
 * row, which is the line when no field holds a line break.
 */
export async function* readSource(file: string, options: SourceOptions = {}): AsyncGenerator<SourceRow[]> {
  if ((await firstBytes(file, 4)).equals(zstd)) return yield* numbered((o) => readTable<Record<string, unknown>>(file, o), 1, options);
  const head = await beginning(file);
  if (head.startsWith('PAR1')) return yield* numbered((o) => readParquet(file, o), 1, options);
  if (/^\s*\[/.test(head)) return yield await wholeJson(file);
  if (/^\s*\{/.test(head)) {
    if (isJsonLines(head)) return yield* numbered((o) => readJsonLines(file, o), 1, options);
    if (typeof parsePython(firstLine(head)) === 'object') return yield* pythonLines(file, options);
    return yield await wholeJson(file);
  }
  const columns = ratingColumns(head);
  yield* numbered((o) => readCsv<Record<string, unknown>>(file, columns ? { ...o, header: columns } : o), columns ? 1 : 2, options);
}

/** Whether a text that begins so has one object of JSON in each line. */
export function isJsonLines(head: string): boolean {
  if (!/^\s*\{/.test(head)) return false;
  const first = firstLine(head);
  return isJson(first) || first.length === head.length;
}

const firstLine = (head: string) => head.slice(0, head.indexOf('\n') < 0 ? head.length : head.indexOf('\n'));

/** How a frame of Zstandard begins; the library decompresses it, or says what to do where Node cannot. */
const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

interface LineReader {
  batches(): AsyncIterable<Record<string, unknown>[]>;
}

type ReaderOptions = SourceOptions & { onBadLine: 'skip'; onSkip: (skipped: { line: number; reason: string }) => void };

/** Counts lines: a good row stands in the next line that was not skipped. */
async function* numbered(
  read: (options: ReaderOptions) => LineReader,
  firstLine: number,
  { onProgress, signal }: SourceOptions,
): AsyncGenerator<SourceRow[]> {
  let bad: { line: number; reason: string }[] = [];
  let line = firstLine;
  const skipped = new Set<number>();
  const onSkip = (it: { line: number; reason: string }) => {
    bad.push(it);
    skipped.add(it.line);
  };
  const options = { onProgress, signal, onBadLine: 'skip', onSkip } as const;
  const problems = (): SourceRow[] => {
    const rows = bad.map(({ line, reason }) => ({ line, problem: reason }));
    bad = [];
    return rows;
  };
  for await (const batch of read(options).batches()) {
    const rows: SourceRow[] = problems();
    for (const row of batch) {
      while (skipped.delete(line)) line++;
      rows.push({ line: line++, row });
    }
    yield rows;
  }
  yield problems();
}

async function wholeJson(file: string): Promise<SourceRow[]> {
  const bytes = await readFile(file);
  const text = (bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString('utf8').replace(/^\uFEFF/, '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw Object.assign(new Error(`${file} is neither JSON nor a row of JSON a line (${(error as Error).message}).`), {
      code: 'ERR_BAD_FILE',
    });
  }
  // An object may wrap the list, as { "reviews": [...] }, or be the only row.
  const list = Array.isArray(value)
    ? value
    : (Object.values(value as object).find((it) => Array.isArray(it) && typeof it[0] === 'object' && !isRow(value)) ?? [value]);
  return (list as unknown[]).map((row, index) =>
    row && typeof row === 'object' && !Array.isArray(row)
      ? { line: index + 1, row: row as Record<string, unknown> }
      : { line: index + 1, problem: 'expected an object' },
  );
}

const isRow = (value: unknown) => typeof value === 'object' && value !== null && ('asin' in value || 'parent_asin' in value);

async function* pythonLines(file: string, { onProgress, signal }: SourceOptions): AsyncGenerator<SourceRow[]> {
  const raw = createReadStream(file, { signal });
  const zipped = (await firstBytes(file, 2)).equals(Buffer.from([0x1f, 0x8b]));
  let line = 0;
  let rows: SourceRow[] = [];
  for await (const text of createInterface({ input: zipped ? raw.pipe(createGunzip()) : raw, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    if (text.trim() === '') continue;
    const row = parsePython(text);
    rows.push(
      typeof row === 'object' && row !== null
        ? { line, row: row as Record<string, unknown> }
        : { line, problem: 'expected JSON or a Python dict' },
    );
    if (rows.length < 500) continue;
    onProgress?.({ phase: 'reading', done: raw.bytesRead });
    yield rows;
    rows = [];
  }
  yield rows;
}

/** The beginning of the text, decompressed. @param raw only the two bytes that tell gzip, as they are */
export async function beginning(file: string, raw = false): Promise<string> {
  const bytes = await firstBytes(file, raw ? 2 : 65_536);
  if (raw) return bytes.toString('latin1');
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString('utf8').replace(/^\uFEFF/, '');
  // The end is missing, which is fine for the beginning.
  return gunzipSync(bytes, { finishFlush: 2 })
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

async function firstBytes(file: string, length: number): Promise<Buffer> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw Object.assign(
      new Error(`Expected a file at '${file}', got ${error.code === 'ENOENT' ? 'nothing there' : error.message}. Check the path.`),
      { code: 'ERR_NOT_FOUND' },
    );
  });
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The rating files of 2014 (user, item, rating, time) and 2018 (item, user, rating, time) have no header. */
function ratingColumns(head: string): string[] | undefined {
  const fields = head.slice(0, head.search(/\r?\n|$/)).split(/[,\t]/);
  if (fields.length !== 4 || !/^[1-5](\.0)?$/.test(fields[2]) || !/^\d{9,13}$/.test(fields[3])) return undefined;
  const isAsin = (text: string) => /^(B[0-9A-Z]{9}|\d{9}[\dX])$/.test(text);
  return isAsin(fields[0]) && !isAsin(fields[1]) ? ['asin', 'user_id', 'rating', 'timestamp'] : ['user_id', 'asin', 'rating', 'timestamp'];
}
