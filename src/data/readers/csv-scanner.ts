/** What {@link CsvScanner.scan} answers when the record does not end within the bytes at hand. */
export const incomplete = -1;

/** How a file is laid out. Letters are bytes; -1 = there is none. */
export interface CsvLayout {
  delimiter: Uint8Array;
  quote: number;
  /** Stands before a letter that is meant as it is. */
  escape: number;
  /** What ends a line: 10 (also CRLF), or 13 in files of old Macs. */
  newline: 10 | 13;
  /** Any number of blanks and tabs is one delimiter, and none at both ends of a line. */
  blanks: boolean;
}

/**
 * Finds the fields of one record at a time in bytes (RFC 4180; a quote that does not open a field is a letter like any
 * other). Works on bytes, because UTF-8 never hides a delimiter, quote or newline inside a character, and because a record
 * is then decoded by one call: fields cut from its text keep that record alive and never a whole piece of the file.
 */
export class CsvScanner {
  /** Fields of the record scanned last. */
  count = 0;
  /** Newlines in it, the one that ends it included. */
  newlines = 0;
  /** What is wrong with it, or undefined. */
  problem: string | undefined;
  readonly #delimiter: Uint8Array;
  readonly #quote: number;
  readonly #escape: number;
  readonly #newline: number;
  readonly #blanks: boolean;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #escaped = new Uint8Array(64); // 1 = has doubled quotes, 2 = has escapes, 3 = both
  #ascii = true;
  #start = 0;
  #end = 0;

  constructor(layout: CsvLayout) {
    this.#delimiter = layout.delimiter;
    this.#quote = layout.quote;
    this.#escape = layout.escape;
    this.#newline = layout.newline;
    this.#blanks = layout.blanks;
  }

