import type { TimeColumn } from './time-column.ts';

/** Where the fields of an interaction stand among the columns of a file; -1 = there is no such column. */
export interface RecordColumns {
  user: number;
  item: number;
  value: number;
  time: number;
}

/** What takes rows as the bytes they were read from. */
export interface ByteSink {
  /** The row whose user id is the UTF-8 text from `user` to `userEnd`, and likewise its item. */
  pushBytes(bytes: Uint8Array, user: number, userEnd: number, item: number, itemEnd: number, value: number, time: number): void;
}

/** Rows of a file that have not been made yet, since most of them need not be. */
export interface Records {
  /** Names of the columns. */
  readonly names: readonly string[];
  /** Number of rows. */
  readonly length: number;
  /** A row as an object. */
  rowAt(k: number): object;
  /**
   * Hands rows on as bytes, from number `from` to before `to` or to one that is not plain, which has to be looked at as an object.
   * @returns the number of the row after the last one
   */
  pushInto(from: number, to: number, sink: ByteSink, columns: RecordColumns, times: TimeColumn, row: number): number;
}

/**
 * The method of a reader that gives its rows as {@link Records} where it can, for callers who need no other columns than those they name; of the
 * registry, as bundles have the file twice.
 */
export const recordBatches: unique symbol = Symbol.for('attune.recordBatches');

/** A reader that has this method. */
export interface RecordReader<Row> {
  /** @returns undefined when the rows have to be read as objects */
  [recordBatches](columns: readonly string[]): AsyncIterable<Row[] | Records> | undefined;
}
