import { open } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Progress } from 'attune';
import { readTable } from 'attune/node';

/** A row of a file with the number of its line, or a line that cannot be read. */
export type SourceRow =
  | { line: number; row: Record<string, unknown>; problem?: undefined }
  | { line: number; row?: undefined; problem: string };

/** How the letters of a file are written. */
export type Encoding = 'utf-8' | 'latin1' | 'utf-16le' | 'utf-16be';

interface SourceOptions {
  encoding?: Encoding;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/**
 * Reads rows of any file that reviews or metadata come in: JSON Lines, a JSON array, CSV, TSV, Parquet, or the Python
 * literals of 2014, each plain, gzip or zstd, or a folder of them. The content decides, not the name. Rows come some hundreds at a time. In CSV
 * the number is that of the row, which is the line when no field holds a line break.
 */
export async function* readSource(file: string, options: SourceOptions = {}): AsyncGenerator<SourceRow[]> {
  const head = await beginning(file);
  const columns = ratingColumns(head);
  const isTable = columns === undefined && !/^\s*[[{]/.test(head);
  yield* numbered((o) => readTable<Record<string, unknown>>(file, columns ? { ...o, header: columns } : o), isTable ? 2 : 1, options);
}

/** Whether a text that begins so has one object of JSON in each line. */
export function isJsonLines(head: string): boolean {
  const text = head.trimStart();
  if (text[0] !== '{') return false;
  const end = text.indexOf('\n');
  const first = end < 0 ? text : text.slice(0, end);
  return isJson(first.replaceAll(/\b(?:NaN|-?Infinity)\b/g, 'null')) || first.length === text.length; // as Python writes what is no number
}

interface LineReader {
  batches(): AsyncIterable<Record<string, unknown>[]>;
}

type ReaderOptions = SourceOptions & { onBadLine: 'skip'; onSkip: (skipped: { line: number; reason: string }) => void };

/** Why a line is left out, without its text. */
export function reasonOf(problem: string): string {
  if (problem.startsWith('expected UTF-8')) return 'not a row: expected UTF-8, or --encoding latin1';
  return `not a row: ${problem.replace(/, got .*/s, '')}`;
}

/** Counts lines: a good row stands in the next line that was not skipped. */
async function* numbered(
  read: (options: ReaderOptions) => LineReader,
  firstLine: number,
  { onProgress, signal, encoding }: SourceOptions,
): AsyncGenerator<SourceRow[]> {
  let bad: { line: number; reason: string }[] = [];
  let line = firstLine;
  const skipped = new Set<number>();
  const onSkip = (it: { line: number; reason: string }) => {
    bad.push(it);
    skipped.add(it.line);
  };
  const options = { onProgress, signal, encoding, onBadLine: 'skip', onSkip } as const;
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

/** The beginning of the text, decompressed; nothing of a folder. @param raw only the two bytes that tell gzip, as they are */
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
    if ((await handle.stat()).isDirectory()) return Buffer.alloc(0);
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
