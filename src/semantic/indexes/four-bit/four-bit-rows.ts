import { Engine } from '../../../engine/engine.ts';
import { planesKernels } from '../../../engine/generated/families/planes.ts';
import { listClose, planeSums, restSums, signEstimates } from '../../../engine/generated/jobs.ts';
import { type Blocks, f32, i32, layout, u8 } from '../../../engine/memory/layout.ts';
import { closeWhenUnused } from '../../../engine/threads/close-when-unused.ts';
import { ThreadPool } from '../../../engine/threads/thread-pool.ts';
import { dot } from '../../../numeric/dot.ts';
import { TopK } from '../../../numeric/top-k.ts';
import type { Rows, UsedRows } from '../shared/rows.ts';
import { caution, encode, level, levelError } from './coding.ts';
import { type KeptVectors, readKept } from './kept-vectors.ts';
import { Rotation } from './rotation.ts';

/** Rows of a block of codes. */
const together = 32;
const planes = 4;
/** A product by signs times this is one by levels: 1 / level / E|x|. */
const signScale = 1 / (level * Math.sqrt(2 / Math.PI));
/** The same as `levelError`, of products by signs. */
const signError = Math.sqrt(Math.PI / 2 - 1);
const largestEntry = 63;
const blocksAtOnce = 64;
/** Blocks whose rows are listed together, and the rows of them. */
const segment = 32;
const most = together * segment;
const smallestShared = 1 << 22;

/**
 * Rows by four bits per dimension after a random rotation (as RaBitQ; Gao & Long, SIGMOD 2024 and 2025): a search adds up the first bits of all rows, the other
 * three for those whose estimate is not too low, and scores the best of these exactly, from the vectors that are kept. It misses few.
 */
export class FourBitRows implements Rows {
  readonly capacity: number;
  readonly #dimensions: number;
  readonly #groups: number;
  readonly #rotation: Rotation;
  readonly #kept: KeptVectors;
  readonly #vectors: Float32Array | undefined;
  readonly #engine: Engine<'planes'>;
  readonly #pool: ThreadPool<'planes'>;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;

