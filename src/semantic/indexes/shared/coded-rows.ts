import { Engine } from '../../../engine/engine.ts';
import { codesKernels } from '../../../engine/generated/families/codes.ts';
import { layout } from '../../../engine/memory/layout.ts';
import { closeWhenUnused } from '../../../engine/threads/close-when-unused.ts';
import { ThreadPool } from '../../../engine/threads/thread-pool.ts';
import type { TopK } from '../../../numeric/top-k.ts';
import { batchLayout, CodedBatch } from './coded-batch.ts';
import { CodedMemory, codedLayout, type Marks, mark, marksLayout, widthOf } from './coded-memory.ts';
import { CodedSearch, searchLayout } from './coded-search.ts';
import { offerAll, type Rows, type UsedRows } from './rows.ts';

/** Rows with a code of one byte per dimension beside them, which rule out nearly all rows before any is scored. */
export class CodedRows implements Rows {
  readonly capacity: number;
  readonly #memory: CodedMemory;
  readonly #search: CodedSearch;
  readonly #batch: CodedBatch;
  readonly #marks: Marks;

  constructor(capacity: number, dimensions: number, threads: number, firstRows = 1024) {
    const memory = layout({
      rows: codedLayout(capacity, dimensions),
      search: searchLayout(capacity, dimensions),
      batch: batchLayout(capacity, dimensions, firstRows),
      marks: marksLayout(capacity),
    });
    const pool = ThreadPool.layout(threads, 0);
    const engine = new Engine(layout({ memory, pool }), {
      families: [codesKernels],
      threads,
      scratchBytes: CodedBatch.scratchBytes(widthOf(dimensions)),
      lazy: true,
    });
    const { rows, search, batch, marks } = engine.place(memory);
    this.capacity = capacity;
    this.#memory = new CodedMemory(engine, rows, capacity, dimensions);
    const single = new ThreadPool(engine, threads, 0);
    closeWhenUnused(this, single);
    this.#search = new CodedSearch(this.#memory, search, single);
    this.#batch = new CodedBatch(this.#memory, this.#search, batch, firstRows);
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
    if (!this.#search.aim(query)) {
      offerAll(this.#memory.blocks.rows.array, query, used, best);
      return;
    }
    const marks = mark(this.#marks, used.keys, used.allowed);
    this.#search.offer(marks, used.keys, used.n, best);
  }

  searchMany(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[], threads: boolean): void | Promise<void> {
    return this.#batch.searchMany(queries, used, best, threads);
  }
}
