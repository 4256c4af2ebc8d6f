import { type Job, rankPrefiltered, rankRows } from '../../engine/generated/jobs.ts';
import type { Block, LocalEngine } from '../../engine/local-engine.ts';
import { type Blocks, f32, f64, i32, layout } from '../../engine/memory/layout.ts';
import { type PoolMemory, poolLayout } from '../../engine/threads/pool-layout.ts';
import { bound, runHere } from '../../engine/threads/run-here.ts';
import type { ThreadPool } from '../../engine/threads/thread-pool.ts';
import { threadPools } from '../../engine/threads/thread-pools.ts';
import type { Ranked } from '../../numeric/top-k.ts';
import type { Prefilter } from './prefilter.ts';

/** A requested list. */
export interface ListOrder {
  /** Scores are its inner products with the rows. */
  vector: Float32Array;
  /** What is added to each score. */
  add: number;
  /** Maximum length; never more than there are rows. */
  n: number;
  /** Indices that must not be in the list, in no order. */
  skipped: Int32Array;
}

/** What lists are made of: rows in the memory of an engine, by descending norm. */
export interface ListSource {
  engine: LocalEngine<'ranking'>;
  rows: Block<Float32Array>;
  /** Floats per row. */
  width: number;
  /** Row -> index, and back. */
  order: Block<Int32Array>;
  position: Int32Array;
  /** An upper bound of the norms from each row on. */
  norms: Block<Float64Array>;
  /** Columns that a prefilter reads. */
  f: number;
}

/** Number of lists computed together. */
const together = 512;
/** Lists of a block of a job: those that the kernel makes together. */
const blockSize = 16;
/** Fewer products than this are not worth other threads. */
const smallestShared = 2 ** 24;

/** The best rows for vectors, one list or many on all threads: see kernels/ranking/list.ts. */
export class Lists {
  readonly #source: ListSource;
  readonly #threads: number;
  readonly #poolMemory: PoolMemory;
  /** Made with the first job that is worth it. */
  #pool: ThreadPool<'ranking'> | undefined;
  readonly #room: number;
  readonly #memory: Blocks<ReturnType<typeof memoryOf>['fields']>;
  readonly #jobs = new Map<Prefilter | undefined, Job<void, 'ranking' | 'prefilter'>>();

  /** Bytes that this takes from an engine, besides the source. */
  static bytes(count: number, width: number, threads: number): number {
    return memoryOf(count, width).bytes + poolLayout(threads, scratchBound(width)).bytes;
  }

  constructor(source: ListSource, threads: number) {
    const { engine, width, order } = source;
    this.#source = source;
    this.#room = roomFor(order.array.length);
    this.#threads = threads;
    this.#poolMemory = engine.place(poolLayout(threads, scratchBound(width)));
    this.#memory = engine.place(memoryOf(order.array.length, width));
  }

  /** One list, on this thread. */
  one(order: ListOrder, prefilter: Prefilter | undefined): Ranked {
    this.#put(0, order);
    this.#run(1, prefilter, false);
    return this.#listOf(0);
  }

