import { boundGroups, boundStrips, dot64 } from '../../../engine/generated/jobs.ts';
import { type Blocks, f32, i16, i32, layout } from '../../../engine/memory/layout.ts';
import type { ThreadPool } from '../../../engine/threads/thread-pool.ts';
import { grown } from '../../../numeric/grown.ts';
import { TopK } from '../../../numeric/top-k.ts';
import { type CodedMemory, type Marks, strip, widthOf } from './coded-memory.ts';
import { CodedQuery } from './coded-query.ts';

/** Groups of four rows that are bounded by one call. */
const groupsAtOnce = 64;

/** Codes of fewer bytes together are read faster by one thread than others wake up. */
const smallestShared = 1 << 22;
/** Rows that a thread takes at a time. */
const rowsAtOnce = 64 * strip;

/** Some rows, from `lo` (a multiple of 32) to `hi`. */
export interface RowRange {
  lo: number;
  hi: number;
  /** One flag per row, from row 0 on; undefined: all rows are allowed. */
  marks: Marks | undefined;
}

/** What {@link CodedSearch} takes of an engine. */
export function searchLayout(capacity: number, dimensions: number) {
  return layout({
    digits: i16(widthOf(dimensions)),
    bounds: f32(4),
    /** The query as it came. */
    vector: f32(dimensions),
    /** Bounds of the rows of each strip: 32 upper ones, 32 lower ones. */
    all: f32(2 * strip * Math.ceil(capacity / strip)),
    /** Upper and lower bound of each strip, of a search of one query. */
    strips: f32(2 * Math.ceil(capacity / strip)),
    groups: i32(groupsAtOnce),
    /** Upper and lower bounds of the rows of groups, four each. */
    ofGroups: f32(8 * groupsAtOnce),
  });
}

/**
 * One query among coded rows. Its codes give an upper and a lower bound of each inner product (see kernels/codes/codes.ts), and
 * only rows whose upper bound reaches the n-th largest lower bound are scored.
 */
export class CodedSearch {
  readonly #memory: CodedMemory;
  readonly #query: CodedQuery;
  readonly #pool: ThreadPool<'codes'>;
  readonly #blocks: Blocks<ReturnType<typeof searchLayout>['fields']>;
  /** Rows that may be among the best, and their upper bounds. */
  #rowsLeft = new Int32Array(0);
  #uppersLeft = new Float32Array(0);
  #left = 0;

  /**
   * @param blocks placed for {@link searchLayout}
   * @param pool threads over the same memory
   */
  constructor(memory: CodedMemory, blocks: Blocks<ReturnType<typeof searchLayout>['fields']>, pool: ThreadPool<'codes'>) {
    this.#memory = memory;
    this.#pool = pool;
    this.#blocks = blocks;
    this.#query = new CodedQuery(memory.width);
  }

  /** Makes a query the current one. @returns whether it can be coded; if not, rows are to be scored without this. */
  aim(query: Float32Array): boolean {
    if (!this.#query.take(query)) return false;
    this.aimAt(query, this.#query);
    return true;
  }

  /** The same, with a query that has been coded. */
  aimAt(query: Float32Array, { digits, bounds }: CodedQuery): void {
    this.#blocks.digits.array.set(digits);
    this.#blocks.bounds.array.set(bounds);
    this.#blocks.vector.array.set(query);
  }

  /** The inner product of a row with any query. */
  score(row: number, query: Float32Array): number {
    const { engine, dimensions: f } = this.#memory;
    this.#blocks.vector.array.set(query);
    return engine.call(dot64, { a: this.#memory.at(row), b: this.#blocks.vector, f });
  }

  /** Offers the rows that may be among the best n. @param marks one flag per row; undefined: all rows are allowed */
  offer(marks: Marks | undefined, keys: Int32Array, n: number, best: TopK): void {
    this.#bound(keys.length, marks);
    const strips = this.#blocks.strips.array;
    const end = 2 * Math.ceil(keys.length / strip);
    // n strips with a lower bound of at least this have n rows that score at least this.
    const ofStrips = new TopK(n);
    for (let at = 0; at < end; at += 2) ofStrips.offer(at, strips[at + 1]);
    const least = Math.max(ofStrips.threshold, best.threshold);
    const ofRows = new TopK(n);
    const all = this.#blocks.all.array;
    this.#left = 0;
    for (let at = 0; at < end; at += 2) {
      if (strips[at] < least) continue;
      const from = (at / 2) * strip;
      const to = Math.min(from + strip, keys.length);
      for (let row = from, bound = 2 * from; row < to; row++, bound++) this.#keep(row, all[bound], all[bound + strip], least, ofRows);
    }
    this.#score(keys, ofRows.threshold, best);
  }

  /** Offers those rows of a range that may be among the best n and lie in one of the groups of four with a number in `groups`. */
  offerGroups({ hi, marks }: RowRange, groups: Int32Array, keys: Int32Array, n: number, best: TopK): void {
    const { engine, width } = this.#memory;
    const { codes, scales, errors } = this.#memory.blocks;
    const { digits: query, bounds: ofQuery, groups: list, ofGroups: out } = this.#blocks;
    const least = best.threshold;
    const ofRows = new TopK(n);
    const bounds = out.array;
    this.#left = 0;
    for (let start = 0; start < groups.length; start += groupsAtOnce) {
      const some = groups.subarray(start, start + groupsAtOnce);
      list.array.set(some);
      engine.call(boundGroups, { list, count: some.length, hi, query, bounds: ofQuery, width, codes, scales, errors, marks, out });
      for (let k = 0; k < 4 * some.length; k++) {
        const at = (k >> 2) * 8 + (k & 3);
        this.#keep(4 * some[k >> 2] + (k & 3), bounds[at], bounds[at + 4], least, ofRows);
      }
    }
    this.#score(keys, ofRows.threshold, best);
  }

  /** The bounds of all rows and of their strips, on all threads where that pays. */
  #bound(rows: number, marks: Marks | undefined): void {
    const { width } = this.#memory;
    const { codes, scales, errors } = this.#memory.blocks;
    const { digits: query, bounds, all, strips } = this.#blocks;
    const data = { query, bounds, width, codes, scales, errors, marks, all, strips };
    if (rows * width < smallestShared) this.#pool.runHere(boundStrips, { lo: 0, hi: rows }, data);
    else this.#pool.run(boundStrips, rows, rowsAtOnce, data);
  }

  #keep(row: number, upper: number, lower: number, least: number, ofRows: TopK): void {
    if (upper < least || upper === Number.NEGATIVE_INFINITY) return;
    ofRows.offer(row, lower);
    this.#makeRoom(this.#left + 1);
    this.#rowsLeft[this.#left] = row;
    this.#uppersLeft[this.#left++] = upper;
  }

  /** Scores the remaining rows whose upper bound reaches `limit`. */
  #score(keys: Int32Array, limit: number, best: TopK): void {
    const { engine, dimensions: f } = this.#memory;
    const { vector: b } = this.#blocks;
    for (let k = 0; k < this.#left; k++) {
      if (this.#uppersLeft[k] < limit || this.#uppersLeft[k] < best.threshold) continue;
      const row = this.#rowsLeft[k];
      best.offer(keys[row], engine.call(dot64, { a: this.#memory.at(row), b, f }));
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