  constructor(capacity: number, dimensions: number, { threads, seed, kept }: { threads: number; seed: number; kept: KeptVectors }) {
    this.capacity = capacity;
    this.#dimensions = dimensions;
    this.#groups = groupsOf(dimensions);
    this.#rotation = new Rotation(dimensions, seed);
    this.#kept = kept;
    this.#vectors = kept === 'memory' ? new Float32Array(capacity * dimensions) : undefined;
    const memory = memoryOf(capacity, dimensions);
    this.#engine = new Engine(layout({ memory, pool: ThreadPool.layout(threads, 0) }), {
      families: [planesKernels],
      threads,
      scratchBytes: 64,
      lazy: true,
    });
    this.#memory = this.#engine.place(memory);
    this.#pool = new ThreadPool(this.#engine, threads, 0);
    closeWhenUnused(this, this.#pool);
  }

  /** Bytes of codes, of what a search writes down for each row, and of the vectors that are kept here. */
  get bytes(): number {
    const { first, rest, factors, sums, all, tops } = this.#memory;
    const arrays = [first, rest, factors, sums, all, tops].map(({ array }) => array.byteLength);
    return arrays.reduce((sum, bytes) => sum + bytes, this.#vectors?.byteLength ?? 0);
  }

  set(row: number, vector: Float32Array): void {
    this.#vectors?.set(vector, row * this.#dimensions);
    const x = this.#rotation.apply(vector);
    const codes = new Uint8Array(4 * this.#groups);
    this.#memory.factors.array[row] = encode(x, codes);
    this.#setCodes(row, codes);
  }

  /** The vector as it is kept in memory, or what its code stands for. */
  get(row: number): Float32Array {
    if (this.#vectors) return this.#vectors.subarray(row * this.#dimensions, (row + 1) * this.#dimensions);
    const factor = this.#memory.factors.array[row];
    return this.#rotation.undo(Float64Array.from(this.codesOf(row), (code) => factor * (code - 7.5)));
  }

  score(row: number, query: Float32Array): number {
    return dot(this.get(row), 0, query);
  }

  search(query: Float32Array, used: UsedRows, best: TopK): void {
    this.look(query, used)(used.n, best);
  }

  /**
   * Estimates all rows, and gives what offers the candidates for a list of some length; longer lists look at what shorter ones did not. Valid
   * until the rows change or another query is asked.
   */
  look(query: Float32Array, { keys, allowed }: Omit<UsedRows, 'n'>): (n: number, best: TopK) => void {
    const isAllowed = (row: number) => !allowed || allowed[keys[row]] > 0;
    const length = Math.sqrt(dot(query, 0, query));
    if (!(length > 0 && length < 1e15)) {
      return (_, best) => {
        for (let row = 0; row < keys.length; row++) if (isAllowed(row)) best.offer(keys[row], this.#exact(row, keys, query));
      };
    }
    const { unit, base, total } = this.#aim(query);
    // The error of an estimate by signs, per factor: a length is factor * sqrt(dimensions) / level.
    const slack = (caution * signError * length) / level;
    const closer = (caution * levelError * length) / level;
    this.#bound(keys.length, { slope: 2 * unit * signScale, offset: (2 * base - total) * signScale, slack });
    const { factors, sums } = this.#memory;
    const factorOf = factors.array;
    const sumOf = new Uint16Array(sums.array.buffer, sums.at, sums.array.length / 2);
    const byLevels = (rows: ArrayLike<number>, to: number[]) => {
      const rests = this.#restsOf(rows);
      for (let k = 0; k < rows.length; k++) {
        to.push(factorOf[rows[k]] * (unit * (8 * sumOf[placeOf(rows[k])] + rests[k]) + 15 * base - 7.5 * total));
      }
    };
    const exact = remembered((row) => this.#exact(row, keys, query));
    return (n, best) => {
      const found: Found = { rows: [], estimates: [] };
      const least = this.#closest(keys.length, n, slack, isAllowed, byLevels, found);
      for (const [k, row] of found.rows.entries()) {
        if (this.#kept === 'none') best.offer(keys[row], found.estimates[k]);
        else if (found.estimates[k] + closer * factorOf[row] >= least) best.offer(keys[row], exact(row));
      }
    };
  }

  /**
   * Writes down what all four bits say of the rows that may be among the n closest by what their signs say.
   * @param byLevels appends what all four bits say of some rows, up to {@link most}
   * @returns the n-th of these.
   */
  #closest(
    rows: number,
    n: number,
    slack: number,
    isAllowed: (row: number) => boolean,
    byLevels: (rows: ArrayLike<number>, to: number[]) => void,
    found: Found,
  ): number {
    const { factors, all, tops, list } = this.#memory;
    const blocks = Math.ceil(rows / together);
    /** Lists the rows of a segment that reach `least` with some slack. */
    const listed = (lo: number, slack: number, least: number) =>
      this.#engine.call(listClose, { lo, hi: Math.min(blocks, lo + segment), factors, all, tops, slack, least, list });
    const likely = new TopK(Math.min(rows, 4 * n + 32));
    for (let lo = 0; lo < blocks; lo += segment) {
      const count = listed(lo, 0, likely.threshold);
      for (let k = 0; k < count; k++) {
        const row = list.array[k];
        if (row < rows && isAllowed(row)) likely.offer(row, all.array[row]);
      }
    }
    const levels = new TopK(Math.min(n, rows));
    const lookCloser = (next: ArrayLike<number>) => {
      byLevels(next, found.estimates);
      for (let k = 0; k < next.length; k++) {
        levels.offer(next[k], found.estimates[found.rows.length]);
        found.rows.push(next[k]);
      }
    };
    const { indices } = likely.take();
    for (let k = 0; k < indices.length; k += most) lookCloser(indices.subarray(k, k + most));
    const known = new Set(indices);
    for (let lo = 0; lo < blocks; lo += segment) {
      const count = listed(lo, slack, levels.threshold);
      const next: number[] = [];
      for (let k = 0; k < count; k++) {
        const row = list.array[k];
        if (row < rows && !known.has(row) && isAllowed(row)) next.push(row);
      }
      if (next.length > 0) lookCloser(next);
    }
    return levels.threshold;
  }

  searchMany(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[]): void {
    for (const [k, query] of queries.entries()) this.search(query, used, best[k]);
  }

  /** The codes of a row, one a dimension. */
  codesOf(row: number): Uint8Array {
    const codes = new Uint8Array(this.#dimensions);
    for (let plane = 0; plane < planes; plane++) {
      for (let d = 0; d < codes.length; d++) {
        const { array, at } = this.#byteOf(row, plane, d >> 2);
        codes[d] |= ((array[at] >> ((row & 16) / 4 + (d & 3))) & 1) << (planes - 1 - plane);
      }
    }
    return codes;
  }

  /** The factor by which the codes of a row are multiplied. */
  factorOf(row: number): number {
    return this.#memory.factors.array[row];
  }

  /** Takes codes and factor as a file has them. */
  restore(row: number, codes: Uint8Array, factor: number, vector: Float32Array | undefined): void {
    const all = new Uint8Array(4 * this.#groups);
    all.set(codes);
    this.#setCodes(row, all);
    this.#memory.factors.array[row] = factor;
    if (vector) this.#vectors?.set(vector, row * this.#dimensions);
  }

  #setCodes(row: number, codes: Uint8Array): void {
    const shift = (row & 16) / 4;
    const keep = 0xf0 >> shift;
    for (let plane = 0; plane < planes; plane++) {
      const { array, at } = this.#byteOf(row, plane, 0);
      const bit = planes - 1 - plane;
      for (let d = 0, to = at; d < codes.length; d += 4, to += 16) {
        const bits =
          ((codes[d] >> bit) & 1) |
          (((codes[d + 1] >> bit) & 1) << 1) |
          (((codes[d + 2] >> bit) & 1) << 2) |
          (((codes[d + 3] >> bit) & 1) << 3);
        array[to] = (array[to] & keep) | (bits << shift);
      }
    }
  }

  #byteOf(row: number, plane: number, group: number): { array: Uint8Array; at: number } {
    const { first, rest } = this.#memory;
    const block = Math.floor(row / together);
    const at = group * 16 + (row & 15);
    const size = 16 * this.#groups;
    return plane === 0 ? { array: first.array, at: block * size + at } : { array: rest.array, at: (3 * block + plane - 1) * size + at };
  }

  /** The tables of a query: an entry times `unit`, plus `base` for all of them together, is what four of its numbers add up to. */
  #aim(query: Float32Array): { unit: number; base: number; total: number } {
    const x = this.#rotation.apply(query);
    const groups = this.#groups;
    const sums = new Float64Array(16 * groups);
    let widest = 0;
    let base = 0;
    let total = 0;
    for (let d = 0; d < x.length; d++) total += x[d];
    for (let group = 0; group < groups; group++) {
      let low = 0;
      let high = 0;
      for (let bits = 0; bits < 16; bits++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) if ((bits >> k) & 1) sum += x[4 * group + k] ?? 0;
        sums[16 * group + bits] = sum;
        low = Math.min(low, sum);
        high = Math.max(high, sum);
      }
      for (let bits = 0; bits < 16; bits++) sums[16 * group + bits] -= low;
      base += low;
      widest = Math.max(widest, high - low);
    }
    const unit = widest / Math.min(largestEntry, Math.floor(65_535 / groups));
    const tables = this.#memory.tables.array;
    for (let k = 0; k < tables.length; k++) tables[k] = Math.round(sums[k] / unit);
    return { unit, base, total };
  }

  /** Estimates of all rows by their signs, on all threads where that pays. */
  #bound(rows: number, line: { slope: number; offset: number; slack: number }): void {
    const { tables, first: bits, sums, factors, all, tops } = this.#memory;
    const groups = this.#groups;
    const blocks = Math.ceil(rows / together);
    const estimated = { sums, factors, ...line, all, tops };
    if (blocks * groups * 16 < smallestShared) this.#pool.runHere(planeSums, { lo: 0, hi: blocks }, { groups, tables, bits, out: sums });
    else this.#pool.run(planeSums, blocks, blocksAtOnce, { groups, tables, bits, out: sums });
    this.#pool.runHere(signEstimates, { lo: 0, hi: blocks }, estimated);
  }

  /** What the last three bits of some rows add, in eighths of the first. */
  #restsOf(rows: ArrayLike<number>): Int32Array {
    const { tables, rest: bits, list, rests: out } = this.#memory;
    list.array.set(rows);
    this.#pool.runHere(restSums, { lo: 0, hi: rows.length }, { list, groups: this.#groups, tables, bits, out });
    return out.array;
  }

  #exact(row: number, keys: Int32Array, query: Float32Array): number {
    return dot(typeof this.#kept === 'function' ? readKept(this.#kept, keys[row], this.#dimensions) : this.get(row), 0, query);
  }
}