  /** Many lists, the same as one by one; one that is ordered several times in a row is made once. @param orderOf is called once for each */
  many(count: number, orderOf: (k: number) => ListOrder, prefilter: Prefilter | undefined): Ranked[] {
    const lists: Ranked[] = [];
    let next = count > 0 ? orderOf(0) : undefined;
    while (next) {
      const made: number[] = []; // where the list of each order is
      let size = 0;
      while (next && size < together && this.#fits(size, next)) {
        this.#put(size, next);
        made.push(size > 0 && this.#isLast(size) ? size - 1 : size++);
        const k: number = lists.length + made.length;
        next = k < count ? orderOf(k) : undefined;
      }
      this.#run(size, prefilter, size * this.#source.rows.array.length >= smallestShared);
      for (const k of made) lists.push(this.#listOf(k));
    }
    return lists;
  }

  /** Ends the threads. */
  close(): void {
    this.#pool?.close();
  }

  #run(size: number, prefilter: Prefilter | undefined, isShared: boolean): void {
    const job = this.#jobOf(prefilter);
    const pool = isShared ? (this.#poolOfThreads() as ThreadPool<'ranking' | 'prefilter'>) : undefined; // a prefilter brings its kernels
    if (pool) pool.run(job, size, blockSize, undefined);
    else runHere(this.#source.engine.kernels, this.#poolMemory.scratch.at, job, { lo: 0, hi: size }, undefined);
  }

  #jobOf(prefilter: Prefilter | undefined): Job<void, 'ranking' | 'prefilter'> {
    let job = this.#jobs.get(prefilter);
    if (!job) {
      const { rows, width, order, norms, f } = this.#source;
      const args = { count: order.array.length, width, rows, order, norms, ...this.#memory };
      job = prefilter ? bound(rankPrefiltered, { ...args, f, prefilter: prefilter.words }) : bound(rankRows, args);
      this.#jobs.set(prefilter, job);
    }
    return job;
  }

  #poolOfThreads(): ThreadPool<'ranking'> | undefined {
    const { engine, width } = this.#source;
    const Pool = threadPools();
    this.#pool ??= Pool && new Pool(engine, this.#threads, scratchBound(width), this.#poolMemory);
    return this.#pool;
  }

  #fits(k: number, { n, skipped }: ListOrder): boolean {
    return this.#memory.ends.array[k] + n <= this.#room && this.#memory.skipEnds.array[k] + skipped.length <= this.#room;
  }

  /** Writes down an order as the k-th; those before it are there. */
  #put(k: number, { vector, add, n, skipped }: ListOrder): void {
    const { width, position } = this.#source;
    this.#memory.queries.array.set(vector, k * width);
    this.#memory.adds.array[k] = add;
    this.#memory.wants.array[k] = n;
    this.#memory.ends.array[k + 1] = this.#memory.ends.array[k] + n;
    const from = this.#memory.skipEnds.array[k];
    const to = from + skipped.length;
    for (let e = from; e < to; e++) this.#memory.skips.array[e] = position[skipped[e - from]];
    this.#memory.skips.array.subarray(from, to).sort();
    this.#memory.skipEnds.array[k + 1] = to;
  }

  /** Whether the k-th order is for the same list as the one before it. */
  #isLast(k: number): boolean {
    const { width } = this.#source;
    const { queries, adds, wants, skips, skipEnds } = this.#memory;
    if (adds.array[k] !== adds.array[k - 1] || wants.array[k] !== wants.array[k - 1]) return false;
    for (let q = k * width; q < (k + 1) * width; q++) if (!Object.is(queries.array[q], queries.array[q - width])) return false;
    const [before, from, to] = skipEnds.array.subarray(k - 1, k + 2);
    if (to - from !== from - before) return false;
    for (let e = 0; e < to - from; e++) if (skips.array[before + e] !== skips.array[from + e]) return false;
    return true;
  }

  #listOf(k: number): Ranked {
    const from = this.#memory.ends.array[k];
    const to = from + this.#memory.found.array[k];
    return { indices: this.#memory.indices.array.slice(from, to), scores: this.#memory.scores.array.slice(from, to) };
  }
}

/** Orders and their lists. */
function memoryOf(count: number, width: number) {
  const room = roomFor(count);
  return layout({
    queries: f32(together * width),
    adds: f64(together),
    wants: i32(together),
    skipEnds: i32(together + 1),
    skips: i32(room),
    ends: i32(together + 1),
    indices: i32(room),
    scores: f32(room),
    found: i32(together),
  });
}

/** Numbers for lists, and for what must not be in them. */
const roomFor = (count: number) => Math.max(count, 2 ** 15);

/** At least as much as the kernel needs. */
const scratchBound = (width: number) => 512 * width + 40_960;
