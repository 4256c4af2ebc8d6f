import { varintLength, writeBigEndian, writeVarint } from './btree.ts';
import { startOf, type Texts } from './orders.ts';

/** The header of a record of the columns here, with the lengths and the row number before it, is shorter. */
const headerRoom = 64;

/**
 * Writes records of SQLite, a header with the type of each value and then the values, behind the length of all and, in tables, the number of
 * the row; see https://www.sqlite.org/fileformat2.html#record_format.
 */
export class RecordWriter {
  /** The record begins at `start`, whatever its header took. */
  readonly bytes: Uint8Array = new Uint8Array(2048);
  start = headerRoom;
  readonly #types = new Uint8Array(headerRoom);
  #typed = 0;
  #end = headerRoom;

  null(): void {
    this.#types[this.#typed++] = 0;
  }

  text(from: Uint8Array, start: number, end: number): void {
    this.#typed = writeVarint(this.#types, this.#typed, 13 + 2 * (end - start));
    const bytes = this.bytes;
    let at = this.#end;
    for (let k = start; k < end; k++) bytes[at++] = from[k];
    this.#end = at;
  }

  textAt({ bytes, ends }: Texts, k: number): void {
    this.text(bytes, startOf(ends, k), ends[k]);
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
    writeBigEndian(this.bytes, this.#end, value, length);
    this.#end += length;
  }

  /** A number of a column REAL, of which SQLite keeps whole numbers as such. */
  real(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 47) {
      this.integer(value);
      return;
    }
    this.#types[this.#typed++] = 7;
    scratch.setFloat64(0, value);
    for (let k = 0; k < 8; k++) this.bytes[this.#end++] = scratch.getUint8(k);
  }

  /** Completes the record in `bytes`; it stays there until the next one is begun. @param row number of the row, for tables @returns where it ends */
  finish(row?: number): number {
    const typed = this.#typed;
    const end = this.#end;
    const length = 1 + typed + end - headerRoom; // few columns: the length of the header is one byte
    const start = headerRoom - typed - 1 - (row === undefined ? 0 : varintLength(row)) - varintLength(length);
    let at = writeVarint(this.bytes, start, length);
    if (row !== undefined) at = writeVarint(this.bytes, at, row);
    this.bytes[at++] = 1 + typed;
    for (let k = 0; k < typed; k++) this.bytes[at++] = this.#types[k];
    this.start = start;
    this.#typed = 0;
    this.#end = headerRoom;
    return end;
  }
}

const scratch = new DataView(new ArrayBuffer(8));
