import type { ByteSink, RecordColumns, Records } from '../records.ts';
import type { TimeColumn } from '../time-column.ts';
import type { CsvScanner } from './csv-scanner.ts';

type Row = Record<string, string>;

/** Records of one piece of a file of fields, as places in its bytes. Valid as long as the piece is. */
export class CsvRecords implements Records {
  readonly names: readonly string[];
  length = 0;
  readonly #make: (texts: readonly string[]) => Row;
  #data: Buffer = Buffer.alloc(0);
  /** Where the fields of each record begin and end in turn. */
  #places = new Int32Array(4096);
  /** Rows that are no plain ASCII, by their number. */
  #made = new Map<number, Row>();

  constructor(names: readonly string[], make: (texts: readonly string[]) => Row) {
    this.names = names;
    this.#make = make;
  }

  /** Takes the record that was scanned last. @returns false when it has escapes or letters beyond ASCII, and has to be added as a row */
  addScanned(scanner: CsvScanner, data: Buffer): boolean {
    this.#room();
    if (!scanner.plainPlaces(this.#places, 2 * this.names.length * this.length)) return false;
    this.#data = data;
    this.length++;
    return true;
  }

  addRow(row: Row): void {
    this.#room();
    this.#made.set(this.length++, row);
  }

  rowAt(k: number): Row {
    const made = this.#made.get(k);
    if (made) return made;
    const at = 2 * this.names.length * k;
    return this.#make(this.names.map((_, c) => this.#data.toString('latin1', this.#places[at + 2 * c], this.#places[at + 2 * c + 1])));
  }

  pushInto(from: number, to: number, sink: ByteSink, { user, item, value, time }: RecordColumns, times: TimeColumn, row: number): number {
    const data = this.#data;
    const places = this.#places;
    const width = 2 * this.names.length;
    for (let k = from; k < to; k++, row++) {
      const at = width * k;
      const [u, i, v, t] = [at + 2 * user, at + 2 * item, at + 2 * value, at + 2 * time];
      if (this.#made.has(k) || places[u] === places[u + 1] || places[i] === places[i + 1]) return k;
      const weight = value < 0 ? 1 : decimalAt(data, places[v], places[v + 1]);
      if (Number.isNaN(weight)) return k;
      const moment = time < 0 ? times.read(undefined, row) : times.readAlike(decimalAt(data, places[t], places[t + 1]));
      if (moment === undefined) return k;
      sink.pushBytes(data, places[u], places[u + 1], places[i], places[i + 1], weight, moment);
    }
    return to;
  }

  #room(): void {
    const needed = 2 * this.names.length * (this.length + 1);
    if (needed <= this.#places.length) return;
    const larger = new Int32Array(2 * needed);
    larger.set(this.#places);
    this.#places = larger;
  }
}

/** The number of up to 15 digits, a point among them or not; exactly that of their text. NaN for anything else. */
function decimalAt(bytes: Uint8Array, from: number, to: number): number {
  let digits = 0;
  let number = 0;
  let scale = 0;
  for (let k = from; k < to; k++) {
    const digit = bytes[k] - 48;
    if (digit >= 0 && digit <= 9) {
      number = 10 * number + digit;
      digits++;
      scale *= 10;
    } else if (bytes[k] === 46 && scale === 0) scale = 1;
    else return Number.NaN;
  }
  if (digits === 0 || digits > 15) return Number.NaN;
  return scale > 1 ? number / scale : number;
}
