import type { Block, Engine } from '../../engine/engine.ts';

/** Groups of eight dimensions that the first look at all rows takes. */
const firstLook = 2;
/** Of the rows that look closest, so many more than are wanted are read to their end. */
const generous = 4;
/** When this share of the rows is left, reading them to their end is cheaper than one more group of all. */
const few = 1 / 40;

/**
 * Finds the rows of a matrix that may have a cosine above a limit with a query, and never misses one: see kernels/ranking/prefilter.ts. The few that
 * it finds are for the caller to score exactly. Takes 2 f bytes a row.
 */
export class Prefilter {
  /** What the calls below found: row numbers. */
  readonly found: Block<Int32Array>;
  readonly #engine: Engine;
  readonly #count: number;
  readonly #f: number;
  readonly #groups: number;
  readonly #padded: number;
  readonly #columns: number;
  readonly #rows: number;
  readonly #sums: number;
  /** Sums over all dimensions, beside `found`; room for the kernels before that. */
  readonly #whole: Block<Int32Array>;
  readonly #aim: number;
  /** What kernels/rank.ts reads: how far rounding is off, where the codes lie. */
  readonly #words: Block<Int32Array>;
  readonly #error: Float64Array;

  /** How many 32-bit numbers a prefilter takes from an engine. */
  static size(count: number, f: number): number {
    const padded = paddedTo(count, 32);
    return (padded * (f + paddedTo(f, 8))) / 4 + 3 * padded + 8 * f + 1024;
  }

  /** Whether a prefilter is worth it: with few dimensions there is nothing to leave out. */
  static helps(count: number, f: number): boolean {
    return f >= 32 && count >= 1024;
  }

  /** @param f dimensions. Rows come by {@link encode}. */
  constructor(engine: Engine, count: number, f: number) {
    const padded = paddedTo(count, 32);
    this.#engine = engine;
    this.#count = count;
    this.#f = f;
    this.#groups = Math.ceil(f / 8);
    this.#padded = padded;
    const columns = engine.i32((padded * f) / 4);
    columns.array.fill(0x0080_0080); // no row: 128 stands for 0 in every other byte
    this.#columns = columns.at;
    this.#rows = engine.i32((padded * paddedTo(f, 8)) / 4).at;
    this.#sums = engine.i32(padded / 2).at;
    this.found = engine.i32(padded);
    this.#whole = engine.i32(Math.max(1024, padded));
    this.#aim = engine.i32(engine.kernels.aimBytes(f) / 4).at;
    this.#words = engine.i32(Int32Array.of(0, 0, padded, this.#columns, this.#rows));
    this.#error = new Float64Array(this.#words.array.buffer, this.#words.at, 1);
  }

  /** Byte position of what kernels need to read it. */
  get at(): number {
    return this.#words.at;
  }

  /**
   * Takes rows lo to hi.
   * @param rows byte position of row lo, of `width` floats
   * @param norms byte position of its norm (f64), 0 for one that has no direction
   */
  encode(lo: number, hi: number, rows: number, width: number, norms: number): void {
    const error = this.#engine.kernels.prefilterEncode(
      lo,
      hi,
      rows - 4 * width * lo,
      width,
      this.#f,
      norms - 8 * lo,
      this.#padded,
      this.#columns,
      this.#rows,
    );
    this.#error[0] = Math.max(this.#error[0], error);
  }

  /** Takes a query, a byte position; its norm must not be 0. */
  aim(vector: number, norm: number): void {
    this.#engine.kernels.prefilterAim(vector, norm, this.#f, this.#padded, this.#error[0], this.#aim);
  }

  /** Reads the largest dimensions of all rows. @returns how many rows, about n, look closest; they are in `found`. */
  look(n: number): number {
    const { kernels } = this.#engine;
    this.#add(0, firstLook);
    const some = this.#find(kernels.prefilterNth(this.#padded, generous * n, this.#sums, this.#whole.at));
    this.#check(some, -32768);
    const whole = this.#whole.array.slice(0, some).sort();
    return this.#check(some, some > n ? whole[some - n] - 1 : -32768);
  }

  /** After {@link look}: writes to `found` every row whose cosine with the query is at least `limit`, and a few others. @returns how many */
  survivors(limit: number): number {
    const { kernels } = this.#engine;
    let groups = Math.max(firstLook, kernels.prefilterGroups(limit, this.#f, this.#aim));
    this.#add(firstLook, groups);
    for (;;) {
      const some = this.#find(this.#least(limit, groups));
      if (groups === this.#groups) return some;
      if (some <= few * this.#count) return this.#check(some, this.#least(limit, this.#groups));
      this.#add(groups, ++groups);
    }
  }

  #add(from: number, to: number): void {
    this.#engine.kernels.prefilterAdd(0, this.#padded, from, to, this.#f, this.#aim, this.#columns, this.#sums);
  }

  #find(least: number): number {
    return this.#engine.kernels.prefilterFind(0, this.#count, least, this.#sums, this.#whole.at, this.found.at);
  }

  #check(count: number, least: number): number {
    return this.#engine.kernels.prefilterCheck(count, this.found.at, least, this.#f, this.#aim, this.#rows, this.#whole.at);
  }

  #least(limit: number, groups: number): number {
    return this.#engine.kernels.prefilterLeast(limit, groups, this.#f, this.#aim);
  }
}

const paddedTo = (count: number, block: number) => Math.ceil(count / block) * block;
