import type { Block, Engine } from '../../engine/engine.ts';
import { ThreadPool } from '../../engine/threads/thread-pool.ts';
import type { Ranked } from '../../numeric/top-k.ts';

/** A list somebody asks for. */
export interface ListOrder {
  /** Scores are its inner products with the rows. */
  vector: Float32Array;
  /** What is added to each score. */
  add: number;
  /** How many at most; never more than there are rows. */
  n: number;
  /** Indices that must not be in the list, in no order. */
  skipped: Int32Array;
}

/** What lists are made of: rows in the memory of an engine, by falling norm. */
export interface ListSource {
  engine: Engine;
  rows: Block<Float32Array>;
  /** Numbers a row. */
  width: number;
  /** Row -> index, and back. */
  order: Block<Int32Array>;
  position: Int32Array;
  /** What the norms from each row on are at most. */
  norms: Block<Float64Array>;
  /** Columns that a prefilter reads. */
  f: number;
}

/** Lists that are made together. */
const together = 512;
/** Lists of a block of a job. */
const blockSize = 4;
/** Fewer products than this are not worth other threads. */
const smallestShared = 2 ** 24;

/** The best rows for vectors, one list or many on all threads: see kernels/rank.ts. */
export class Lists {
  readonly #source: ListSource;
  readonly #pool: ThreadPool;
  readonly #room: number;
  readonly #queries: Block<Float32Array>;
  readonly #adds: Block<Float64Array>;
  readonly #wants: Block<Int32Array>;
  readonly #skipEnds: Block<Int32Array>;
  readonly #skips: Block<Int32Array>;
  readonly #ends: Block<Int32Array>;
  readonly #indices: Block<Int32Array>;
  readonly #scores: Block<Float32Array>;
  readonly #found: Block<Int32Array>;

  /** How many 32-bit numbers this takes from an engine, besides the source. */
  static size(count: number, width: number, threads: number): number {
    return together * (width + 7) + 3 * roomFor(count) + 256 + ThreadPool.size(threads, scratchBound(width));
  }

  constructor(source: ListSource, threads: number) {
    const { engine, width, order } = source;
    this.#source = source;
    this.#room = roomFor(order.array.length);
    this.#pool = new ThreadPool(engine, threads, scratchBound(width));
    this.#queries = engine.f32(together * width);
    this.#adds = engine.f64(together);
    this.#wants = engine.i32(together);
    this.#skipEnds = engine.i32(together + 1);
    this.#skips = engine.i32(this.#room);
    this.#ends = engine.i32(together + 1);
    this.#indices = engine.i32(this.#room);
    this.#scores = engine.f32(this.#room);
    this.#found = engine.i32(together);
  }

  /** One list, on this thread. @param prefilter as kernels/rank.ts has it, or 0 */
  one(order: ListOrder, prefilter: number): Ranked {
    this.#put(0, order);
    this.#source.engine.kernels.rankRows(0, 1, 0, this.#pool.scratch, ...this.#arguments(prefilter));
    return this.#listOf(0);
  }

  /** Many lists, the same as one by one. @param orderOf is asked for each in turn */
  many(count: number, orderOf: (k: number) => ListOrder, prefilter: number): Ranked[] {
    const lists: Ranked[] = [];
    let next = count > 0 ? orderOf(0) : undefined;
    while (next) {
      let size = 0;
      while (next && size < together && this.#fits(size, next)) {
        this.#put(size++, next);
        const k: number = lists.length + size;
        next = k < count ? orderOf(k) : undefined;
      }
      this.#run(size, prefilter);
      for (let k = 0; k < size; k++) lists.push(this.#listOf(k));
    }
    return lists;
  }

  /** Ends the threads. */
  close(): void {
    this.#pool.close();
  }

  #run(size: number, prefilter: number): void {
    const { engine, rows } = this.#source;
    const args = this.#arguments(prefilter);
    if (size * rows.array.length < smallestShared) engine.kernels.rankRows(0, size, 0, this.#pool.scratch, ...args);
    else this.#pool.run('rankRows', size, blockSize, args);
  }

  #fits(k: number, { n, skipped }: ListOrder): boolean {
    return this.#ends.array[k] + n <= this.#room && this.#skipEnds.array[k] + skipped.length <= this.#room;
  }

  /** Writes down an order as the k-th; those before it are there. */
  #put(k: number, { vector, add, n, skipped }: ListOrder): void {
    const { width, position } = this.#source;
    this.#queries.array.set(vector, k * width);
    this.#adds.array[k] = add;
    this.#wants.array[k] = n;
    this.#ends.array[k + 1] = this.#ends.array[k] + n;
    const from = this.#skipEnds.array[k];
    const to = from + skipped.length;
    for (let e = from; e < to; e++) this.#skips.array[e] = position[skipped[e - from]];
    this.#skips.array.subarray(from, to).sort();
    this.#skipEnds.array[k + 1] = to;
  }

  #listOf(k: number): Ranked {
    const from = this.#ends.array[k];
    const to = from + this.#found.array[k];
    return { indices: this.#indices.array.slice(from, to), scores: this.#scores.array.slice(from, to) };
  }

  #arguments(prefilter: number): number[] {
    const { rows, width, order, norms, f } = this.#source;
    const queries = [this.#queries, this.#adds, this.#wants, this.#skipEnds, this.#skips, this.#ends];
    const lists = [this.#indices, this.#scores, this.#found];
    return [order.array.length, width, f, rows.at, order.at, norms.at, prefilter, ...[...queries, ...lists].map(({ at }) => at)];
  }
}

/** Numbers for lists, and for what must not be in them. */
const roomFor = (count: number) => Math.max(count, 2 ** 15);

/** At least what the kernel says. */
const scratchBound = (width: number) => 32 * width + 8192;
