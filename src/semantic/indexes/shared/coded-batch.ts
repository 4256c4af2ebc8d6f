import type { Block, Engine } from '../../../engine/engine.ts';
import type { JobName } from '../../../engine/generated/jobs.ts';
import type { TopK } from '../../../numeric/top-k.ts';
import { CoarseQuery } from './coarse-query.ts';
import { type CodedMemory, type Marks, mark, marksOf, strip } from './coded-memory.ts';
import { CodedQuery } from './coded-query.ts';
import type { CodedSearch, RowRange } from './coded-search.ts';
import { offerAll, type UsedRows } from './rows.ts';

/** Queries that meet the codes of a row while it is in the cache. */
const together = 128;
/** A range is twice as long as all before it, up to so many times the first one: the score to beat rises in between. */
const largest = 8;
/** Rows of a block of a job: their codes, and no more than a few milliseconds. */
const blockSize = 2048;
/** A query, and what was found for it. */
interface Asked {
  query: Float32Array;
  fine: CodedQuery;
  coarse: CoarseQuery;
  best: TopK;
}

/** A job over the rows of a range. */
interface Job {
  name: JobName;
  rows: number;
  args: number[];
}

/**
 * Many queries among coded rows, a range of rows after the other. The upper halves of the codes give each row and query an upper bound
 * (kernels/coarse.ts). In the first range those with the highest ones are scored, which gives a score to beat. From then on rows whose bound reaches
 * that score are looked at by their whole codes at once, and the few that are left are bounded and scored as for one query.
 */
export class CodedBatch {
  readonly #memory: CodedMemory;
  readonly #search: CodedSearch;
  readonly #firstRows: number;
  readonly #marks: Marks;
  /** The digits of two queries in turn, eight each. */
  readonly #digits: { at: number; array: Int16Array };
  /** What each query brings beside its digits, 8 numbers. */
  readonly #own: Block<Float32Array>;
  /** Digits and bounds for the closer look, one query after the other. */
  readonly #fines: { at: number; array: Int16Array };
  readonly #bounds: Block<Float32Array>;
  /** A level a row and query. */
  readonly #found: Block<Int32Array>;
  readonly #levels: Uint8Array;
  readonly #list: Block<Int32Array>;

  /** Bytes that it takes of a memory. */
  static bytes(capacity: number, width: number, firstRows: number): number {
    const most = Math.min(capacity + strip, largest * firstRows);
    return together * (4 * width + 48 + most) + most + capacity + 2048;
  }

  static scratchBytes(width: number): number {
    return 8 * width + 32 * together;
  }

  /** @param firstRows rows of the first range, a multiple of 32 */
  constructor(memory: CodedMemory, search: CodedSearch, firstRows: number) {
    const { engine, width, capacity } = memory;
    this.#memory = memory;
    this.#search = search;
    this.#firstRows = firstRows;
    const most = Math.min(capacity + strip, largest * firstRows);
    this.#marks = marksOf(engine, capacity);
    this.#digits = digitsOf(engine, together * width);
    this.#own = engine.f32(8 * together);
    this.#fines = digitsOf(engine, together * width);
    this.#bounds = engine.f32(4 * together);
    this.#found = engine.i32((together * most) / 4);
    this.#list = engine.i32(most / 4);
    this.#levels = new Uint8Array(this.#found.array.buffer, this.#found.at, together * most);
  }

  /** Offers for each query the rows that may be among its best; a promise with threads. */
  searchMany(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[], threads: boolean): void | Promise<void> {
    const { engine } = this.#memory;
    const jobs = this.#jobs(queries, used, best);
    if (threads) {
      return (async () => {
        for (const { name, rows, args } of jobs) await engine.run(name, { rows, blockSize }, args);
      })();
    }
    for (const { name, rows, args } of jobs) engine.kernels[name](0, rows, 0, engine.scratch, ...args);
  }

