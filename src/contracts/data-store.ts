import type { Id } from '../data/ids.ts';
import type { InteractionRow } from '../data/interactions.ts';
import type { ErrorCode } from '../errors.ts';
import type { Progress } from '../options.ts';

/** What a declared column holds: text, a finite number, a whole number (booleans become 0 and 1), or anything that JSON holds. */
export type ColumnType = 'TEXT' | 'REAL' | 'INTEGER' | 'JSON';

/** Declared columns: their types by name. */
export type ColumnTypes = Readonly<Record<string, ColumnType>>;

declare const holds: unique symbol;

/** A JSON column whose content has a type: `columns: { features: 'JSON' as JsonColumn<string[]> }`. The type is not checked at run time. */
export type JsonColumn<T> = 'JSON' & {
  /** Only for the compiler. */
  readonly [holds]: T;
};

/** The columns that `Tables` declares for a table; undefined when it declares none, so that rows may carry any. */
export type ColumnsOf<Tables, Table extends 'products' | 'interactions'> = Tables extends {
  readonly [T in Table]: {
    /** The declaration. */
    readonly columns: infer C extends ColumnTypes;
  };
}
  ? string extends keyof C
    ? undefined
    : C
  : undefined;

/** Declared columns as they come back, absent ones left out; without a declaration, any. */
export type StoredColumns<C extends ColumnTypes | undefined> = C extends ColumnTypes
  ? { -readonly [Column in keyof C]?: StoredValue<C[Column]> | undefined }
  : {
      /** Further columns. */
      [column: string]: unknown;
    };

/** What comes back from a column. */
export type StoredValue<Type> =
  Type extends JsonColumn<infer T> ? T : Type extends 'TEXT' ? string : Type extends 'REAL' | 'INTEGER' ? number : unknown;

/** Declared columns as they are put; without a declaration, anything. */
export type InputColumns<C extends ColumnTypes | undefined> = C extends ColumnTypes
  ? { readonly [Column in keyof C]?: InputValue<C[Column]> | null | undefined }
  : unknown;

/** What a column takes: numbers also as text that reads as one. */
export type InputValue<Type> =
  Type extends JsonColumn<infer T>
    ? T
    : Type extends 'TEXT'
      ? string
      : Type extends 'REAL'
        ? number | string
        : Type extends 'INTEGER'
          ? number | string | boolean
          : unknown;

/** Refuses the columns of a row that a declared table does not have. */
export type OnlyColumns<Row, C extends ColumnTypes | undefined, Own extends string> = C extends ColumnTypes
  ? { readonly [Column in Exclude<keyof Row, keyof C | Own>]?: null | undefined }
  : unknown;

/**
 * Keeps products, interactions and events. Rows use the library's names (`item`; `user`, `item`, `value`, `timestamp`)
 * whatever the columns of a table are called, and carry further columns beside them. A column that is undefined or null
 * counts as absent, and absent columns are left out of the rows that come back. What comes back is a copy. Ids are text; a whole
 * number given as an id stands for its decimal digits.
 *
 * A store takes what `putMany` is given as a whole or not at all: a failure, an abort or a killed process leaves the old state.
 *
 * @typeParam Tables the tables with their declared columns, as the store was opened with them. Columns that are not declared then do
 * not compile, and declared ones come back typed.
 */
export interface DataStore<Tables = unknown> {
  /** What can be recommended. */
  readonly products: ProductStore<ColumnsOf<Tables, 'products'>>;
  /** Who did what with which product; one row per (user, item) pair. */
  readonly interactions: InteractionStore<ColumnsOf<Tables, 'interactions'>>;
  /** What happened, in the order in which it came. */
  readonly events: EventStore;
  /**
   * Runs several calls as one: all of them count, or, when `work` rejects or the process dies, none. Use the store that
   * `work` is given; calls on the outer store may wait until it is done, so awaiting one inside may deadlock.
   */
  transaction<T>(work: (store: DataStore<Tables>) => Promise<T>): Promise<T>;
}

