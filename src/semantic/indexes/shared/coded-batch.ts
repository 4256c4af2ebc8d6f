import type { Engine } from '../../../engine/engine.ts';
import { codesBatchKernels } from '../../../engine/generated/families/codes-batch.ts';
import { coarseMany, countLevels, digitBytes, type Job, listRows, scoreLevels } from '../../../engine/generated/jobs.ts';
import { within } from '../../../engine/memory/block.ts';
import { type Blocks, f32, i32, layout, u8 } from '../../../engine/memory/layout.ts';
import type { TopK } from '../../../numeric/top-k.ts';
import type { BatchQuery } from './batch-query.ts';
import { ByteQuery } from './byte-query.ts';
import { CoarseQuery } from './coarse-query.ts';
import { type CodedMemory, type Marks, mark, marksLayout, strip, widthOf } from './coded-memory.ts';
import { offerAll, type UsedRows } from './rows.ts';
import { mostScored, ScoredLevels, scoredLayout } from './scored-levels.ts';

/** Queries that meet the codes of a row while these are in the cache. */
const together = 256;
/** A range is twice as long as all before it, up to so many times the first one: the score to beat rises in between. */
const largest = 8;
/** Rows of a block of a job: their codes, and no more than a few milliseconds. */
const blockSize = 480;
/** Queries of such a block. */
const queriesAtOnce = 8;

/** A query, and what was found for it. */
interface Asked {
  query: Float32Array;
  coarse: BatchQuery;
  best: TopK;
}

/** Some rows, from `lo` (a multiple of 32) to `hi`. */
interface RowRange {
  lo: number;
  hi: number;
  /** One flag per row, from row 0 on; undefined: all rows are allowed. */
  marks: Marks | undefined;
}

/** Runs a block job over some rows or queries, on one thread or on all. */
type Run = <A>(job: Job<A, 'codes-batch'>, cut: { rows: number; blockSize: number }, args: NoInfer<A>) => void | Promise<void>;
/** Work that all threads may take part in. */
type Shared = (run: Run) => void | Promise<void>;

/** An engine that rows with batches are made with. */
export type BatchEngine = Engine<'codes' | 'codes-batch'>;

/** Searches of many queries, for rows that are to have them. */
export interface Batches {
  /** The kernels that they call. */
  readonly families: readonly (typeof codesBatchKernels)[];
  /** What they take of an engine. */
  layout(capacity: number, dimensions: number): ReturnType<typeof batchLayout>;
  /** What each thread needs for itself. */
  scratchBytes(width: number): number;
  /** @param blocks placed for `layout` */
  over(engine: BatchEngine, memory: CodedMemory, blocks: Blocks<ReturnType<typeof batchLayout>['fields']>): CodedBatch;
}

/** @param firstRows rows of the first range, a multiple of 32 */
export function batchesOf(firstRows = 480): Batches {
  return {
    families: [codesBatchKernels],
    layout: (capacity, dimensions) => batchLayout(capacity, dimensions, firstRows),
    scratchBytes: CodedBatch.scratchBytes,
    over: (engine, memory, blocks) => new CodedBatch(engine, memory, blocks, firstRows),
  };
}

function batchLayout(capacity: number, dimensions: number, firstRows: number) {
  const width = widthOf(dimensions);
  const most = Math.min(capacity + strip, largest * firstRows);
  return layout({
    marks: marksLayout(capacity),
    /** The digits of two queries, interleaved by 16 bytes: two bytes each, or one. */
    digits: u8(2 * together * width),
    /** What each query brings beside its digits, 8 numbers. */
    own: f32(8 * together),
    /** One level per row and query. */
    levels: u8(together * most),
    list: i32(most),
    /** A query whose rows are scored one by one. */
    vector: f32(dimensions),
    scored: scoredLayout(together, dimensions),
  });
}

/**
 * Many queries among coded rows, a range of rows after the other. The upper halves of the codes give each row and query an upper bound
 * (kernels/codes-batch/coarse.ts). In the first range those with the highest ones are scored, which gives a score to beat. From then on rows whose bound reaches
 * that score are bounded again at once by their whole codes, and the few that are left are scored, also by all threads.
 */
export class CodedBatch {
  readonly #engine: BatchEngine;
  readonly #memory: CodedMemory;
  readonly #firstRows: number;
  readonly #blocks: Blocks<ReturnType<typeof batchLayout>['fields']>;
  readonly #scored: ScoredLevels;
  /** What the kernels take. */
  readonly #Query: typeof ByteQuery | typeof CoarseQuery;

  static scratchBytes(width: number): number {
    return 24 * width + 32 * together;
  }

  /**
   * @param blocks placed for {@link batchLayout}
   * @param firstRows rows of the first range, a multiple of 32
   */
  constructor(engine: BatchEngine, memory: CodedMemory, blocks: Blocks<ReturnType<typeof batchLayout>['fields']>, firstRows: number) {
    this.#engine = engine;
    this.#memory = memory;
    this.#blocks = blocks;
    this.#firstRows = firstRows;
    this.#scored = new ScoredLevels(memory, blocks.scored);
    this.#Query = engine.call(digitBytes, {}) === 1 ? ByteQuery : CoarseQuery;
  }