/** Rows that were looked at, and what all four bits say of each. */
interface Found {
  rows: number[];
  estimates: number[];
}

/** A function of rows that is asked once for each. */
function remembered(of: (row: number) => number): (row: number) => number {
  const known = new Map<number, number>();
  return (row) => {
    let value = known.get(row);
    if (value === undefined) {
      value = of(row);
      known.set(row, value);
    }
    return value;
  };
}

/** Where the kernel leaves the sum of a row. */
function placeOf(row: number): number {
  return (row & ~15) | ((row & 1) << 3) | ((row & 15) >> 1);
}

/** Tables of four dimensions, a multiple of four. */
function groupsOf(dimensions: number): number {
  return Math.ceil(dimensions / 16) * 4;
}

function memoryOf(capacity: number, dimensions: number) {
  const size = 16 * groupsOf(dimensions);
  const blocks = Math.ceil(capacity / together);
  return layout({
    tables: u8(size),
    /** The first bits of all rows, then of each block the second, third and fourth ones. */
    first: u8(blocks * size),
    rest: u8(3 * blocks * size),
    factors: f32(together * blocks),
    sums: u8(2 * together * blocks),
    /** What signs say of each row; of each block the largest, and the largest that may be. */
    all: f32(together * blocks),
    tops: f32(2 * blocks),
    list: i32(most),
    rests: i32(most),
  });
}
