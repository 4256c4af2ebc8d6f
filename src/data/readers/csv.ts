import { isUtf8 } from 'node:buffer';
import { AttuneError, shown } from '../../errors.ts';
import { type Check, callback, choice, integer, readOptions, workOptions } from '../../options.ts';
import { CsvScanner, incomplete } from './csv-scanner.ts';
import { type BadLineOptions, BadLines, type RowReader, rowMaker, rowReader, type SkippedLine } from './row-reader.ts';
import { checkInput, inputName, type ReaderInput, type ReadOptions, readBytes } from './source.ts';

/** Options of {@link readCsv}. */
export interface CsvOptions extends ReadOptions, BadLineOptions {
  /** What stands between fields: a text such as `','`, `'\t'` or `'::'`; `'auto'` (default) takes the most frequent of `, ; tab |` in the first line. */
  delimiter?: string | undefined;
  /** One ASCII character around fields that hold delimiters, newlines or (doubled) quotes, or `false` for none. Default `'"'`. */
  quote?: string | false | undefined;
  /** `true` (default): the first line names the columns. `false`: they are named `'0'`, `'1'`, ... Names: the file has no such line. */
  header?: boolean | readonly string[] | undefined;
  /** Lines to leave out before anything else. Default 0. */
  skipLines?: number | undefined;
  /** Longer rows, in bytes, are bad ones; it bounds the memory. Default 16 MiB. */
  maxLineBytes?: number | undefined;
}

/** The checked options, all present. */
interface Settings {
  delimiter: string;
  quote: string | false;
  header: boolean | readonly string[];
  skipLines: number;
  maxLineBytes: number;
}

/**
 * Reads a CSV file (RFC 4180, UTF-8), plain or gzip (its content decides, not its name), in constant memory. Every value
 * is a text. Blank lines are passed over; a byte order mark and CRLF do no harm. A row with another number of fields than
 * there are columns, or with a broken quote, is a bad line; reading goes on in the line after the one it began in. Nothing
 * is opened before the first row is asked for; a file is read anew by each iteration, and closed also when one ends early.
 *
 * @returns the rows; hand it to `Interactions.from` or iterate with `for await`.
 * @throws ERR_NOT_FOUND when there is no such file; ERR_BAD_FILE when it is damaged, truncated, or names a column twice;
 * ERR_BAD_ROW with the number of the line, from 1; ERR_BAD_OPTION and ERR_BAD_ARGUMENT at once.
 */
export function readCsv<Row extends object = Record<string, string>>(input: ReaderInput, options: CsvOptions = {}): RowReader<Row> {
  const owner = 'readCsv';
  const o = readOptions(owner, options, {
    delimiter: delimiterOption,
    quote: quoteOption,
    header: headerOption,
    skipLines: integer({ default: 0, min: 0 }),
    onBadLine: choice(['throw', 'skip'], 'throw'),
    onSkip: callback<(skipped: SkippedLine) => void>(),
    maxLineBytes: integer({ default: 2 ** 24, min: 1, max: 2 ** 29 }),
    ...workOptions,
  });
  checkInput(owner, input);
  const where = `${owner}: ${inputName(input)}`;
  return rowReader<Row>(
    () => new BadLines(where, o),
    (bad) => readRows(readBytes(owner, input, o), new RowParser(where, o, bad), o.maxLineBytes) as AsyncGenerator<Row[]>,
  );
}

