import { dot } from '../../../numeric/dot.ts';
import type { TopK } from '../../../numeric/top-k.ts';
import { offerAll, type Rows, type UsedRows } from './rows.ts';

/** A few rows, all of them scored for each query. */
export class PlainRows implements Rows {
  readonly capacity: number;
  readonly #dimensions: number;
  readonly #data: Float32Array;

  constructor(capacity: number, dimensions: number) {
    this.capacity = capacity;
    this.#dimensions = dimensions;
    this.#data = new Float32Array(capacity * dimensions);
  }

  get bytes(): number {
    return this.#data.byteLength;
  }

  set(row: number, vector: Float32Array): void {
    this.#data.set(vector, row * this.#dimensions);
  }

  get(row: number): Float32Array {
    return this.#data.subarray(row * this.#dimensions, (row + 1) * this.#dimensions);
  }

  score(row: number, query: Float32Array): number {
    return dot(this.#data, row * this.#dimensions, query);
  }

  search(query: Float32Array, used: UsedRows, best: TopK): void {
    offerAll(this.#data, query, used, best);
  }

  searchMany(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[]): void {
    for (const [k, query] of queries.entries()) this.search(query, used, best[k]);
  }
}
