import { dot } from '../../../numeric/dot.ts';
import type { TopK } from '../../../numeric/top-k.ts';

/** A block of rows of fixed capacity, the first of which are in use. */
export interface Rows {
  /** How many rows fit. */
  readonly capacity: number;
  /** Bytes that it takes. */
  readonly bytes: number;
  /** Writes a row. */
  set(row: number, vector: Float32Array): void;
  /** A view of a row; valid until the row is set again. */
  get(row: number): Float32Array;
  /** The inner product of a row with a query, as `dot` gives it. */
  score(row: number, query: Float32Array): number;
  /** Offers every row that may be among the best, with the inner product of `dot`. */
  search(query: Float32Array, used: UsedRows, best: TopK): void;
  /**
   * The same for several queries, `best` one each. With threads a promise: rows must not change before it is done, or the answers are
   * to be thrown away.
   */
  searchMany(queries: readonly Float32Array[], used: UsedRows, best: readonly TopK[], threads: boolean): void | Promise<void>;
}

/** The rows that are in use. */
export interface UsedRows {
  /** The key of each. */
  keys: Int32Array;
  /** One flag per key, as in the options of a search. */
  allowed?: Uint8Array;
  /** How many are wanted at most. */
  n: number;
}

/** Scores every row that is allowed. */
export function offerAll(rows: Float32Array, query: Float32Array, { keys, allowed }: UsedRows, best: TopK): void {
  for (let row = 0; row < keys.length; row++) {
    if (!allowed || allowed[keys[row]] > 0) best.offer(keys[row], dot(rows, row * query.length, query));
  }
}
