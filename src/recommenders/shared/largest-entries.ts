import { type Csr, csrFromCoordinates } from '../../data/csr.ts';

/** Bytes an entry takes until all are sorted by row. */
export const bytesAnEntry = 35;

/**
 * Keeps `keep` entries per row of a square matrix on average, those of the largest size in the whole matrix; of equal ones those that came
 * first.
 */
export class LargestEntries {
  readonly #size: number;
  readonly #total: number;
  readonly #rows: Int32Array;
  readonly #columns: Int32Array;
  readonly #values: Float32Array;
  #end = 0;
  #least = 0;

  /** Makes room. @param size rows of the matrix */
  constructor(size: number, keep: number) {
    this.#size = size;
    this.#total = size * keep;
    const capacity = Math.ceil(1.25 * this.#total) + 1;
    this.#rows = new Int32Array(capacity);
    this.#columns = new Int32Array(capacity);
    this.#values = new Float32Array(capacity);
  }

  /** Entries of at most this size need not be offered. */
  get least(): number {
    return this.#least;
  }

  /** Takes an entry, which may be dropped later. Zeros are never kept. */
  offer(row: number, column: number, value: number): void {
    if (!(Math.abs(value) > this.#least)) return;
    this.#rows[this.#end] = row;
    this.#columns[this.#end] = column;
    this.#values[this.#end++] = value;
    if (this.#end === this.#values.length) this.#drop();
  }

  /** What was kept, by row. */
  done(): Csr {
    if (this.#end > this.#total) this.#drop();
    const kept = [this.#rows, this.#columns].map((array) => array.subarray(0, this.#end));
    return csrFromCoordinates(this.#size, this.#size, kept[0], kept[1], this.#values.subarray(0, this.#end));
  }

  /** What is not among the largest of some columns is not among those of all. */
  #drop(): void {
    const [rows, columns, values] = [this.#rows, this.#columns, this.#values];
    const bits = new Uint32Array(values.buffer, 0, this.#end);
    const { least, ties } = smallest(bits, this.#total);
    let end = 0;
    for (let at = 0, equal = ties; at < bits.length; at++) {
      const size = bits[at] & magnitude;
      if (size < least || (size === least && equal-- <= 0)) continue;
      rows[end] = rows[at];
      columns[end] = columns[at];
      values[end++] = values[at];
    }
    this.#end = end;
    this.#least = new Float32Array(Uint32Array.of(least).buffer)[0];
  }
}

/** Without the sign, the bits of floats order as their sizes do. */
const magnitude = 0x7fff_ffff;

/** The bits of the `count`-th largest size, and how many of that size are among the `count` largest: upper halves first, then lower ones. */
function smallest(bits: Uint32Array, count: number): { least: number; ties: number } {
  const upper = new Int32Array(2 ** 15);
  for (let at = 0; at < bits.length; at++) upper[(bits[at] & magnitude) >>> 16]++;
  const [high, above] = lastOf(upper, count);
  const lower = new Int32Array(2 ** 16);
  for (let at = 0; at < bits.length; at++) if ((bits[at] & magnitude) >>> 16 === high) lower[bits[at] & 0xffff]++;
  const [low, more] = lastOf(lower, count - above);
  return { least: high * 2 ** 16 + low, ties: count - above - more };
}

/** The key of the `count`-th largest of so many of each key, and how many have larger ones. */
function lastOf(counts: Int32Array, count: number): [key: number, larger: number] {
  let larger = 0;
  let key = counts.length - 1;
  while (key > 0 && larger + counts[key] < count) larger += counts[key--];
  return [key, larger];
}
