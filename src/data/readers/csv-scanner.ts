/** What {@link CsvScanner.scan} answers when the record does not end within the bytes at hand. */
export const incomplete = -1;

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
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #escaped = new Uint8Array(64); // 1 = has doubled quotes
  #ascii = true;
  #start = 0;
  #end = 0;

  /** @param quote the byte of the quote character, or -1 for none. */
  constructor(delimiter: Uint8Array, quote: number) {
    this.#delimiter = delimiter;
    this.#quote = quote;
  }

  /**
   * Scans the record that begins at `start`.
   * @param last whether the file ends with these bytes.
   * @returns where the next record begins, or {@link incomplete}. After a problem, that is the line after the one it began in.
   */
  scan(data: Buffer, start: number, last: boolean): number {
    const quote = this.#quote;
    const length = data.length;
    const [first] = this.#delimiter;
    const single = this.#delimiter.length === 1;
    const limit = Math.max(first, 10); // most letters are above it, and cost one comparison
    let seen = 0;
    let at = start;
    this.count = 0;
    this.newlines = 1;
    this.problem = undefined;
    this.#start = start;
    for (;;) {
      const quoted = at < length && data[at] === quote;
      const from = quoted ? at + 1 : at;
      let to = from;
      let doubled = 0;
      if (quoted) {
        for (; ; to++) {
          if (to >= length) return last ? this.#bad(data, last, 'expected a closing quote, got the end of the file') : incomplete;
          const c = data[to];
          seen |= c;
          if (c === 10) this.newlines++;
          if (c !== quote) continue;
          if (to + 1 >= length && !last) return incomplete;
          if (data[to + 1] !== quote) break;
          doubled = 1;
          to++;
        }
        at = to + 1;
        if (data[at] === 13) {
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
          if (c === 10 || (c === first && (single || this.#delimits(data, at)))) break;
          seen |= c;
        }
        to = at;
        if (to > from && data[to - 1] === 13 && (at >= length || data[at] === 10)) to--;
      }
      if (at >= length && !last) return incomplete;
      this.#field(from, to, doubled);
      if (at >= length || data[at] === 10) {
        this.#ascii = seen < 128;
        this.#end = at;
        return Math.min(at + 1, length);
      }
      if (!(data[at] === first && (single || this.#delimits(data, at)))) {
        if (!single && !last && at + this.#delimiter.length > length) return incomplete;
        return this.#bad(data, last, `expected the delimiter after the closing quote of field ${this.count}`);
      }
      at += this.#delimiter.length;
    }
  }

  /** Whether the record is an empty line. */
  get blank(): boolean {
    return this.count === 1 && this.#ends[0] === this.#starts[0] && this.#starts[0] === this.#start;
  }

  /** The bytes of the record scanned last, or undefined when they are plain ASCII. */
  beyondAscii(data: Buffer): Buffer | undefined {
    return this.#ascii ? undefined : data.subarray(this.#start, this.#end);
  }

  /** Writes the texts of the record scanned last. */
  texts(data: Buffer, into: string[]): void {
    const text = this.#ascii ? data.toString('latin1', this.#start, this.#end) : '';
    for (let k = 0; k < this.count; k++) {
      const field = this.#ascii
        ? text.slice(this.#starts[k] - this.#start, this.#ends[k] - this.#start)
        : data.toString('utf8', this.#starts[k], this.#ends[k]);
      into[k] = this.#escaped[k] ? field.replaceAll(String.fromCharCode(this.#quote).repeat(2), String.fromCharCode(this.#quote)) : field;
    }
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
    const newline = data.indexOf(10, this.#start);
    if (newline < 0 && !last) return incomplete;
    this.problem = problem;
    this.newlines = 1;
    return newline < 0 ? data.length : newline + 1;
  }
}

function doubled<T extends Int32Array | Uint8Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}