  /** The work on this thread, with the jobs for all threads in between. */
  *#jobs(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[]): Generator<Job> {
    const { keys, n, allowed } = used;
    const marks = mark(this.#marks, keys, allowed);
    const asked: Asked[] = [];
    queries.forEach((query, k) => {
      const [fine, coarse] = [new CodedQuery(this.#memory.width), new CoarseQuery(this.#memory.width)];
      if (fine.take(query)) {
        coarse.take(query, this.#memory.longest);
        asked.push({ query, fine, coarse, best: best[k] });
      } else offerAll(this.#memory.rows.array, query, used, best[k]);
    });
    for (let lo = 0; lo < keys.length; ) {
      const range = { lo, hi: Math.min(keys.length, lo + Math.min(2 * lo || this.#firstRows, largest * this.#firstRows)), marks };
      for (let first = 0; first < asked.length; first += together) {
        yield* this.#group(asked.slice(first, first + together), range, keys, n);
      }
      lo = range.hi;
    }
  }

  /** As many queries as fit together, in a range of rows. */
  *#group(group: readonly Asked[], range: RowRange, keys: Int32Array, n: number): Generator<Job> {
    yield this.#prefilter(group, range);
    group.forEach(({ query, fine, coarse, best }, k) => {
      this.#search.aimAt(query, fine);
      let end = 256;
      if (best.threshold === Number.NEGATIVE_INFINITY) {
        end = this.#levelWith(k, range, n);
        this.#search.offerGroups(range, this.#groupsFrom(k, range, end, 256), keys, n, best);
      }
      const least = coarse.levelOf(best.threshold);
      if (least < end) this.#search.offerGroups(range, this.#groupsFrom(k, range, least, end), keys, n, best);
    });
  }

  /** The job that bounds each row by the upper half of its codes. */
  #prefilter(group: readonly Asked[], { lo, hi, marks }: RowRange): Job {
    const { width, codes, scales, errors, coarseErrors, coarseLengths } = this.#memory;
    const stride = levelsOf({ lo, hi });
    this.#own.array.fill(0);
    group.forEach(({ fine, coarse, best }, k) => {
      if (best.threshold > Number.NEGATIVE_INFINITY) coarse.lookCloser(best.threshold);
      this.#place(k, coarse.digits);
      this.#own.array.set(coarse.own, 8 * k);
      this.#fines.array.set(fine.digits, k * width);
      this.#bounds.array.set(fine.bounds, 4 * k);
      this.#levels.fill(0, k * stride + hi - lo, (k + 1) * stride); // behind the last row
    });
    const of = [width, codes + lo * width, scales + 4 * lo, coarseErrors + 4 * lo, coarseLengths + 4 * lo];
    const closer = [this.#fines.at, this.#bounds.at, errors + 4 * lo];
    const pairs = Math.ceil(group.length / 2);
    const args = [pairs, this.#digits.at, this.#own.at, ...of, ...closer, marks && marks + lo, this.#found.at, stride];
    return { name: 'coarseMany', rows: hi - lo, args };
  }

  /** Puts digits among those that come together. */
  #place(k: number, digits: Int16Array): void {
    const { width } = this.#memory;
    const first = (k >> 1) * 2 * width + (k & 1) * 8;
    for (let d = 0; d < width; d++) this.#digits.array[first + d + (d & ~7)] = digits[d];
  }

  /** The highest level that at least n rows of a range reach with the k-th query; 0 when they do not. */
  #levelWith(k: number, range: RowRange, n: number): number {
    const count = levelsOf(range);
    let [low, high] = [0, 256];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#memory.engine.kernels.countLevels(this.#found.at + k * count, count, middle) >= n) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The groups of four rows whose highest level with the k-th query is at least `least` and below `end`. */
  #groupsFrom(k: number, range: RowRange, least: number, end: number): Int32Array {
    const count = levelsOf(range);
    const found = this.#memory.engine.kernels.listGroups(this.#found.at + k * count, count, least, end, this.#list.at);
    return this.#list.array.subarray(0, found).map((group) => group + range.lo / 4);
  }
}

function digitsOf(engine: Engine, count: number): { at: number; array: Int16Array } {
  const { at, array } = engine.i32(count / 2);
  return { at, array: new Int16Array(array.buffer, at, count) };
}

/** Bytes of the levels of a query: one a row, and some that are 0. */
function levelsOf(range: { lo: number; hi: number }): number {
  return stripsOf(range) * strip;
}

function stripsOf({ lo, hi }: { lo: number; hi: number }): number {
  return Math.ceil((hi - lo) / strip);
}
