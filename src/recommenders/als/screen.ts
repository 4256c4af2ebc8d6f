import type { Block, Engine } from '../../engine/engine.ts';

/** A unit vector times this, rounded, is the code of a row. */
const rowScale = 127;
/** The same for queries. (rowScale + sqrt(1024) / 2) * (queryScale + sqrt(1024) / 2) fits an i16, so no sum overflows (Cauchy-Schwarz). */
const queryScale = 212;
const unit = rowScale * queryScale;
/** Dimensions are added in groups of so many. */
const group = 8;
/** Groups before the first look at all rows. */
const firstLook = 2;
/** Rows are read in blocks of so many. */
const block = 16;
/**
 * How many standard deviations of a random row's sum a limit must lie above its mean before most blocks are out and only the
 * others are read on.
 */
const spread = 2.8;
/** With so few blocks left, scoring their rows is as cheap as reading on. */
const few = 96;

/**
 * Finds the rows of a matrix that may have a cosine above a limit with a query, and never misses one.
 *
 * Rows are kept a second time as unit vectors in one byte a dimension, by columns. A query reads its largest dimensions only: what
 * the others could add is at most the norm of the query's rest (Cauchy-Schwarz), and what rounding to bytes has changed is bounded
 * as well. A row whose sum plus both bounds stays below the limit is out. The few that survive are for the caller to score exactly.
 */
export class Screen {
  /** What the calls below found: row numbers. */
  readonly found: Block<Int32Array>;
  readonly #engine: Engine;
  readonly #count: number;
  readonly #f: number;
  readonly #padded: number;
  readonly #codes: number;
  readonly #sums: Block<Int32Array>;
  readonly #most: Block<Int32Array>;
  /** Where the blocks begin that are still in. */
  readonly #list: Block<Int32Array>;
  readonly #columns: Block<Int32Array>;
  readonly #weights: Block<Int32Array>;
  /** By groups added: what the rest of the query can still add, and what rounding may have taken away. */
  readonly #rest: Float64Array;
  readonly #rounding: Float64Array;
  /** The limit that makes so many groups worth it. */
  readonly #enough: Float64Array;
  readonly #order: Int32Array;
  readonly #starts = new Int32Array(514);

  /** How many 32-bit numbers a screen takes from an engine. */
  static size(count: number, f: number): number {
    const padded = paddedTo(count, 32);
    return (padded * f) / 4 + padded / 2 + padded / 32 + padded / block + padded + 5 * paddedTo(f, group) + 256;
  }

  /** Whether a screen is worth it: with few dimensions there is nothing to leave out. */
  static helps(count: number, f: number): boolean {
    return f >= 32 && count >= 1024;
  }

  /**
   * @param rows as many as there are norms, of `width` floats, the first f of which are looked at
   * @param norms of the rows; 0 for one that has no direction
   */
  constructor(engine: Engine, rows: Float32Array, norms: Float64Array, width: number, f: number) {
    const count = norms.length;
    const padded = paddedTo(count, 32);
    const groups = Math.ceil(f / group);
    this.#engine = engine;
    this.#count = count;
    this.#f = f;
    this.#padded = padded;
    const codes = engine.i32((padded * f) / 4);
    this.#codes = codes.at;
    this.#sums = engine.i32(padded / 2);
    this.#most = engine.i32(padded / 32);
    this.found = engine.i32(padded);
    this.#list = engine.i32(padded / block);
    this.#columns = engine.i32(groups * group);
    this.#weights = engine.i32(4 * groups * group);
    this.#rest = new Float64Array(groups);
    this.#rounding = new Float64Array(groups);
    this.#enough = new Float64Array(groups);
    this.#order = new Int32Array(f);
    const bytes = new Int8Array(codes.array.buffer, codes.at, padded * f);
    for (let k = 0; k < count; k++) {
      const scale = norms[k] > 0 ? rowScale / norms[k] : 0;
      for (let d = 0; d < f; d++) bytes[d * padded + k] = Math.round(scale * rows[k * width + d]);
    }
  }

  /** Takes a query; its norm must not be 0. */
  aim(vector: Float32Array, norm: number): void {
    const f = this.#f;
    const order = this.#largestFirst(vector, norm);
    const weights = this.#weights.array;
    let used = 0;
    let error = 0;
    for (let m = 0; m < this.#columns.array.length; m++) {
      let code = 0;
      if (m < f) {
        const v = vector[order[m]] / norm;
        code = Math.round(v * queryScale);
        used += v * v;
        error += (code - queryScale * v) ** 2;
      }
      this.#columns.array[m] = m < f ? order[m] * this.#padded : 0;
      const pair = (code << 16) | (code & 0xffff);
      for (let k = 4 * m; k < 4 * m + 4; k++) weights[k] = pair;
      if ((m + 1) % group !== 0) continue;
      const g = (m + 1) / group - 1;
      const half = Math.sqrt(m + 1) / 2;
      this.#rest[g] = m + 1 >= f ? 0 : Math.sqrt(Math.max(0, 1 - used)) + 1e-9;
      this.#rounding[g] = queryScale * Math.sqrt(used) * half + Math.sqrt(error) * (rowScale + half) + 1e-3;
      this.#enough[g] = this.#rest[g] + this.#rounding[g] / unit + spread * Math.sqrt(used / f);
    }
  }

