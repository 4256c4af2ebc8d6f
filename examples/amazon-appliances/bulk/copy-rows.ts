/** What begins the binary form of `copy`; see https://www.postgresql.org/docs/current/sql-copy.html. Flags and an extension of no bytes follow. */
const signature = [...Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), 0, 0, 0, 0, 0, 0, 0, 0];
const chunkSize = 1 << 16;

/** Rows in the binary form of PostgreSQL's `copy`, in chunks of 64 KB. A field is at most half a chunk long. */
export class CopyRows {
  #bytes: Buffer<ArrayBuffer> = Buffer.allocUnsafe(chunkSize);
  #length = 0;
  #full: Buffer[] = [];

  constructor() {
    this.#bytes.set(signature);
    this.#length = signature.length;
  }

  /** Begins a row. */
  row(fields: number): void {
    if (this.#length > chunkSize / 2) this.#flush();
    this.#length = this.#bytes.writeInt16BE(fields, this.#length);
  }

  null(): void {
    this.#length = this.#bytes.writeInt32BE(-1, this.#length);
  }

  /** A `float8`. */
  real(value: number): void {
    this.#length = this.#bytes.writeDoubleBE(value, this.#bytes.writeInt32BE(8, this.#length));
  }

  /** An `int8`. */
  integer(value: number): void {
    this.#length = this.#bytes.writeInt32BE(8, this.#length);
    this.#length = this.#bytes.writeInt32BE(Math.floor(value / 2 ** 32), this.#length);
    this.#length = this.#bytes.writeUInt32BE(value >>> 0, this.#length);
  }

  /** The bytes of a `text`, from `start` up to `end`. */
  text(bytes: Uint8Array, start: number, end: number): void {
    let at = this.#bytes.writeInt32BE(end - start, this.#length);
    for (let k = start; k < end; k++) this.#bytes[at++] = bytes[k];
    this.#length = at;
  }

  /** The chunks that are full. */
  take(): Buffer[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }

  /** What is left, with the mark of the end. */
  finish(): Buffer[] {
    this.#length = this.#bytes.writeInt16BE(-1, this.#length);
    this.#flush();
    return this.take();
  }

  #flush(): void {
    this.#full.push(this.#bytes.subarray(0, this.#length));
    this.#bytes = Buffer.allocUnsafe(chunkSize);
    this.#length = 0;
  }
}
