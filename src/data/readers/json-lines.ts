import { isUtf8 } from 'node:buffer';
import { shown } from '../../errors.ts';
import { callback, choice, integer, readOptions, workOptions } from '../../options.ts';
import { type BadLineOptions, BadLines, type RowReader, rowReader, type SkippedLine } from './row-reader.ts';
import { checkInput, inputName, type ReaderInput, type ReadOptions, readBytes } from './source.ts';

/** Options of {@link readJsonLines}. */
export interface JsonLinesOptions extends ReadOptions, BadLineOptions {
  /** Longer lines, in bytes, are bad ones; it bounds the memory. Default 16 MiB. */
  maxLineBytes?: number | undefined;
}

/**
 * Reads a file of one JSON object a line, plain or gzip (its content decides, not its name), in constant memory. Blank lines
 * are passed over; a byte order mark and CRLF do no harm. Nothing is opened before the first row is asked for; a file is
 * read anew by each iteration, and closed also when one ends early.
 *
 * @returns the rows; hand it to `Interactions.from` or iterate with `for await`.
 * @throws ERR_NOT_FOUND when there is no such file; ERR_BAD_FILE when it is damaged or truncated; ERR_BAD_ROW with the number
 * of the line, from 1; ERR_BAD_OPTION and ERR_BAD_ARGUMENT at once.
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
    ...workOptions,
  });
  checkInput(owner, input);
  return rowReader<Row>(
    () => new BadLines(`${owner}: ${inputName(input)}`, o),
    (bad) => readRows<Row>(readBytes(owner, input, o), o.maxLineBytes, bad),
  );
}

/** Decodes line by line, although a whole piece at once is one call: one letter beyond Latin 1 would make all of it two bytes wide. */
async function* readRows<Row>(pieces: AsyncIterable<Buffer>, maxLineBytes: number, bad: BadLines): AsyncGenerator<Row[]> {
  let carry: Buffer[] = []; // the line that the piece before began
  let carried = 0;
  let line = 0;
  let rows: Row[] = [];

  const take = (bytes: Buffer, start: number, end: number, wellFormed: boolean) => {
    line++;
    const row = parsed<Row>(bytes, start, end, wellFormed, maxLineBytes);
    if (typeof row === 'string') bad.report(line, row);
    else if (row) rows.push(row);
  };
  const takeCarried = () => {
    if (carried > maxLineBytes) bad.report(++line, tooLong(carried, maxLineBytes));
    else take(Buffer.concat(carry), 0, carried, false);
    carry = [];
    carried = 0;
  };

  try {
    for await (const piece of pieces) {
      let start = 0;
      const end = piece.lastIndexOf(10) + 1;
      if (end > 0 && carried > 0) {
        start = piece.indexOf(10) + 1;
        carry.push(piece.subarray(0, start - 1));
        carried += start - 1;
        takeCarried();
      }
      const wellFormed = isUtf8(piece.subarray(start, end));
      while (start < end) {
        const stop = piece.indexOf(10, start);
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

/** The row of a line, undefined when the line is blank, or what is wrong with it. */
function parsed<Row>(bytes: Buffer, start: number, end: number, wellFormed: boolean, maxLineBytes: number): Row | string | undefined {
  if (end - start > maxLineBytes) return tooLong(end - start, maxLineBytes);
  if (!wellFormed && !isUtf8(bytes.subarray(start, end))) return 'expected UTF-8, got bytes that are not';
  const text = bytes.toString('utf8', start, end);
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch (error) {
    return text.trim() === '' ? undefined : `expected a JSON object, got ${shown(text)} (${(error as Error).message})`;
  }
  return typeof row === 'object' && row !== null && !Array.isArray(row) ? (row as Row) : `expected a JSON object, got ${shown(row)}`;
}

function tooLong(length: number, maxLineBytes: number): string {
  return `expected at most ${maxLineBytes} bytes (maxLineBytes), got ${length}`;
}
