import { isUtf8 } from 'node:buffer';
import { AttuneError } from '../../errors.ts';
import { notUtf8 } from './encodings.ts';
import { jsonRow, pythonRow } from './json-lines.ts';
import type { BadLines } from './row-reader.ts';

/**
 * The rows of one JSON document: the objects of an array, or of the first array of objects that is a value of an object, such as
 * `{ "data": [...] }`. It is cut into rows by their braces, so the memory holds a row, however long the document is. Rows may be dicts, as in a
 * list that Python printed.
 */
export async function* documentRows(pieces: AsyncIterable<Buffer>, bad: BadLines, maxRowBytes: number): AsyncGenerator<object[]> {
  let carry = Buffer.alloc(0); // of the row that has begun
  const cutter = new RowCutter();
  let rows: object[] = [];
  const take = (bytes: Buffer, line: number) => {
    const row = bytes.length > maxRowBytes ? tooLong(maxRowBytes) : isUtf8(bytes) ? rowOf(bytes.toString()) : notUtf8;
    if (typeof row === 'string') bad.report(line, row, row === notUtf8 ? '' : undefined);
    else if (row) rows.push(row);
  };
  try {
    for await (const piece of pieces) {
      for (let at = 0; ; ) {
        const end = cutter.next(piece, at);
        if (end < 0) break;
        const part = piece.subarray(Math.max(cutter.begin, 0), end);
        take(carry.length > 0 ? Buffer.concat([carry, part]) : part, cutter.line);
        carry = Buffer.alloc(0);
        at = end;
      }
      if (cutter.inRow) carry = Buffer.concat([carry, piece.subarray(Math.max(cutter.begin, 0))]);
      if (carry.length > maxRowBytes) throw new AttuneError('ERR_BAD_FILE', `${bad.where}, line ${cutter.line}: ${tooLong(maxRowBytes)}.`);
      if (rows.length > 0) yield rows;
      rows = [];
      cutter.begin = -1;
    }
    if (!cutter.done)
      bad.report(cutter.newlines, 'expected the end of the JSON document, got the end of the file', 'Fetch or write the file again.');
    else if (!cutter.hasRows)
      throw new AttuneError(
        'ERR_BAD_FILE',
        `${bad.where}: expected an array of objects, or an object such as { "data": [{ ... }] }, got JSON without one. Write each row as an object: { "user": ..., "item": ... }.`,
      );
  } catch (error) {
    if (rows.length > 0) yield rows;
    throw error;
  }
}

const rowOf = (text: string) => (/^\{\s*u?'/.test(text) ? pythonRow(text) : jsonRow(text));

/** Finds the objects in the array of rows, byte by byte. */
class RowCutter {
  /** Where the row begins in this piece, -1 when in one before. */
  begin = -1;
  /** Number of the line, from 1, in which the row begins. */
  line = 1;
  newlines = 1;
  #depth = 0;
  /** The depth of the array of rows, 0 as long as it has not begun. */
  #rowsAt = 0;
  /** The quote that ends the text in which the cutter is, 0 outside. */
  #quote = 0;
  #escaped = false;
  #maybeRows = false;
  #isEmpty = false;

  /** Whether there was an array of objects, or one of nothing. */
  get hasRows(): boolean {
    return this.#rowsAt > 0 || this.#isEmpty;
  }

  get inRow(): boolean {
    return this.#rowsAt > 0 && this.#depth > this.#rowsAt;
  }

  get done(): boolean {
    return this.#depth === 0;
  }

  /** @returns the end of the row that ends next, or -1 when none ends in this piece. */
  next(piece: Buffer, from: number): number {
    for (let at = from; at < piece.length; at++) {
      const c = piece[at];
      if (c === 10) this.newlines++;
      if (this.#quote > 0) {
        if (this.#escaped) this.#escaped = false;
        else if (c === 92) this.#escaped = true;
        else if (c === this.#quote) this.#quote = 0;
      } else if (c === 34 || c === 39) {
        this.#quote = c;
        this.#maybeRows = false;
      } else if (c === 91 || c === 123) this.#open(c, at);
      else if (c === 93 || c === 125) {
        if (this.#maybeRows) this.#isEmpty = true;
        this.#maybeRows = false;
        if (--this.#depth === this.#rowsAt && this.#rowsAt > 0) return at + 1;
        if (this.#depth < this.#rowsAt) this.#rowsAt = Number.POSITIVE_INFINITY; // all rows are there; the rest only closes
      } else if (c > 32) this.#maybeRows = false;
    }
    return -1;
  }

  #open(c: number, at: number): void {
    if (c === 123 && this.#maybeRows) this.#rowsAt = this.#depth;
    this.#maybeRows = c === 91 && this.#rowsAt === 0 && this.#depth < 2;
    if (this.#depth++ === this.#rowsAt && this.#rowsAt > 0) {
      this.begin = at;
      this.line = this.newlines;
    }
  }
}

function tooLong(maxRowBytes: number): string {
  return `expected a row of at most ${maxRowBytes} bytes (maxLineBytes), got a longer one`;
}
