import { boundStrips, refineRows } from '../../../engine/generated/jobs.ts';
import { type Blocks, f32, i16, i32, layout } from '../../../engine/memory/layout.ts';
import type { ThreadPool } from '../../../engine/threads/thread-pool.ts';
import { TopK } from '../../../numeric/top-k.ts';
import { type CodedMemory, type Marks, strip, widthOf } from './coded-memory.ts';
import { CodedQuery } from './coded-query.ts';

/** Rows that are bounded by their whole codes by one call. */
const listed = 256;

/** Codes of fewer bytes together are read faster by one thread than others wake up. */
const smallestShared = 1 << 22;
/** Rows that a thread takes at a time. */
const rowsAtOnce = 64 * strip;

/** Rows that are scored first, at least: the score to beat should be near that of the n-th. */
const leastScored = 32;

/** What {@link CodedSearch} takes of an engine. */
export function searchLayout(capacity: number, dimensions: number) {
  return layout({
    digits: i16(widthOf(dimensions)),
    bounds: f32(4),
    /** The query as it came. */
    vector: f32(dimensions),
    /** What each row can score at most by the upper half of its code, and the highest of each strip. */
    uppers: f32(strip * Math.ceil(capacity / strip)),
    strips: f32(Math.ceil(capacity / strip)),
    /** Some rows, and what each can score at most by its whole code. */
    list: i32(listed),
    refined: f32(listed),
  });
}

/**
 * One query among coded rows, in three steps (see kernels/codes/codes.ts). The upper halves of all codes give an upper bound of each inner product; the rows
 * with the highest ones are scored, which gives a score to beat. The rows whose bound reaches it are bounded again by their whole codes, and those that
 * still reach it are scored.
 */
export class CodedSearch {
  readonly #memory: CodedMemory;
  readonly #query: CodedQuery;
  readonly #pool: ThreadPool<'codes'>;
  readonly #blocks: Blocks<ReturnType<typeof searchLayout>['fields']>;

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
    this.#blocks.digits.array.set(this.#query.digits);
    this.#blocks.bounds.array.set(this.#query.bounds);
    this.#blocks.vector.array.set(query);
    return true;
  }

  /** The inner product of a row with any query. */
  score(row: number, query: Float32Array): number {
    this.#blocks.vector.array.set(query);
    return this.#memory.score(row, this.#blocks.vector);
  }

  /** Offers the rows that may be among the best n. @param marks one flag per row; undefined: all rows are allowed */
  offer(marks: Marks | undefined, keys: Int32Array, n: number, best: TopK): void {
    const rows = keys.length;
    this.#bound(rows, marks);
    this.#scoreHighest(keys, n, best);
    const strips = this.#blocks.strips.array;
    const uppers = this.#blocks.uppers.array;
    const list = this.#blocks.list.array;
    let count = 0;
    for (let k = 0, from = 0; from < rows; k++, from += strip) {
      if (strips[k] < best.threshold) continue;
      const to = Math.min(from + strip, rows);
      for (let row = from; row < to; row++) {
        if (uppers[row] < best.threshold || uppers[row] === Number.NEGATIVE_INFINITY) continue;
        list[count++] = row;
        if (count === listed) count = this.#scoreListed(count, keys, best);
      }
    }
    this.#scoreListed(count, keys, best);
  }

  /** Scores the first row of the strips with the highest ones, at least n, and takes these out of those that are left. */
  #scoreHighest(keys: Int32Array, n: number, best: TopK): void {
    const strips = this.#blocks.strips.array;
    const uppers = this.#blocks.uppers.array;
    const highest = new TopK(Math.max(n, leastScored));
    for (let k = 0; k * strip < keys.length; k++) highest.offer(k, strips[k]);
    for (const k of highest.take().indices) {
      const from = k * strip;
      const row = from + uppers.subarray(from, Math.min(from + strip, keys.length)).indexOf(strips[k]);
      if (row < from || strips[k] === Number.NEGATIVE_INFINITY) continue;
      best.offer(keys[row], this.#memory.score(row, this.#blocks.vector));
      uppers[row] = Number.NEGATIVE_INFINITY;
    }
  }

  /** Bounds the first `count` rows of the list by their whole codes, and scores those that may still be among the best. @returns how many are listed then: 0 */
  #scoreListed(count: number, keys: Int32Array, best: TopK): 0 {
    const { engine, width } = this.#memory;
    const { low, scales, errors, coarseErrors, lengths } = this.#memory.blocks;
    const { digits: query, bounds, uppers, list, refined, vector } = this.#blocks;
    engine.call(refineRows, { list, count, query, bounds, width, low, scales, errors, coarseErrors, lengths, uppers, out: refined });
    for (let k = 0; k < count; k++) {
      const row = list.array[k];
      if (!(refined.array[k] < best.threshold)) best.offer(keys[row], this.#memory.score(row, vector));
    }
    return 0;
  }

  /** What the rows and their strips can score at most, on all threads where that pays. */
  #bound(rows: number, marks: Marks | undefined): void {
    const { width } = this.#memory;
    const { high, scales, coarseErrors, lengths } = this.#memory.blocks;
    const { digits: query, bounds, uppers, strips } = this.#blocks;
    const data = { query, bounds, width, high, scales, coarseErrors, lengths, marks, uppers, strips };
    if (rows * width < smallestShared) this.#pool.runHere(boundStrips, { lo: 0, hi: rows }, data);
    else this.#pool.run(boundStrips, rows, rowsAtOnce, data);
  }
}