  /** Offers for each query the rows that may be among its best; a promise with threads. */
  searchMany(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[], threads: boolean): void | Promise<void> {
    const engine = this.#engine;
    const steps = this.#steps(queries, used, best);
    if (threads) {
      return (async () => {
        for (const step of steps) await step((job, cut, args) => engine.run(job, cut, args));
      })();
    }
    for (const step of steps) step((job, { rows }, args) => engine.runHere(job, { hi: rows }, args));
  }

  /** The work on this thread, with the jobs for all threads in between. */
  *#steps(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[]): Generator<Shared> {
    const { keys, n, allowed } = used;
    const marks = mark(this.#blocks.marks, keys, allowed);
    const asked: Asked[] = [];
    queries.forEach((query, k) => {
      const coarse = new this.#Query(this.#memory.width);
      if (coarse.take(query, this.#memory.longest)) asked.push({ query, coarse, best: best[k] });
      else offerAll(this.#memory.blocks.rows.array, query, used, best[k]);
    });
    for (let first = 0; first < asked.length; first += together) {
      const group = asked.slice(first, first + together);
      this.#blocks.own.array.fill(0);
      group.forEach(({ query, coarse }, k) => {
        coarse.placeIn(this.#blocks.digits.array, k);
        this.#scored.take(k, query);
      });
      for (let lo = 0; lo < keys.length; ) {
        const range = { lo, hi: Math.min(keys.length, lo + Math.min(2 * lo || this.#firstRows, largest * this.#firstRows)), marks };
        yield* this.#range(group, range, keys, n);
        lo = range.hi;
      }
    }
  }

  /** As many queries as fit together, in a range of rows. */
  *#range(group: readonly Asked[], range: RowRange, keys: Int32Array, n: number): Generator<Shared> {
    yield this.#prefilter(group, range);
    // 0 where there is no score to beat yet, or one that rules nothing out.
    const leasts = group.map(({ coarse, best }) => (n > mostScored ? 0 : coarse.levelOf(best.threshold)));
    this.#scored.from(leasts);
    if (leasts.some((least) => least > 0)) yield this.#scoring(group.length, range, n);
    for (const [k, one] of group.entries()) {
      if (leasts[k] > 0 && this.#scored.offer(k, keys.subarray(range.lo), one.best)) continue;
      this.#blocks.vector.array.set(one.query);
      let end = 256;
      if (one.best.threshold === Number.NEGATIVE_INFINITY) {
        end = this.#levelWith(k, range, n);
        this.#score(one, k, range, keys, end, 256);
      }
      this.#score(one, k, range, keys, one.coarse.levelOf(one.best.threshold), end);
    }
  }

  /** The job that scores the rows of each query that may be among its best. */
  #scoring(queries: number, range: RowRange, n: number): Shared {
    const { levels, own } = this.#blocks;
    const args = this.#scored.job(range.lo, n, { levels, own, stride: levelsOf(range) });
    return (run) => run(scoreLevels, { rows: queries, blockSize: queriesAtOnce }, args);
  }

  /** Offers the rows of a range whose level with the k-th query is at least `least` and below `end`, unless others have better scores by then. */
  #score({ coarse, best }: Asked, k: number, range: RowRange, keys: Int32Array, least: number, end: number): void {
    if (least >= end) return;
    const count = levelsOf(range);
    const { levels, list, vector } = this.#blocks;
    const { lo, hi, marks } = range;
    const found = this.#engine.call(listRows, { levels: within(levels, k * count), count, least, list });
    for (let i = 0; i < found; i++) {
      const level = levels.array[k * count + list.array[i]];
      const row = lo + list.array[i];
      if (level >= end || row >= hi || marks?.array[row] === 0 || level < coarse.levelOf(best.threshold)) continue;
      best.offer(keys[row], this.#memory.score(row, vector));
    }
  }

  /** The job that bounds each row by the upper half of its code. */
  #prefilter(group: readonly Asked[], { lo, hi, marks }: RowRange): Shared {
    const { width, blocks } = this.#memory;
    const { digits, own, levels } = this.#blocks;
    const stride = levelsOf({ lo, hi });
    group.forEach(({ coarse, best }, k) => {
      coarse.mustReach(best.threshold);
      own.array.set(coarse.own, 8 * k);
      levels.array.fill(0, k * stride + hi - lo, (k + 1) * stride); // behind the last row
    });
    const rows = {
      high: within(blocks.high, (lo * width) / 4),
      low: within(blocks.low, (lo * width) / 4),
      scales: within(blocks.scales, lo),
      errors: within(blocks.errors, lo),
      coarseErrors: within(blocks.coarseErrors, lo),
      lengths: within(blocks.lengths, lo),
      marks: marks && within(marks, lo),
    };
    const asked = { pairs: Math.ceil(group.length / 2), queries: digits, own };
    const args = { ...asked, ...rows, width, levels, stride };
    return (run) => run(coarseMany, { rows: hi - lo, blockSize }, args);
  }

  /** The highest level that at least n rows of a range reach with the k-th query; 0 when they do not. */
  #levelWith(k: number, range: RowRange, n: number): number {
    const count = levelsOf(range);
    const levels = within(this.#blocks.levels, k * count);
    let [low, high] = [0, 256];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#engine.call(countLevels, { levels, count, least: middle }) >= n) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** Bytes of the levels of a query: one per row, and zero padding. */
function levelsOf({ lo, hi }: { lo: number; hi: number }): number {
  return Math.ceil((hi - lo) / strip) * strip;
}