  /** Whether a limit is high enough for a screen to leave out most rows before it has read most of them. */
  worthIt(limit: number): boolean {
    return this.#groupsFor(limit) <= 0.75 * this.#rest.length;
  }

  /**
   * Writes to `found` every row from lo to hi whose cosine with the query is at least `limit`, and a few others.
   * @param lo a multiple of 32, as is hi unless it is the number of rows
   * @returns how many
   */
  survivors(lo: number, hi: number, limit: number): number {
    this.#clear(lo, paddedTo(hi, 32));
    return this.#follow(lo, paddedTo(hi, 32), limit, 0);
  }

  /** Reads the largest dimensions of all rows. @returns how many rows, about `many`, look closest; they are in `found`. */
  look(many: number): number {
    const most = this.#most.array;
    this.#clear(0, this.#padded);
    this.#add(0, this.#padded, 0, firstLook);
    this.#engine.kernels.screenMost(0, this.#padded, this.#sums.at, this.#most.at);
    const limit = nthLargest(most, many) - 1;
    let found = 0;
    const sums = new Int16Array(this.#sums.array.buffer, this.#sums.at, this.#count);
    for (let strip = 0; strip < most.length; strip++) {
      if (most[strip] <= limit) continue;
      const end = Math.min(this.#count, 32 * strip + 32);
      for (let k = 32 * strip; k < end; k++) if (sums[k] > limit) this.found.array[found++] = k;
    }
    return found;
  }

  /** As {@link survivors} for all rows, after {@link look}. */
  survivorsOfAll(limit: number): number {
    return this.#follow(0, this.#padded, limit, firstLook);
  }

  /** @param groups how many have been added */
  #follow(lo: number, hi: number, limit: number, done: number): number {
    const { kernels } = this.#engine;
    const sums = this.#sums.at;
    let groups = Math.max(done, this.#groupsFor(limit));
    this.#add(lo, hi, done, groups);
    let blocks = kernels.screenBlocks(lo, hi, this.#least(limit, groups), sums, this.#list.at);
    for (; blocks > few && groups < this.#rest.length; groups++) {
      const columns = this.#columns.at + 4 * group * groups;
      const weights = this.#weights.at + 16 * group * groups;
      blocks = kernels.screenMore(blocks, this.#list.at, columns, weights, this.#codes, sums, this.#least(limit, groups + 1));
    }
    let found = kernels.screenFind(blocks, this.#list.at, this.#least(limit, groups), sums, this.found.at);
    while (found > 0 && this.found.array[found - 1] >= this.#count) found--; // what the last block is filled up with
    return found;
  }

  /** The largest sum of so many groups that is out. */
  #least(limit: number, groups: number): number {
    const least = Math.ceil((limit - this.#rest[groups - 1]) * unit - this.#rounding[groups - 1]) - 1;
    return Math.min(32767, Math.max(-32768, least));
  }

  /** The dimensions by falling size, in steps of a 511th of the norm: the order is for speed, so no more is needed. */
  #largestFirst(vector: Float32Array, norm: number): Int32Array {
    const f = this.#f;
    const starts = this.#starts.fill(0);
    const scale = 511 / norm;
    for (let d = 0; d < f; d++) starts[512 - ((Math.abs(vector[d]) * scale) | 0)]++;
    for (let k = 1; k < starts.length; k++) starts[k] += starts[k - 1];
    for (let d = 0; d < f; d++) this.#order[starts[511 - ((Math.abs(vector[d]) * scale) | 0)]++] = d;
    return this.#order;
  }

  /** How many groups leave few enough blocks. */
  #groupsFor(limit: number): number {
    let g = 0;
    while (g < this.#enough.length - 1 && this.#enough[g] > limit) g++;
    return g + 1;
  }

  #clear(lo: number, hi: number): void {
    this.#sums.array.fill(0, lo / 2, hi / 2);
  }

  #add(lo: number, hi: number, from: number, to: number): void {
    const columns = this.#columns.at + 4 * group * from;
    const weights = this.#weights.at + 16 * group * from;
    this.#engine.kernels.screenAdd(lo, hi, to - from, columns, weights, this.#codes, this.#sums.at);
  }
}

const paddedTo = (count: number, block: number) => Math.ceil(count / block) * block;

/** A number that at least n of the values reach, and not many more. Values from -32,768 to 32,767. */
function nthLargest(values: Int32Array, n: number): number {
  const counts = new Int32Array(1024);
  for (let k = 0; k < values.length; k++) counts[(values[k] + 32768) >> 6]++;
  let bin = 1024;
  for (let sum = 0; bin > 0 && sum < n; ) sum += counts[--bin];
  return (bin << 6) - 32768;
}
