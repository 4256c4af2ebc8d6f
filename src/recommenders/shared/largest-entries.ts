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
    const kept = largest(this.#values.subarray(0, this.#end), this.#total);
    this.#end = 0;
    for (const at of kept.places) {
      this.#rows[this.#end] = this.#rows[at];
      this.#columns[this.#end] = this.#columns[at];
      this.#values[this.#end++] = this.#values[at];
    }
    this.#least = kept.least;
  }
}

/** The places of the `count` values of the largest size, ascending, of equal ones the first; and the size of the smallest of them. */
function largest(values: Float32Array, count: number): { places: Iterable<number>; least: number } {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  // Sizes order as their bits do: the upper half says which bucket holds the last one, the lower half which it is.
  const [high, above] = lastOf(count, 2 ** 15, (at) => (bits[at] & 0x7fff_ffff) >>> 16, values.length);
  const inside = (at: number) => ((bits[at] & 0x7fff_ffff) >>> 16 === high ? bits[at] & 0xffff : -1);
  const [low, more] = lastOf(count - above, 2 ** 16, inside, values.length);
  const least = high * 2 ** 16 + low;
  let equal = count - above - more;
  function* places() {
    for (let at = 0; at < bits.length; at++) {
      const size = bits[at] & 0x7fff_ffff;
      if (size > least || (size === least && equal-- > 0)) yield at;
    }
  }
  return { places: places(), least: new Float32Array(Uint32Array.of(least).buffer)[0] };
}

/** The key of the `count`-th largest, and how many keys are larger; a negative key does not count. */
function lastOf(count: number, keys: number, keyOf: (at: number) => number, length: number): [key: number, larger: number] {
  const counts = new Int32Array(keys);
  for (let at = 0; at < length; at++) {
    const key = keyOf(at);
    if (key >= 0) counts[key]++;
  }
  let larger = 0;
  let key = keys - 1;
  while (key > 0 && larger + counts[key] < count) larger += counts[key--];
  return [key, larger];
}
