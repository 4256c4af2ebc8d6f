import { Engine } from '../../../engine/engine.ts';
import { codesKernels } from '../../../engine/generated/families/codes.ts';
import { layout } from '../../../engine/memory/layout.ts';
import { closeWhenUnused } from '../../../engine/threads/close-when-unused.ts';
import { ThreadPool } from '../../../engine/threads/thread-pool.ts';
import type { TopK } from '../../../numeric/top-k.ts';
import type { Batches, CodedBatch } from './coded-batch.ts';
import { CodedMemory, codedLayout, type Marks, mark, marksLayout, widthOf } from './coded-memory.ts';
import { CodedSearch, searchLayout } from './coded-search.ts';
import { offerAll, type Rows, type UsedRows } from './rows.ts';

/** Rows with a code of one byte per dimension beside them, which rule out nearly all rows before any is scored. */
export class CodedRows implements Rows {
  readonly capacity: number;
  readonly #memory: CodedMemory;
  readonly #search: CodedSearch;
  readonly #batch: CodedBatch | undefined;
  readonly #marks: Marks;

  /** @param batches for searches of many queries; without them these go one by one, with the same answers */
  constructor(capacity: number, dimensions: number, threads: number, batches: Batches | undefined) {
    const memory = layout({
      rows: codedLayout(capacity, dimensions),
      search: searchLayout(capacity, dimensions),
      marks: marksLayout(capacity),
    });
    const pool = ThreadPool.layout(threads, 0);
    const batch = batches?.layout(capacity, dimensions);
    const engine = new Engine(layout({ memory, pool }).bytes + (batch?.bytes ?? 0), {
      families: [codesKernels, ...(batches?.families ?? [])],
      threads,
      scratchBytes: batches?.scratchBytes(widthOf(dimensions)) ?? 0,
      lazy: true,
    });
    const { rows, search, marks } = engine.place(memory);
    this.capacity = capacity;
    this.#memory = new CodedMemory(engine, rows, capacity, dimensions);
    const single = new ThreadPool(engine, threads, 0);
    closeWhenUnused(this, single);
    this.#search = new CodedSearch(this.#memory, search, single);
    this.#batch = batches && batch && batches.over(engine, this.#memory, engine.place(batch));
    this.#marks = marks;
  }

  get bytes(): number {
    return this.#memory.blocks.rows.array.buffer.byteLength;
  }

  set(row: number, vector: Float32Array): void {
    this.#memory.set(row, vector);
  }

  get(row: number): Float32Array {
    return this.#memory.get(row);
  }

  score(row: number, query: Float32Array): number {
    return this.#search.score(row, query);
  }

  search(query: Float32Array, used: UsedRows, best: TopK): void {
    const rows = fewAllowed(used);
    if (rows) {
      for (const row of rows) best.offer(used.keys[row], this.score(row, query));
      return;
    }
    if (!this.#search.aim(query)) {
      offerAll(this.#memory.blocks.rows.array, query, used, best);
      return;
    }
    const marks = mark(this.#marks, used.keys, used.allowed);
    this.#search.offer(marks, used.keys, used.n, best);
  }

  searchMany(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[], threads: boolean): void | Promise<void> {
    if (this.#batch && !fewAllowed(used)) return this.#batch.searchMany(queries, used, best, threads);
    for (const [k, query] of queries.entries()) this.search(query, used, best[k]);
  }
}

/** Where one row in so many is allowed, or fewer, scoring these is faster than bounding all. */
const selective = 64;

/** The rows that are allowed, where they are few; undefined: they are more, or all. */
function fewAllowed({ keys, allowed }: UsedRows): number[] | undefined {
  if (!allowed) return undefined;
  const rows: number[] = [];
  for (let row = 0; row < keys.length; row++) {
    if (!(allowed[keys[row]] > 0)) continue; // keys behind the last flag are not allowed
    if (rows.length * selective > keys.length) return undefined;
    rows.push(row);
  }
  return rows;
}
