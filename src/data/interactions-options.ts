import type { Progress } from '../options.ts';
import type { DuplicatePolicy } from './duplicates.ts';
import type { FeatureInput } from './features.ts';
import type { TimestampUnit } from './time-column.ts';

/** One interaction as a row. */
export interface InteractionRow {
  /** User id. */
  user: string;
  /** Item id. */
  item: string;
  /** Rating, count or weight. */
  value: number;
  /** Milliseconds since 1970; undefined when the data has no times. */
  timestamp?: number | undefined;
}

/** How to read one field of a row: its key, or a function of the row and its number (from 0). */
export type Field<Row> = (keyof Row & string) | ((row: Row, index: number) => unknown);

/** Options of `Interactions.from`. */
export interface InteractionsOptions<Row = Record<string, unknown>> {
  /** User id: text, or a whole number. Default `'user'`. */
  user?: Field<Row> | undefined;
  /** Item id: text, or a whole number. Default `'item'`. */
  item?: Field<Row> | undefined;
  /**
   * Value: a finite number, or text that reads as one. Default `'value'`, or when there is no such column the one called `rating`,
   * `score`, `overall`, `stars` or similar, which `Interactions.notices` reports; without any, each row counts as 1.
   */
  value?: Field<Row> | undefined;
  /**
   * Time: seconds, milliseconds, microseconds or nanoseconds since 1970 (see `timestampUnit`), a Date, or a text such as
   * `2014-01-05 10:00:00`, which is UTC where it names no zone. Default `'timestamp'`, which may be missing from all rows.
   */
  timestamp?: Field<Row> | undefined;
  /** Default `'last'`: the row with the largest timestamp, of equal ones (or without times) the one that comes later. */
  duplicates?: DuplicatePolicy | undefined;
  /** Named columns of users, such as their age: see `Interactions.withFeatures`. A function or a Map by id, since ids have no order yet. */
  userFeatures?: Readonly<Record<string, FeatureInput>> | undefined;
  /** Named columns of items, such as their brand. */
  itemFeatures?: Readonly<Record<string, FeatureInput>> | undefined;
  /**
   * What numbers that stand for times count since 1970. Default `'auto'`: told by the size of all of them, and said in
   * `Interactions.notices`; a column of several units is an error.
   */
  timestampUnit?: TimestampUnit | undefined;
  /** What to do with a row that has a bad id, value or time: `'throw'` (default), or `'skip'` and count it in `Interactions.skipped`. */
  onBadRow?: 'throw' | 'skip' | undefined;
  /** Called about every 65,536 rows with phase `'reading'`. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborts; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Conditions of `Interactions.filter`; all of them hold in the result. */
export interface InteractionsFilter {
  /** Users with fewer rows are dropped. Default 0. */
  minPerUser?: number | undefined;
  /** Items with fewer rows are dropped. Default 0. */
  minPerItem?: number | undefined;
  /** Rows with a smaller value are dropped first. Default none. */
  minValue?: number | undefined;
  /** Rows for which it returns false are dropped first. */
  where?: ((row: InteractionRow) => boolean) | undefined;
}
