import type { Block, Engine } from '../../engine/engine.ts';

/** Items a strip; the kernels know it too. */
const stripItems = 32;
/** A unit vector times this, rounded, is the code of an item. */
const itemScale = 127;
/** The same for queries. (itemScale + sqrt(1024) / 2) * (queryScale + sqrt(1024) / 2) still fits an i16, by Cauchy-Schwarz. */
const queryScale = 212;
const unit = itemScale * queryScale;
/** Dimensions before the first look at the sums, and between looks. */
const firstLook = 16;
const step = 8;

/**
 * Finds the rows of a matrix that may have a cosine above a limit with a query, and never misses one.
 *
 * Rows are kept a second time as unit vectors in one byte a dimension. A query goes over its dimensions from the largest to the
 * smallest; after m of them, what is still to come is at most the norm of the query's rest (Cauchy-Schwarz), and what rounding to
 * bytes has changed is bounded as well. A row whose sum plus both bounds stays below the limit is out. The few rows that survive
 * are for the caller to score exactly. The order of dimensions is the idea of PDX (Kuffo, Krippner & Boncz 2025).
 */
export class Screen {
  /** What {@link survivors} found: row numbers. */
  readonly found: Block<Int32Array>;
  readonly #engine: Engine;
  readonly #count: number;
  readonly #f: number;
  readonly #strips: number;
  readonly #codes: Block<Int32Array>;
  readonly #sums: Block<Int32Array>;
  readonly #most: Block<Int32Array>;
  readonly #dims: Block<Int32Array>;
  readonly #query: Block<Int32Array>;
  readonly #ends: Block<Int32Array>;
  readonly #limits: Block<Int32Array>;
  /** Of each look at the sums: what the rest of the query can still add, and what rounding may have taken away. */
  readonly #rest: Float64Array;
  readonly #rounding: Float64Array;
  readonly #keys: Float64Array;

  /** How many 32-bit numbers a screen takes from an engine. */
  static size(count: number, f: number): number {
    const strips = Math.ceil(count / stripItems);
    return strips * (8 * f + 16 + 1 + stripItems) + 8 * f + 256;
  }

