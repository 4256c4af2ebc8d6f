import { isUtf8 } from 'node:buffer';
import { AttuneError, shown } from '../../errors.ts';
import { readOptions } from '../../options.ts';
import { guessDelimiter, guessNewline, namedDelimiter } from './csv-layout.ts';
import { type CsvOptions, type CsvSettings, csvChecks } from './csv-options.ts';
import { CsvRecords } from './csv-records.ts';
import { CsvScanner, incomplete } from './csv-scanner.ts';
import { notUtf8 } from './encodings.ts';
import { BadLines, type ReadMode, type RowReader, rowMaker, rowReader } from './row-reader.ts';
import { checkInput, inputName, type ReaderInput, readBytes } from './source.ts';

/**
 * Reads a CSV file (RFC 4180), plain, gzip or zstd (its content decides, not its name), in constant memory. Every value
 * is a text. Blank lines are skipped; a byte order mark, CRLF and CR do no harm. A row with another number of fields than
 * there are columns, or with a broken quote, is a bad line; reading goes on in the line after the one it began in. Nothing
 * is opened before the first row is asked for; each iteration reads a file from its beginning, and closes it even when it ends early.
 *
 * @returns the rows; hand it to `Interactions.from` or iterate with `for await`.
 * @throws ERR_NOT_FOUND when there is no such file; ERR_BAD_FILE when it is damaged, truncated, no text, or names a column twice;
 * ERR_NOT_SUPPORTED for zstd with windows over 128 MiB; ERR_BAD_ROW with the number of the line, from 1; ERR_BAD_OPTION and ERR_BAD_ARGUMENT at once.
 */
export function readCsv<Row extends object = Record<string, string>>(input: ReaderInput, options: CsvOptions = {}): RowReader<Row> {
  const owner = 'readCsv';
  const o = readOptions(owner, options, csvChecks);
  checkInput(owner, input);
  if (o.escape !== undefined && o.escape === (o.quote ?? '"')) {
    throw new AttuneError(
      'ERR_BAD_OPTION',
      `${owner}: option 'escape' must be another character than quote; doubled quotes need no escape.`,
    );
  }
  const where = `${owner}: ${inputName(input)}`;
  return rowReader<Row>(
    () => new BadLines(where, o),
    (bad, mode) => csvRows(where, readBytes(owner, input, o), o, bad, mode) as AsyncGenerator<Row[]>,
    o.from,
  );
}

/** The rows of a text in pieces. */
export function csvRows(
  where: string,
  pieces: AsyncIterable<Buffer>,
  settings: CsvSettings,
  bad: BadLines,
  mode: ReadMode = 'rows',
): AsyncGenerator<Batch> {
  return readRows(pieces, new RowParser(where, settings, bad, mode), settings.maxLineBytes);
}

/** Hands whole records to the parser, and keeps what is left of a piece for the next one. */
async function* readRows(pieces: AsyncIterable<Buffer>, parser: RowParser, maxLineBytes: number): AsyncGenerator<Batch> {
  let carry: Buffer[] = [];
  let carried = 0;
  let tried = 0; // a record longer than a piece is tried again when it has doubled, else the time would grow with its square
  try {
    for await (const piece of pieces) {
      carried += piece.length;
      if (carried < 2 * tried && carried <= maxLineBytes) {
        carry.push(Buffer.from(piece));
        continue;
      }
      const data = carry.length > 0 ? Buffer.concat([...carry, piece]) : piece;
      let used = parser.parse(data, 0, false);
      while (data.length - used > maxLineBytes) used = parser.parse(data, parser.tooLong(data, used), false);
      tried = carried = data.length - used;
      carry = carried > 0 ? [Buffer.from(data.subarray(used))] : [];
      const rows = parser.take();
      if (rows.length > 0) yield rows;
    }
    if (carried > 0) parser.parse(Buffer.concat(carry), 0, true);
  } catch (error) {
    const rows = parser.take();
    if (rows.length > 0) yield rows; // what stands before a bad line comes before the error
    throw error;
  }
  const rows = parser.take();
  if (rows.length > 0) yield rows;
}

