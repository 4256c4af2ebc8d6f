/** What begins the binary form of `copy`; see https://www.postgresql.org/docs/current/sql-copy.html. Flags and an extension of no bytes follow. */
const signature = [...Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), 0, 0, 0, 0, 0, 0, 0, 0];
const chunkSize = 1 << 16;

/** Rows in the binary form of PostgreSQL's `copy`, in chunks of 64 KB. A field is at most half a chunk long. */
export class CopyRows {
  #bytes = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0)); // whose methods are compiled to single stores, unlike those of a Buffer
  #length = 0;
  #full: Buffer[] = [];

  constructor() {
    this.#begin();
    this.#bytes.set(signature);
    this.#length = signature.length;
  }

  /** Begins a row. */
  row(fields: number): void {
    if (this.#length > chunkSize / 2) this.#flush();
    this.#view.setInt16(this.#length, fields);
    this.#length += 2;
  }

  null(): void {
    this.#view.setInt32(this.#length, -1);
    this.#length += 4;
  }

  /** A `float8`. */
  real(value: number): void {
    this.#view.setInt32(this.#length, 8);
    this.#view.setFloat64(this.#length + 4, value);
    this.#length += 12;
  }

  /** An `int8`. */
  integer(value: number): void {
    this.#view.setInt32(this.#length, 8);
    this.#view.setInt32(this.#length + 4, Math.floor(value / 2 ** 32));
    this.#view.setInt32(this.#length + 8, value); // its lowest 32 bits
    this.#length += 12;
  }

  /** The bytes of a `text`, from `start` up to `end`. */
  text(bytes: Uint8Array, start: number, end: number): void {
    const to = this.#bytes;
    this.#view.setInt32(this.#length, end - start);
    let at = this.#length + 4;
    for (let k = start; k < end; k++) to[at++] = bytes[k];
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
    this.#view.setInt16(this.#length, -1);
    this.#length += 2;
    this.#flush();
    return this.take();
  }

  #flush(): void {
    this.#full.push(Buffer.from(this.#bytes.buffer, 0, this.#length));
    this.#begin();
  }

  #begin(): void {
    this.#bytes = new Uint8Array(chunkSize);
    this.#view = new DataView(this.#bytes.buffer);
    this.#length = 0;
  }
}
