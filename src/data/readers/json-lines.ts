import { isUtf8 } from 'node:buffer';
import { shown } from '../../errors.ts';
import { callback, choice, integer, readOptions, workOptions } from '../../options.ts';
import { guessNewline } from './csv-layout.ts';
import { encodings, notUtf8 } from './encodings.ts';
import { parseLiteral } from './literals.ts';
import { pandasOrient } from './pandas-orient.ts';
import { type BadLineOptions, BadLines, fromCheck, type ResumeOptions, type RowReader, rowReader, type SkippedLine } from './row-reader.ts';
import { checkInput, inputName, type ReaderInput, readBytes, type TextReadOptions } from './source.ts';

/** Options of {@link readJsonLines}. */
export interface JsonLinesOptions extends TextReadOptions, BadLineOptions, ResumeOptions {
  /** Longer lines, in bytes, are bad ones; it bounds the memory. Default 16 MiB. */
  maxLineBytes?: number | undefined;
}

/**
 * Reads a file of one JSON object a line, plain, gzip or zstd (its content decides, not its name), in constant memory. Blank lines
 * are skipped; a byte order mark, CRLF and CR do no harm, and NaN and Infinity, which Python writes, are numbers. Nothing is opened
 * before the first row is asked for; each iteration reads a file from its beginning, and closes it even when it ends early.
 *
 * @returns the rows; hand it to `Interactions.from` or iterate with `for await`.
 * @throws ERR_NOT_FOUND when there is no such file; ERR_BAD_FILE when it is damaged, truncated or no text; ERR_NOT_SUPPORTED for zstd
 * with windows over 128 MiB; ERR_BAD_ROW with the number of the line, from 1; ERR_BAD_OPTION and ERR_BAD_ARGUMENT at once.
 */
export function readJsonLines<Row extends object = Record<string, unknown>>(
  input: ReaderInput,
  options: JsonLinesOptions = {},
): RowReader<Row> {
  const owner = 'readJsonLines';
  const o = readOptions(owner, options, {
    onBadLine: choice(['throw', 'skip'], 'throw'),
    onSkip: callback<(skipped: SkippedLine) => void>(),
    maxLineBytes: integer({ default: 2 ** 24, min: 1, max: 2 ** 29 }),
    encoding: choice(encodings, 'utf-8'),
    from: fromCheck,
    ...workOptions,
  });
  checkInput(owner, input);
  return rowReader<Row>(
    () => new BadLines(`${owner}: ${inputName(input)}`, o),
    (bad) =>
      lineRows<Row>(readBytes(owner, input, o), { maxLineBytes: o.maxLineBytes, bad, parse: jsonRow as (text: string) => Row | string }),
    o.from,
  );
}

/** How the lines of a file become rows. */
export interface LineFormat<Row> {
  maxLineBytes: number;
  bad: BadLines;
  /** The row, the rows, or nothing of a line, or what is wrong with it as a text. */
  parse: (text: string) => Row | Row[] | string | undefined;
}

/** Decodes line by line, although a whole piece at once is one call: one letter beyond Latin 1 would make all of it two bytes wide. */
export async function* lineRows<Row>(pieces: AsyncIterable<Buffer>, { maxLineBytes, bad, parse }: LineFormat<Row>): AsyncGenerator<Row[]> {
  let newline: 10 | 13 | undefined;
  let carry: Buffer[] = []; // the line that the piece before began
  let carried = 0;
  let line = 0;
  let rows: Row[] = [];

  const take = (bytes: Buffer, start: number, end: number, wellFormed: boolean) => {
    line++;
    if (end - start > maxLineBytes) bad.report(line, tooLong(end - start, maxLineBytes));
    else if (!wellFormed && !isUtf8(bytes.subarray(start, end))) bad.report(line, notUtf8, '');
    else {
      const row = parse(bytes.toString('utf8', start, end));
      if (typeof row === 'string') bad.report(line, row);
      else if (Array.isArray(row)) rows.push(...row);
      else if (row) rows.push(row);
    }
  };
  const takeCarried = () => {
    if (carried > maxLineBytes) bad.report(++line, tooLong(carried, maxLineBytes));
    else take(Buffer.concat(carry), 0, carried, false);
    carry = [];
    carried = 0;
  };

  try {
    for await (const piece of pieces) {
      newline ??= guessNewline(piece, 0, false, -1);
      const ending = newline ?? 10;
      let start = 0;
      const end = piece.lastIndexOf(ending) + 1;
      if (end > 0 && carried > 0) {
        start = piece.indexOf(ending) + 1;
        carry.push(piece.subarray(0, start - 1));
        carried += start - 1;
        takeCarried();
      }
      const wellFormed = isUtf8(piece.subarray(start, end));
      while (start < end) {
        const stop = piece.indexOf(ending, start);
        take(piece, start, stop, wellFormed);
        start = stop + 1;
      }
      if (end < piece.length) {
        carried += piece.length - end;
        if (carried <= maxLineBytes) carry.push(Buffer.from(piece.subarray(end)));
        else carry = [];
      }
      if (rows.length > 0) yield rows;
      rows = [];
    }
    if (carried > 0) takeCarried();
  } catch (error) {
    if (rows.length > 0) yield rows; // what stands before a bad line comes before the error
    throw error;
  }
  if (rows.length > 0) yield rows;
}

/** The row of a line of JSON. */
export function jsonRow(text: string): object | string | undefined {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (error) {
    if (text.trim() === '') return undefined;
    if (/\}\s*,\s*$/.test(text)) return jsonRow(text.replace(/,\s*$/, '')); // lines cut out of an array
    row = /\b(NaN|Infinity)\b/.test(text) ? parseLiteral(text) : undefined;
    if (row === undefined) return `expected a JSON object, got ${shown(text)} (${(error as Error).message})`;
  }
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return `expected a JSON object, got ${shown(row)}`;
  const orient = pandasOrient(row);
  return orient === undefined
    ? row
    : `expected a row as an object, got a whole table in one, as pandas writes it with orient '${orient}'. Write it by to_json(path, orient='records', lines=True)`;
}

/** The row of a line that is a dict of Python. */
export function pythonRow(text: string): object | string | undefined {
  if (text.trim() === '') return undefined;
  const row = parseLiteral(text);
  return typeof row === 'object' && row !== null && !Array.isArray(row) ? row : `expected a dict of Python, got ${shown(text)}`;
}

function tooLong(length: number, maxLineBytes: number): string {
  return `expected at most ${maxLineBytes} bytes (maxLineBytes), got ${length}`;
}