  /** @param rows count rows of `width` floats in the memory of the engine, of which f are looked at; norms those of the rows. */
  constructor(engine: Engine, rows: Float32Array, norms: Float64Array, width: number, f: number) {
    const count = norms.length;
    this.#engine = engine;
    this.#count = count;
    this.#f = f;
    this.#strips = Math.ceil(count / stripItems);
    this.#codes = engine.i32((this.#strips * stripItems * f) / 4);
    this.#sums = engine.i32(this.#strips * 16);
    this.#most = engine.i32(this.#strips);
    this.found = engine.i32(this.#strips * stripItems);
    this.#dims = engine.i32(f);
    this.#query = engine.i32(4 * f);
    const looks = 1 + Math.ceil((f - firstLook) / step);
    this.#ends = engine.i32(Int32Array.from({ length: looks }, (_, c) => Math.min(f, firstLook + step * c)));
    this.#limits = engine.i32(looks);
    this.#rest = new Float64Array(looks);
    this.#rounding = new Float64Array(looks);
    this.#keys = new Float64Array(f);
    const codes = new Int8Array(this.#codes.array.buffer, this.#codes.at, this.#codes.array.length * 4);
    for (let k = 0; k < count; k++) {
      if (norms[k] === 0) continue;
      const scale = itemScale / norms[k];
      const to = Math.floor(k / stripItems) * stripItems * f + (k % stripItems);
      for (let d = 0; d < f; d++) codes[to + stripItems * d] = Math.round(scale * rows[k * width + d]);
    }
  }

  /** Whether a screen is worth it: with few dimensions there is nothing to leave out. */
  static helps(count: number, f: number): boolean {
    return f >= 2 * firstLook && count >= 1024;
  }

  /** Takes a query; its norm must not be 0. */
  aim(vector: Float32Array, norm: number): void {
    const f = this.#f;
    const keys = this.#keys;
    // Sorts dimensions by size without a comparator: the size in whole numbers above, the dimension in the low bits.
    for (let d = 0; d < f; d++) keys[d] = Math.floor((Math.abs(vector[d]) / norm) * 2 ** 30) * 1024 + d;
    keys.sort();
    const query = new Int16Array(this.#query.array.buffer, this.#query.at, 8 * f);
    const ends = this.#ends.array;
    let used = 0;
    let error = 0;
    for (let m = 0, look = 0; m < f; m++) {
      const d = keys[f - 1 - m] % 1024;
      const v = vector[d] / norm;
      const code = Math.round(v * queryScale);
      this.#dims.array[m] = stripItems * d;
      query.fill(code, 8 * m, 8 * m + 8);
      used += v * v;
      error += (code - queryScale * v) ** 2;
      if (m + 1 < ends[look]) continue;
      const half = Math.sqrt(m + 1) / 2;
      this.#rest[look] = m + 1 === f ? 0 : Math.sqrt(Math.max(0, 1 - used)) + 1e-9;
      this.#rounding[look++] = queryScale * Math.sqrt(used) * half + Math.sqrt(error) * (itemScale + half) + 1e-3;
    }
  }

  /**
   * Writes to `found` every row from lo to hi whose cosine with the query is at least `limit`, and a few others.
   * @param lo a multiple of 32, as is hi unless it is the number of rows
   * @returns how many
   */
  survivors(lo: number, hi: number, limit: number): number {
    return this.#follow(lo, hi, limit, 0);
  }

  /** The first half of {@link survivorsOfAll}: adds up the first dimensions of all rows. @returns some rows that look close, in `found`. */
  look(many: number): number {
    const { kernels } = this.#engine;
    const sums = new Int16Array(this.#sums.array.buffer, this.#sums.at, 32 * this.#strips);
    const most = this.#most.array;
    // biome-ignore format: an argument list
    kernels.screenFirst(
      0, this.#strips, firstLook, this.#dims.at, this.#query.at, this.#codes.at, stripItems * this.#f, this.#sums.at, this.#most.at,
    );
    const limit = nthLargest(most, many);
    let found = 0;
    for (let strip = 0; strip < this.#strips; strip++) {
      if (most[strip] < limit) continue;
      const end = Math.min(this.#count, (strip + 1) * stripItems);
      for (let k = strip * stripItems; k < end; k++) if (sums[k] >= limit) this.found.array[found++] = k;
    }
    return found;
  }

  /** After {@link look}: as {@link survivors} for all rows. */
  survivorsOfAll(limit: number): number {
    return this.#follow(0, this.#count, limit, 1);
  }

  #follow(lo: number, hi: number, limit: number, first: number): number {
    const looks = this.#rest.length;
    for (let c = 0; c < looks; c++) {
      const least = (limit - this.#rest[c]) * unit - this.#rounding[c];
      this.#limits.array[c] = Math.min(32767, Math.max(-32768, Math.ceil(least) - 1));
    }
    // biome-ignore format: an argument list
    let found = this.#engine.kernels.screenRest(
      lo / stripItems, Math.ceil(hi / stripItems), first, looks, this.#ends.at, this.#limits.at, this.#dims.at, this.#query.at,
      this.#codes.at, stripItems * this.#f, this.#sums.at, this.found.at,
    );
    while (found > 0 && this.found.array[found - 1] >= this.#count) found--; // what the last strip is filled up with
    return found;
  }
}

/** A number that about `n` of the values reach; at least n do, as far as there are so many. Values from -32,768 to 32,767. */
function nthLargest(values: Int32Array, n: number): number {
  const counts = new Int32Array(1024);
  for (let k = 0; k < values.length; k++) counts[(values[k] + 32768) >> 6]++;
  let bin = 1024;
  for (let sum = 0; bin > 0 && sum < n; ) sum += counts[--bin];
  return (bin << 6) - 32768;
}