  /**
   * Scans the record that begins at `start`.
   * @param last whether the file ends with these bytes.
   * @returns where the next record begins, or {@link incomplete}. After a problem, that is the line after the one it began in.
   */
  scan(data: Buffer, start: number, last: boolean): number {
    const quote = this.#quote;
    const escaping = this.#escape;
    const newline = this.#newline;
    const blanks = this.#blanks;
    const { length } = data;
    const [first] = this.#delimiter;
    const single = this.#delimiter.length === 1;
    const limit = Math.max(first, 13, escaping); // most letters are above it, and cost one comparison
    let seen = 0;
    let at = blanks ? skipBlanks(data, start) : start;
    this.count = 0;
    this.newlines = 1;
    this.problem = undefined;
    this.#start = at;
    for (;;) {
      const quoted = at < length && data[at] === quote;
      const from = quoted ? at + 1 : at;
      let to = from;
      let escaped = 0;
      if (quoted) {
        for (; ; to++) {
          if (to >= length)
            return last ? this.#bad(data, last, `expected a closing quote, got the end of the file${ifLetters}`) : incomplete;
          const c = data[to];
          seen |= c;
          if (c === newline) this.newlines++;
          if (c === escaping && to + 1 < length) {
            seen |= data[++to];
            if (data[to] === newline) this.newlines++;
            escaped |= 2;
          } else if (c === quote) {
            if (to + 1 >= length && !last) return incomplete;
            if (data[to + 1] !== quote) break;
            escaped |= 1;
            to++;
          }
        }
        at = to + 1;
        if (newline === 10 && data[at] === 13) {
          if (at + 1 >= length && !last) return incomplete;
          if (at + 1 >= length || data[at + 1] === 10) at++;
        }
      } else {
        for (; at < length; at++) {
          const c = data[at];
          if (c > limit) {
            seen |= c;
            continue;
          }
          if (c === newline || (c === first && (single || this.#delimits(data, at))) || (blanks && c === 9)) break;
          seen |= c;
          if (c === escaping && at + 1 < length) {
            seen |= data[++at];
            if (data[at] === newline) this.newlines++;
            escaped = 2;
          }
        }
        to = at;
        if (newline === 10 && to > from && data[to - 1] === 13 && (at >= length || data[at] === 10)) to--;
      }
      if (at >= length && !last) return incomplete;
      this.#field(from, to, escaped);
      if (blanks && data[at] !== newline) {
        const next = skipBlanks(data, at);
        if (next >= length && !last) return incomplete;
        if (next >= length || data[next] === newline) return this.#ended(next, seen, length);
        if (next > at) {
          at = next;
          continue;
        }
      }
      if (at >= length || data[at] === newline) return this.#ended(at, seen, length);
      if (!(data[at] === first && (single || this.#delimits(data, at)))) {
        if (!single && !last && at + this.#delimiter.length > length) return incomplete;
        return this.#bad(data, last, `expected the delimiter after the closing quote of field ${this.count}${hint(data, to)}`);
      }
      at += this.#delimiter.length;
    }
  }

  #ended(at: number, seen: number, length: number): number {
    this.#ascii = seen < 128;
    this.#end = at;
    return Math.min(at + 1, length);
  }

  /**
   * Whether each line of the record scanned last, which has several, holds as many delimiters as a record of `count` fields: then its
   * quotes are letters of an unquoted file rather than around a text of several lines.
   */
  looksLikeRows(data: Buffer, count: number): boolean {
    for (let at = this.#start; at <= this.#end; ) {
      const newline = data.indexOf(this.#newline, at);
      const end = newline < 0 || newline > this.#end ? this.#end : newline;
      let delimiters = 0;
      for (; at < end; at++) if (data[at] === this.#delimiter[0] && this.#delimits(data, at)) delimiters++;
      if (delimiters !== count - 1) return false;
      at = end + 1;
    }
    return true;
  }

  /** Whether the record is an empty line. */
  get blank(): boolean {
    return this.count === 1 && this.#ends[0] === this.#starts[0] && this.#starts[0] === this.#start;
  }

  /** The bytes of the record scanned last, or undefined when they are plain ASCII. */
  beyondAscii(data: Buffer): Buffer | undefined {
    return this.#ascii ? undefined : data.subarray(this.#start, this.#end);
  }

  /** Writes where each field of the record scanned last begins and ends. @returns false when some of it is not ASCII or has to be unescaped */
  plainPlaces(into: Int32Array, at: number): boolean {
    if (!this.#ascii) return false;
    for (let k = 0; k < this.count; k++) {
      if (this.#escaped[k]) return false;
      into[at++] = this.#starts[k];
      into[at++] = this.#ends[k];
    }
    return true;
  }

  /** Writes the texts of the record scanned last. */
  texts(data: Buffer, into: string[]): void {
    const text = this.#ascii ? data.toString('latin1', this.#start, this.#end) : '';
    for (let k = 0; k < this.count; k++) {
      const field = this.#ascii
        ? text.slice(this.#starts[k] - this.#start, this.#ends[k] - this.#start)
        : data.toString('utf8', this.#starts[k], this.#ends[k]);
      into[k] = this.#escaped[k] ? this.#unescaped(field, this.#escaped[k]) : field;
    }
  }

  #unescaped(field: string, how: number): string {
    const quote = String.fromCharCode(this.#quote);
    if (how === 1) return field.replaceAll(quote + quote, quote);
    const escaping = String.fromCharCode(this.#escape);
    let text = '';
    for (let k = 0; k < field.length; k++) {
      if (field[k] === escaping || (how === 3 && field[k] === quote && field[k + 1] === quote)) k++;
      text += field[k] ?? escaping; // one at the very end stands for itself
    }
    return text;
  }

  #delimits(data: Buffer, at: number): boolean {
    for (let k = 1; k < this.#delimiter.length; k++) if (data[at + k] !== this.#delimiter[k]) return false;
    return true;
  }

  #field(from: number, to: number, escaped: number): void {
    if (this.count === this.#starts.length) {
      this.#starts = doubled(this.#starts);
      this.#ends = doubled(this.#ends);
      this.#escaped = doubled(this.#escaped);
    }
    this.#starts[this.count] = from;
    this.#ends[this.count] = to;
    this.#escaped[this.count++] = escaped;
  }

  #bad(data: Buffer, last: boolean, problem: string): number {
    const newline = data.indexOf(this.#newline, this.#start);
    if (newline < 0 && !last) return incomplete;
    this.problem = problem;
    this.newlines = 1;
    return newline < 0 ? data.length : newline + 1;
  }
}

/** What to try about a quote that does not end its field. */
function hint(data: Buffer, quoteAt: number): string {
  return data[quoteAt - 1] === 92 ? ", or pass escape: '\\\\' if a backslash stands before quotes inside of fields" : ifLetters;
}

const ifLetters = '; pass quote: false if quotes are letters like any other in this file';

function skipBlanks(data: Buffer, at: number): number {
  while (data[at] === 32 || data[at] === 9 || (data[at] === 13 && data[at + 1] === 10)) at++;
  return at;
}

function doubled<T extends Int32Array | Uint8Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}