/** Products by id. The stable order is that in which ids first came, where the backend keeps it (memory and SQLite do), else by id. */
export interface ProductStore<C extends ColumnTypes | undefined = undefined> {
  /** Adds products; one whose id is known is replaced as a whole and keeps its place. */
  putMany<Row extends NewProduct & InputColumns<C>>(
    rows: RowSource<Row & OnlyColumns<Row, C, 'item'>>,
    options?: PutOptions,
  ): Promise<PutResult>;
  /** The product, or undefined when there is none. */
  get(id: Id): Promise<ProductRow<C> | undefined>;
  /** The products of some ids, in the order of the ids; undefined where there is none. */
  getMany(ids: Iterable<Id>): Promise<(ProductRow<C> | undefined)[]>;
  /** All products as a stream, in stable order. Those added meanwhile are not among them. */
  all(): AsyncIterable<ProductRow<C>>;
  /** Some products, in stable order. */
  page(options?: RowPageOptions): Promise<RowPage<ProductRow<C>>>;
  /** The number of rows. */
  count(): Promise<number>;
  /** Deletes products, and with them their interactions. Unknown ids are ignored. @returns the number of products deleted @throws ERR_BAD_ID for what is neither text nor a whole number */
  delete(what: Iterable<Id> | FirstOrLast): Promise<number>;
}

/** Interactions by pair. The stable order is that in which pairs first came. */
export interface InteractionStore<C extends ColumnTypes | undefined = undefined> {
  /**
   * Adds interactions; one whose pair is known replaces it and keeps its id and its place. Rows that break a rule are left out and
   * named in the result. Ids, values and times are read as by `Interactions.from`, and a missing value counts as 1. Takes `Interactions` too.
   */
  putMany<Row extends NewInteraction & InputColumns<C>>(
    rows: RowSource<Row & OnlyColumns<Row, C, 'id' | 'user' | 'item' | 'value' | 'timestamp'>>,
    options?: PutInteractionsOptions,
  ): Promise<PutResult>;
  /** All interactions as a stream, in stable order. Those added meanwhile are not among them. */
  all(): AsyncIterable<StoredInteraction<C>>;
  /** Those of a user, in stable order. */
  ofUser(user: Id, options?: RowListOptions): Promise<StoredInteraction<C>[]>;
  /** Those with an item, in stable order. */
  ofItem(item: Id, options?: RowListOptions): Promise<StoredInteraction<C>[]>;
  /** Some interactions, in stable order. */
  page(options?: RowPageOptions): Promise<RowPage<StoredInteraction<C>>>;
  /** The number of rows. */
  count(): Promise<number>;
  /** Totals. */
  stats(): Promise<InteractionStats>;
  /** Deletes interactions. Missing ones are ignored. @returns the number of rows deleted @throws ERR_BAD_ID for what is neither text nor a whole number */
  delete(what: InteractionSelection): Promise<number>;
}

/** Events by number. They are only ever added, and deleted by a filter. */
export interface EventStore {
  /** Adds one event. @throws ERR_BAD_ROW, ERR_BAD_ID or ERR_BAD_VALUE, as {@link EventStore.appendMany} */
  append<Event extends NewEvent>(event: Event): Promise<StoredEvent>;
  /**
   * Adds events, all or none. An event with a field `time` and no `timestamp`, or with the timestamp null, is refused,
   * rather than dated now. A number given as `user`, or as a field `item`, becomes text.
   * @throws ERR_BAD_ROW, ERR_BAD_ID or ERR_BAD_VALUE naming the row (from 0).
   */
  appendMany<Event extends NewEvent>(events: Iterable<Event>): Promise<StoredEvent[]>;
  /** Events as a stream, in the order in which they came. Those added meanwhile are not among them. */
  all(filter?: EventFilter): AsyncIterable<StoredEvent>;
  /** Those of a user, in the order in which they came. */
  ofUser(user: Id, options?: RowListOptions & EventFilter): Promise<StoredEvent[]>;
  /** The number of rows. */
  count(filter?: EventFilter): Promise<number>;
  /** Deletes the events that pass the filter; without one, all. Numbers are not reused. @returns the number of events deleted */
  delete(filter?: EventFilter): Promise<number>;
}

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
  /** Number of the row, ascending in stable order. */
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
   * stored one, and rejects it then. A row without a timestamp counts as newer.
   */
  onConflict?: 'replace' | 'newest' | undefined;
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
  /** Start behind the page that named this in `next`. Cheaper than a large `offset`, and rows deleted meanwhile shift nothing. */
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