/** Hands whole records to the parser, and keeps what is left of a piece for the next one. */
async function* readRows(pieces: AsyncIterable<Buffer>, parser: RowParser, maxLineBytes: number): AsyncGenerator<Record<string, string>[]> {
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

type MakeRow = (values: readonly string[]) => Record<string, string>;

/** Turns bytes into rows; knows the columns as soon as the first record is there. */
class RowParser {
  readonly #where: string;
  readonly #settings: Settings;
  readonly #bad: BadLines;
  #rows: Record<string, string>[] = [];
  #scanner: CsvScanner | undefined;
  #make: MakeRow | undefined;
  #columns = 0;
  #line = 1; // of the record that comes next
  #toSkip: number;
  #insideTooLong = false;
  readonly #texts: string[] = [];

  constructor(where: string, settings: Settings, bad: BadLines) {
    this.#where = where;
    this.#settings = settings;
    this.#bad = bad;
    this.#toSkip = settings.skipLines;
  }

  /** The rows since it was called last. */
  take(): Record<string, string>[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  /** Parses the records from `at` on. @returns where the first one begins that does not end here. */
  parse(data: Buffer, at: number, last: boolean): number {
    while (this.#insideTooLong || this.#toSkip > 0) {
      const newline = data.indexOf(10, at);
      if (newline < 0) return data.length;
      at = newline + 1;
      this.#line++;
      if (this.#insideTooLong) this.#insideTooLong = false;
      else this.#toSkip--;
    }
    if (!this.#scanner) {
      if (!last && data.indexOf(10, at) < 0) return at;
      this.#scanner = this.#scannerFor(data, at);
    }
    while (at < data.length) {
      const next = this.#scanner.scan(data, at, last);
      if (next === incomplete) return at;
      this.#takeRecord(this.#scanner, data);
      this.#line += this.#scanner.newlines;
      at = next;
    }
    return at;
  }

  /** Gives up the record at `at`, which is longer than allowed. @returns where to go on. */
  tooLong(data: Buffer, at: number): number {
    this.#bad.report(
      this.#line,
      `expected a row of at most ${this.#settings.maxLineBytes} bytes (maxLineBytes), got a longer one; a quote may not be closed`,
    );
    const newline = data.indexOf(10, at);
    if (newline >= 0) {
      this.#line++;
      return newline + 1;
    }
    this.#insideTooLong = true;
    return data.length;
  }

  #takeRecord(scanner: CsvScanner, data: Buffer): void {
    const problem = scanner.problem ?? this.#problemOf(scanner, data);
    if (problem !== undefined) this.#bad.report(this.#line, problem);
    else if (!scanner.blank) {
      scanner.texts(data, this.#texts);
      const make = (this.#make ??= this.#makerFor(scanner.count));
      if (make) this.#rows.push(make(this.#texts));
      else this.#make = this.#makerOf(this.#texts.slice(0, scanner.count));
    }
  }

  #problemOf(scanner: CsvScanner, data: Buffer): string | undefined {
    const bytes = scanner.beyondAscii(data);
    if (bytes && !isUtf8(bytes)) return 'expected UTF-8, got bytes that are not';
    if (!scanner.blank && this.#make && scanner.count !== this.#columns) return `expected ${this.#columns} fields, got ${scanner.count}`;
    return undefined;
  }

  /** What makes rows when the first record is one already; undefined when it names the columns. */
  #makerFor(count: number): MakeRow | undefined {
    const { header } = this.#settings;
    if (header === true) return undefined;
    return this.#makerOf(header === false ? Array.from({ length: count }, (_, k) => String(k)) : header);
  }

  #makerOf(names: readonly string[]): MakeRow {
    const twice = names.find((name, k) => names.indexOf(name) < k);
    if (twice !== undefined) {
      throw new AttuneError(
        'ERR_BAD_FILE',
        `${this.#where}, line ${this.#line}: expected distinct column names, got ${shown(twice)} twice. Name the columns with header: [...] and skipLines: ${this.#line}.`,
      );
    }
    this.#columns = names.length;
    return rowMaker<string>(names);
  }

  #scannerFor(data: Buffer, at: number): CsvScanner {
    const { delimiter, quote } = this.#settings;
    const quoteByte = quote === false ? -1 : quote.charCodeAt(0);
    return new CsvScanner(Buffer.from(delimiter === 'auto' ? guessDelimiter(data, at, quoteByte) : delimiter), quoteByte);
  }
}

/** The candidate that is most frequent outside of quotes in the first line with something in it; a comma when there is none. */
function guessDelimiter(data: Buffer, at: number, quote: number): string {
  const counts = new Map<number, number>([...',;\t|'].map((c) => [c.charCodeAt(0), 0]));
  let inside = false;
  let some = false;
  for (; at < data.length; at++) {
    const c = data[at];
    if (c === quote) inside = !inside;
    if (c === 10 && !inside && some) break;
    if (c !== 10 && c !== 13) some = true;
    if (!inside && counts.has(c)) counts.set(c, (counts.get(c) ?? 0) + 1);
  }
  const [best] = [...counts].sort((a, b) => b[1] - a[1])[0];
  return String.fromCharCode(best);
}

const delimiterOption: Check<string> = (value = 'auto', name) => {
  if (typeof value === 'string' && value !== '' && !/[\r\n"]/.test(value)) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be 'auto' or a text without quotes and line ends, got ${shown(value)}.`);
};

const quoteOption: Check<string | false> = (value = '"', name) => {
  if (value === false || (typeof value === 'string' && /^[!-~]$/.test(value))) return value;
  throw new AttuneError('ERR_BAD_OPTION', `${name} must be one ASCII character or false, got ${shown(value)}.`);
};

const headerOption: Check<boolean | readonly string[]> = (value = true, name) => {
  if (typeof value === 'boolean') return value;
  if (!Array.isArray(value) || value.length === 0 || !value.every((column) => typeof column === 'string')) {
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be true, false or an array of column names, got ${shown(value)}.`);
  }
  if (new Set(value).size === value.length) return [...value];
  throw new AttuneError('ERR_BAD_OPTION', `${name} must hold distinct names, got ${value.map(shown).join(', ')}.`);
};
