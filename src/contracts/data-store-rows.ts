import type { Id } from '../data/ids.ts';
import type { InteractionRow } from '../data/interactions-options.ts';
import type { ErrorCode } from '../errors.ts';
import type { Progress } from '../options.ts';
import type { ColumnTypes, InputColumns, StoredColumns } from './declared-columns.ts';

/** Rows to put: an array, any iterable, or a stream. */
export type RowSource<Row> = Iterable<Row> | AsyncIterable<Row>;

/** Milliseconds since 1970, a Date, or an ISO 8601 text. */
export type TimeInput = number | string | Date;

/** What a product must have to be put. */
export interface NewProduct {
  /** Product id. */
  readonly item: Id;
}

/** What an interaction must have to be put. An `id` in it is ignored, because the store gives it; so rows of one store can be put into another. */
export interface NewInteraction {
  /** User id. */
  readonly user: Id;
  /** Item id. */
  readonly item: Id;
  /** Rating, count or weight: a finite number, or text that reads as one. Default 1. */
  readonly value?: number | string | undefined;
  /** When. Default: not known. */
  readonly timestamp?: TimeInput | null | undefined;
}

/** What an event must have to be appended. */
export interface NewEvent {
  /** Who. */
  readonly user: Id;
  /** What happened, such as `'click'`. */
  readonly type: string;
  /** When. Default now, where the field is missing or undefined; null is refused. */
  readonly timestamp?: TimeInput | undefined;
}

/** A product to put: its id and any columns that JSON holds; with declared columns, those. */
export type ProductInput<C extends ColumnTypes | undefined = undefined> = NewProduct &
  (C extends ColumnTypes ? InputColumns<C> : AnyFields);

/** An interaction to put, with further columns as in {@link ProductInput}. */
export type InteractionInput<C extends ColumnTypes | undefined = undefined> = NewInteraction &
  (C extends ColumnTypes ? InputColumns<C> : AnyFields);

/** An event to append, with any further fields that JSON holds. An `id` in it is ignored, because the store gives it. */
export type EventInput = NewEvent & AnyFields;

/** Fields that are not declared. */
export interface AnyFields {
  /** Anything that JSON holds. */
  [field: string]: unknown;
}

/** A stored product: its id and its further columns. */
export type ProductRow<C extends ColumnTypes | undefined = undefined> = {
  /** Product id. */
  item: string;
} & StoredColumns<C>;

/** A stored interaction, with its further columns. */
export type StoredInteraction<C extends ColumnTypes | undefined = undefined> = InteractionRow & {
  /** Number of the row, ascending in stable order. Beyond 2^53, as in tables of others, it is the closest number, and `delete` refuses it. */
  id: number;
} & StoredColumns<C>;

/** A stored event. */
export interface StoredEvent {
  /** Number of the event, ascending, never used again. */
  id: number;
  /** Who. */
  user: string;
  /** What happened. */
  type: string;
  /** When, in milliseconds since 1970. */
  timestamp: number;
  /** Anything else. */
  [field: string]: unknown;
}

/** Options of every `putMany`. */
export interface PutOptions {
  /** Called about every 16,384 rows, first with phase `'reading'`, then with `'storing'`. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborts; the promise rejects with the signal's reason, and nothing of the call stays. */
  signal?: AbortSignal | undefined;
}

/** Options of `interactions.putMany`. */
export interface PutInteractionsOptions extends PutOptions {
  /** An interaction with an unknown product is rejected (`'reject'`, default), or a product with nothing but its id is made (`'stub'`). */
  unknownProducts?: 'reject' | 'stub' | undefined;
  /**
   * When the pair is known: `'replace'` (default) takes the new row; `'newest'` takes it unless its timestamp is smaller than the
   * stored one, and rejects it then. A row without a timestamp counts as newer. `'sum'` adds its value to the stored one and keeps
   * the later timestamp; further columns are replaced.
   */
  onConflict?: 'replace' | 'newest' | 'sum' | undefined;
}

/** What `putMany` did with every row it was given. */
export interface PutResult {
  /** Rows that were new. */
  inserted: number;
  /** Rows that replaced one, also one of the same call. */
  updated: number;
  /** Rows that were left out. */
  rejected: RejectedRow[];
}

/** A row that was left out, and why. */
export interface RejectedRow {
  /** Number of the row in what was given, from 0. */
  row: number;
  /** Which rule it broke, for people. */
  reason: string;
  /** The same for programs: ERR_BAD_ROW, ERR_BAD_ID, ERR_BAD_VALUE, ERR_UNKNOWN_ITEM, or ERR_DUPLICATE for one older than the stored row. */
  code: ErrorCode;
}

/** Which part of a list. */
export interface RowPageOptions {
  /** Maximum number of rows, from 1. Default 100. */
  limit?: number | undefined;
  /** Number of rows to skip. Default 0. */
  offset?: number | undefined;
  /** Start behind the page that named this in `next`. Cheaper than a large `offset`, and rows deleted in between shift nothing. */
  after?: string | undefined;
}

/** Part of a list. */
export interface RowPage<Row> {
  /** The rows. */
  rows: Row[];
  /** What to pass as `after` for the next page; undefined when this is the last. */
  next?: string | undefined;
}

/** Options of the lists of one user or item. */
export interface RowListOptions {
  /** Latest time first, of equal ones the later row; those without a time last. Default false: in stable order. */
  newestFirst?: boolean | undefined;
  /** Maximum number of rows. Default all. */
  limit?: number | undefined;
}

/** The first or last rows in stable order. */
export type FirstOrLast =
  | {
      /** Number of rows from the beginning. */
      first: number;
    }
  | {
      /** Number of rows from the end. */
      last: number;
    };

/** A user and an item. */
export interface UserItemPair {
  /** User id. */
  readonly user: Id;
  /** Item id. */
  readonly item: Id;
}

/** Which interactions. */
export type InteractionSelection =
  | {
      /** Those of these pairs. */
      pairs: Iterable<UserItemPair>;
    }
  | {
      /** All of these users. */
      users: Iterable<Id>;
    }
  | {
      /** All with these items. */
      items: Iterable<Id>;
    }
  | {
      /** Those with these numbers. */
      ids: Iterable<number>;
    }
  | FirstOrLast;

/** Which events; all conditions must hold. */
export interface EventFilter {
  /** Only events of this user. */
  user?: Id | undefined;
  /** One type, or several. */
  type?: string | readonly string[] | undefined;
  /** Only events at or after this time, milliseconds since 1970. */
  since?: number | undefined;
  /** Only events before this time, milliseconds since 1970. */
  until?: number | undefined;
}

/** Totals of the interactions. */
export interface InteractionStats {
  /** Rows. */
  total: number;
  /** Distinct users. */
  users: number;
  /** Distinct items. */
  items: number;
  /** Mean value; NaN when there are no rows. */
  averageValue: number;
}