/** What is handed on at once: rows, or where they stand. */
type Batch = Record<string, string>[] | CsvRecords;

type MakeRow = (values: readonly string[]) => Record<string, string>;

/** Turns bytes into rows; knows the columns as soon as the first record is there. */
class RowParser {
  readonly #where: string;
  readonly #settings: CsvSettings;
  readonly #bad: BadLines;
  readonly #mode: ReadMode;
  #rows: Record<string, string>[] = [];
  /** What takes the place of rows where records are wanted. */
  #records: CsvRecords | undefined;
  #names: readonly string[] = [];
  #scanner: CsvScanner | undefined;
  #make: MakeRow | undefined;
  #columns = 0;
  #newline: 10 | 13 | undefined;
  /** Whether the delimiter is one that stands in texts too, so that it says nothing about lines inside of quotes. */
  #mayBeText = true;
  #trim = false;
  #hint = '';
  readonly #comment: Buffer | undefined;
  #line = 1; // of the record that comes next
  #toSkip: number;
  #insideTooLong = false;
  readonly #texts: string[] = [];

  constructor(where: string, settings: CsvSettings, bad: BadLines, mode: ReadMode) {
    this.#where = where;
    this.#mode = mode;
    this.#settings = settings;
    this.#bad = bad;
    this.#toSkip = settings.skipLines;
    this.#comment = settings.comment ? Buffer.from(settings.comment) : undefined;
    this.#trim = settings.trim === true;
  }

  /** The rows since it was called last. */
  take(): Batch {
    const batch = this.#records ?? this.#rows;
    this.#rows = [];
    this.#records = undefined;
    return batch;
  }

