import type { TopK } from '../../../numeric/top-k.ts';
import { CodedBatch } from './coded-batch.ts';
import { CodedMemory, type Marks, mark, marksOf, widthOf } from './coded-memory.ts';
import { CodedSearch } from './coded-search.ts';
import { offerAll, type Rows, type UsedRows } from './rows.ts';

/** Rows with a code of one byte a dimension beside them, which rule out nearly all rows before any is scored. */
export class CodedRows implements Rows {
  readonly capacity: number;
  readonly #memory: CodedMemory;
  readonly #search: CodedSearch;
  readonly #batch: CodedBatch;
  readonly #marks: Marks;

  constructor(capacity: number, dimensions: number, threads: number, firstRows = 1024) {
    const width = widthOf(dimensions);
    const bytes = CodedSearch.bytes(capacity, width) + CodedBatch.bytes(capacity, width, firstRows) + capacity;
    this.capacity = capacity;
    this.#memory = new CodedMemory(capacity, dimensions, { threads, bytes, scratchBytes: CodedBatch.scratchBytes(width) });
    this.#search = new CodedSearch(this.#memory);
    this.#batch = new CodedBatch(this.#memory, this.#search, firstRows);
    this.#marks = marksOf(this.#memory.engine, capacity);
  }

  set(row: number, vector: Float32Array): void {
    this.#memory.set(row, vector);
  }

  get(row: number): Float32Array {
    return this.#memory.get(row);
  }

  search(query: Float32Array, used: UsedRows, best: TopK): void {
    if (!this.#search.aim(query)) {
      offerAll(this.#memory.rows.array, query, used, best);
      return;
    }
    const marks = mark(this.#marks, used.keys, used.allowed);
    this.#search.offer(marks, used.keys, used.n, best);
  }

  searchMany(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[], threads: boolean): void | Promise<void> {
    return this.#batch.searchMany(queries, used, best, threads);
  }
}
