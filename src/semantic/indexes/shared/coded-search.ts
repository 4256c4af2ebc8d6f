import type { Block } from '../../../engine/engine.ts';
import { grown } from '../../../numeric/grown.ts';
import { TopK } from '../../../numeric/top-k.ts';
import { type CodedMemory, strip } from './coded-memory.ts';
import { CodedQuery } from './coded-query.ts';

/** Groups of four rows that are bounded by one call. */
const groupsAtOnce = 64;

/** Some rows, from `lo` (a multiple of 32) to `hi`. */
export interface RowRange {
  lo: number;
  hi: number;
  /** Byte position of their marks, as those of row 0; 0: all may come. */
  marks: number;
}

/**
 * One query among coded rows. It meets the codes first: an upper and a lower bound of each inner product come of it (see kernels/codes.ts), and
 * only rows whose upper bound reaches the n-th largest lower bound are scored.
 */
export class CodedSearch {
  readonly #memory: CodedMemory;
  readonly #query: CodedQuery;
  readonly #digits: { at: number; array: Int16Array };
  readonly #bounds: Block<Float32Array>;
  /** The query as it came. */
  readonly #vector: Block<Float32Array>;
  /** Bounds of the rows of a strip: 32 upper ones, 32 lower ones. */
  readonly #each: Block<Float32Array>;
  /** Upper and lower bound of each strip, of a search of one query. */
  readonly #strips: Block<Float32Array>;
  readonly #groups: Block<Int32Array>;
  /** Upper and lower bounds of the rows of groups, four each. */
  readonly #ofGroups: Block<Float32Array>;
  /** Rows that may be among the best, and their upper bounds. */
  #rowsLeft = new Int32Array(0);
  #uppersLeft = new Float32Array(0);
  #left = 0;

  /** Bytes that it takes of a memory. */
  static bytes(capacity: number, width: number): number {
    return 6 * width + 8 * Math.ceil(capacity / strip) + 8 * strip + 36 * groupsAtOnce + 1024;
  }

  constructor(memory: CodedMemory) {
    const { engine, width } = memory;
    this.#memory = memory;
    this.#query = new CodedQuery(width);
    const digits = engine.i32(width / 2);
    this.#digits = { at: digits.at, array: new Int16Array(digits.array.buffer, digits.at, width) };
    this.#bounds = engine.f32(4);
    this.#vector = engine.f32(memory.dimensions);
    this.#each = engine.f32(2 * strip);
    this.#strips = engine.f32(2 * Math.ceil(memory.capacity / strip));
    this.#groups = engine.i32(groupsAtOnce);
    this.#ofGroups = engine.f32(8 * groupsAtOnce);
  }

  /** Makes a query the one that is looked at. @returns whether it can be coded; if not, rows are to be scored without this. */
  aim(query: Float32Array): boolean {
    if (!this.#query.take(query)) return false;
    this.aimAt(query, this.#query);
    return true;
  }

  /** The same, with a query that has been coded. */
  aimAt(query: Float32Array, { digits, bounds }: CodedQuery): void {
    this.#digits.array.set(digits);
    this.#bounds.array.set(bounds);
    this.#vector.array.set(query);
  }

  /** Offers the rows that may be among the best n. @param marks byte position of a mark a row; 0: all may come */
  offer(marks: number, keys: Int32Array, n: number, best: TopK): void {
    this.#bound(0, keys.length, marks);
    const strips = this.#strips.array;
    const end = 2 * Math.ceil(keys.length / strip);
    // n strips with a lower bound of at least this have n rows that score at least this.
    const ofStrips = new TopK(n);
    for (let at = 0; at < end; at += 2) ofStrips.offer(at, strips[at + 1]);
    const least = Math.max(ofStrips.threshold, best.threshold);
    const ofRows = new TopK(n);
    const each = this.#each.array;
    this.#left = 0;
    for (let at = 0; at < end; at += 2) {
      if (strips[at] < least) continue;
      const from = (at / 2) * strip;
      const to = Math.min(from + strip, keys.length);
      this.#bound(from, to, marks);
      for (let row = from; row < to; row++) this.#keep(row, each[row - from], each[row - from + strip], least, ofRows);
    }
    this.#score(keys, ofRows.threshold, best);
  }

  /** Offers those rows of a range that may be among the best n and lie in one of the groups of four with a number in `groups`. */
  offerGroups({ hi, marks }: RowRange, groups: Int32Array, keys: Int32Array, n: number, best: TopK): void {
    const { engine, width, codes, scales, errors } = this.#memory;
    const least = best.threshold;
    const ofRows = new TopK(n);
    const bounds = this.#ofGroups.array;
    this.#left = 0;
    for (let start = 0; start < groups.length; start += groupsAtOnce) {
      const some = groups.subarray(start, start + groupsAtOnce);
      this.#groups.array.set(some);
      const query = [this.#digits.at, this.#bounds.at, width, codes, scales, errors];
      engine.kernels.boundGroups(this.#groups.at, some.length, hi, ...query, marks, this.#ofGroups.at);
      for (let k = 0; k < 4 * some.length; k++) {
        const at = (k >> 2) * 8 + (k & 3);
        this.#keep(4 * some[k >> 2] + (k & 3), bounds[at], bounds[at + 4], least, ofRows);
      }
    }
    this.#score(keys, ofRows.threshold, best);
  }

  /** The bounds of the strips of rows lo to hi, and those of each row of the last one. */
  #bound(lo: number, hi: number, marks: number): void {
    const { engine, width, codes, scales, errors } = this.#memory;
    engine.kernels.boundRows(lo, hi, this.#digits.at, this.#bounds.at, width, codes, scales, errors, marks, this.#each.at, this.#strips.at);
  }

  #keep(row: number, upper: number, lower: number, least: number, ofRows: TopK): void {
    if (upper < least || upper === Number.NEGATIVE_INFINITY) return;
    ofRows.offer(row, lower);
    this.#makeRoom(this.#left + 1);
    this.#rowsLeft[this.#left] = row;
    this.#uppersLeft[this.#left++] = upper;
  }

  /** Scores the rows that are left and whose upper bound reaches `limit`. */
  #score(keys: Int32Array, limit: number, best: TopK): void {
    const { engine, rows, dimensions } = this.#memory;
    for (let k = 0; k < this.#left; k++) {
      if (this.#uppersLeft[k] < limit || this.#uppersLeft[k] < best.threshold) continue;
      const row = this.#rowsLeft[k];
      best.offer(keys[row], engine.kernels.dot64(rows.at + 4 * row * dimensions, this.#vector.at, dimensions));
    }
  }

  #makeRoom(count: number): void {
    if (count <= this.#rowsLeft.length) return;
    this.#rowsLeft = grown(this.#rowsLeft, count);
    const uppers = new Float32Array(this.#rowsLeft.length);
    uppers.set(this.#uppersLeft);
    this.#uppersLeft = uppers;
  }
}
