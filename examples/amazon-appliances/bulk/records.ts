import { writeBigEndian, writeVarint } from './btree.ts';

/**
 * Writes records of SQLite, a header with the type of each value and then the values, behind the length of all and, in tables, the number of
 * the row; see https://www.sqlite.org/fileformat2.html#record_format. Values are given twice: `type...` for each, then `value...` for each.
 */
export class RecordWriter {
  readonly #types = new Uint8Array(64);
  readonly #body = new Uint8Array(1024);
  #typed = 0;
  #filled = 0;

  null(): void {
    this.#types[this.#typed++] = 0;
  }

  text(bytes: Uint8Array, start: number, end: number): void {
    this.#typed = writeVarint(this.#types, this.#typed, 13 + 2 * (end - start));
    const body = this.#body;
    let at = this.#filled;
    for (let k = start; k < end; k++) body[at++] = bytes[k];
    this.#filled = at;
  }

  /** A whole number below 2^53. */
  integer(value: number): void {
    if (value === 0 || value === 1) {
      this.#types[this.#typed++] = 8 + value;
      return;
    }
    const size = Math.abs(value + 0.5);
    const type = size < 0x80 ? 1 : size < 0x8000 ? 2 : size < 0x80_0000 ? 3 : size < 0x8000_0000 ? 4 : size < 0x8000_0000_0000 ? 5 : 6;
    this.#types[this.#typed++] = type;
    const length = type < 5 ? type : 2 * type - 4;
    writeBigEndian(this.#body, this.#filled, value, length);
    this.#filled += length;
  }

  /** A number of a column REAL, of which SQLite keeps whole numbers as such. */
  real(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 47) {
      this.integer(value);
      return;
    }
    this.#types[this.#typed++] = 7;
    scratch.setFloat64(0, value);
    for (let k = 0; k < 8; k++) this.#body[this.#filled + k] = scratch.getUint8(k);
    this.#filled += 8;
  }

  /** Writes the record and begins the next one. @param row number of the row, for tables @returns the length */
  finish(to: Uint8Array, row?: number): number {
    const header = 1 + this.#typed; // few columns: the length of the header is one byte
    let at = writeVarint(to, 0, header + this.#filled);
    if (row !== undefined) at = writeVarint(to, at, row);
    to[at++] = header;
    for (let k = 0; k < this.#typed; k++) to[at++] = this.#types[k];
    for (let k = 0; k < this.#filled; k++) to[at++] = this.#body[k];
    this.#typed = 0;
    this.#filled = 0;
    return at;
  }
}

const scratch = new DataView(new ArrayBuffer(8));