  /** Parses the records from `at` on. @returns where the first one begins that does not end here. */
  parse(data: Buffer, at: number, last: boolean): number {
    this.#newline ??= guessNewline(data, at, last, this.#quoteByte);
    if (!this.#newline) return at;
    while (this.#insideTooLong || this.#toSkip > 0) {
      const newline = data.indexOf(this.#newline, at);
      if (newline < 0) return data.length;
      at = newline + 1;
      this.#line++;
      if (this.#insideTooLong) this.#insideTooLong = false;
      else this.#toSkip--;
    }
    while (at < data.length) {
      if (this.#comment && data[at] === this.#comment[0]) {
        const end = this.#commentEnd(data, at, this.#newline, this.#comment, last);
        if (end === incomplete) return at;
        if (end > at) {
          at = end;
          this.#line++;
          continue;
        }
      }
      if (!this.#scanner) {
        const end = data.indexOf(this.#newline, at);
        if (!last && end < 0) return at;
        const named =
          this.#line === 1 && this.#settings.delimiter === 'auto' ? namedDelimiter(data.toString('latin1', at, end)) : undefined;
        this.#scanner = this.#scannerFor(data, at, this.#newline, named);
        if (named !== undefined) {
          at = end + 1;
          this.#line++;
          continue;
        }
      }
      const next = this.#scanner.scan(data, at, last);
      if (next === incomplete) return at;
      if (next - at - 1 > this.#settings.maxLineBytes) {
        at = this.tooLong(data, at);
        continue;
      }
      this.#takeRecord(this.#scanner, data);
      this.#line += this.#scanner.newlines;
      at = next;
    }
    return at;
  }

  /** Where the line after a comment begins; `at` when it is no comment. */
  #commentEnd(data: Buffer, at: number, newline: number, comment: Buffer, last: boolean): number {
    if (!last && at + comment.length > data.length) return incomplete;
    if (data.compare(comment, 0, comment.length, at, Math.min(at + comment.length, data.length)) !== 0) return at;
    const end = data.indexOf(newline, at);
    return end >= 0 ? end + 1 : last ? data.length : incomplete;
  }

  /** Gives up the record at `at`, which is longer than allowed. @returns where to go on. */
  tooLong(data: Buffer, at: number): number {
    this.#bad.report(
      this.#line,
      `expected a row of at most ${this.#settings.maxLineBytes} bytes (maxLineBytes), got a longer one; a quote may not be closed`,
    );
    const newline = data.indexOf(this.#newline ?? 10, at);
    if (newline >= 0) {
      this.#line++;
      return newline + 1;
    }
    this.#insideTooLong = true;
    return data.length;
  }

  #takeRecord(scanner: CsvScanner, data: Buffer): void {
    const problem = scanner.problem ?? this.#problemOf(scanner, data);
    if (problem === notUtf8) this.#bad.report(this.#line, problem, '');
    else if (problem !== undefined) this.#bad.report(this.#line, problem);
    else if (!scanner.blank) {
      const make = (this.#make ??= this.#makerFor(scanner.count));
      if (make && this.#mode === 'records' && !this.#trim) {
        this.#records ??= new CsvRecords(this.#names, make);
        if (this.#records.addScanned(scanner, data)) return;
      }
      scanner.texts(data, this.#texts);
      if (this.#trim) for (let k = 0; k < scanner.count; k++) this.#texts[k] = this.#texts[k].trim();
      if (make && this.#records) this.#records.addRow(make(this.#texts));
      else if (make) this.#rows.push(make(this.#texts));
      else this.#make = this.#makerOf(this.#texts.slice(0, scanner.count));
    }
  }

  #problemOf(scanner: CsvScanner, data: Buffer): string | undefined {
    const bytes = scanner.beyondAscii(data);
    if (bytes && !isUtf8(bytes)) return notUtf8;
    if (scanner.blank || !this.#make) return undefined;
    if (scanner.count !== this.#columns) return `expected ${this.#columns} fields, got ${scanner.count}${this.#hint}`;
    if (scanner.newlines > 1 && this.#settings.quote === undefined && !this.#mayBeText && scanner.looksLikeRows(data, this.#columns)) {
      return `expected a row, got a quoted text over ${scanner.newlines} lines that look like rows of their own; pass quote: false if quotes are letters like any other in this file, or quote: '"' if they are not`;
    }
    return undefined;
  }

  /** What makes rows when the first record is one already; undefined when it names the columns. */
  #makerFor(count: number): MakeRow | undefined {
    const { header } = this.#settings;
    if (header === true) return undefined;
    return this.#makerOf(header === false ? Array.from({ length: count }, (_, k) => String(k)) : header);
  }

  #makerOf(given: readonly string[]): MakeRow {
    const { trim = given.length > 1 && given.every((name, k) => k === 0 || /^\s+\S/.test(name)), rename, header } = this.#settings;
    this.#trim = trim;
    const trimmed = trim ? given.map((name) => name.trim()) : given;
    const names = header === true && rename ? rename(trimmed) : trimmed;
    const twice = names.find((name, k) => names.indexOf(name) < k);
    if (twice !== undefined) {
      throw new AttuneError(
        'ERR_BAD_FILE',
        `${this.#where}, line ${this.#line}: expected distinct column names, got ${shown(twice)} twice. Name the columns with header: [...] and skipLines: ${this.#line}.`,
      );
    }
    this.#columns = names.length;
    this.#names = names;
    const mark = /^\s*(#|%|\/\/)/.exec(given[0])?.[1];
    if (mark && given.length === 1) this.#hint = `; if lines that begin with '${mark}' are comments, pass comment: '${mark}'`;
    if (given.length === 1 && /^\d+:$/.test(given[0].trim()))
      this.#hint = `; a first line such as '${given[0].trim()}' begins a movie in files of the Netflix prize, which preset: 'netflix' reads`;
    return rowMaker<string>(names);
  }

  #scannerFor(data: Buffer, at: number, newline: 10 | 13, given = this.#settings.delimiter): CsvScanner {
    const delimiter = given === 'auto' ? guessDelimiter(data, at, newline, this.#quoteByte) : given === 'blanks' ? ' ' : given;
    this.#mayBeText = delimiter === ',' || delimiter === ';' || given === 'blanks';
    return new CsvScanner({
      delimiter: Buffer.from(delimiter),
      quote: this.#quoteByte,
      escape: this.#settings.escape?.charCodeAt(0) ?? -1,
      newline,
      blanks: given === 'blanks',
    });
  }

  get #quoteByte(): number {
    const { quote = '"' } = this.#settings;
    return quote === false ? -1 : quote.charCodeAt(0);
  }
}
