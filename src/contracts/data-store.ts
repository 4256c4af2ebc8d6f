import type { InteractionRow } from '../data/interactions.ts';
import type { ErrorCode } from '../errors.ts';
import type { Progress } from '../options.ts';

/**
 * Keeps products, interactions and events. Rows use the library's names (`item`; `user`, `item`, `value`, `timestamp`)
 * whatever the columns of a table are called, and carry further columns beside them. A column that is undefined or null
 * counts as absent, and absent columns are left out of the rows that come back. What comes back is a copy.
 *
 * A store takes what `putMany` is given as a whole or not at all: a failure, an abort or a killed process leaves the old state.
 */
export interface DataStore {
  /** What can be recommended. */
  readonly products: ProductStore;
  /** Who did what with which product; one row a (user, item) pair. */
  readonly interactions: InteractionStore;
  /** What happened, in the order in which it came. */
  readonly events: EventStore;
  /**
   * Runs several calls as one: all of them count, or, when `work` rejects or the process dies, none. Use the store that
   * `work` is given; calls on the outer store wait until it is done, so awaiting one inside waits for ever.
   */
  transaction<T>(work: (store: DataStore) => Promise<T>): Promise<T>;
}

/** Products by id. The stable order is that in which ids first came, where the backend keeps it (memory and SQLite do), else by id. */
export interface ProductStore {
  /** Adds products; one whose id is known is replaced as a whole and keeps its place. */
  putMany(rows: RowSource<ProductInput>, options?: PutOptions): Promise<PutResult>;
  /** The product, or undefined when there is none. */
  get(id: string): Promise<ProductRow | undefined>;
  /** The products of some ids, in the order of the ids; undefined where there is none. */
  getMany(ids: Iterable<string>): Promise<(ProductRow | undefined)[]>;
  /** All products as a stream, in stable order. Those added meanwhile are not among them. */
  all(): AsyncIterable<ProductRow>;
  /** Some products, in stable order. */
  page(options?: RowPageOptions): Promise<RowPage<ProductRow>>;
  /** How many there are. */
  count(): Promise<number>;
  /** Deletes products, and with them their interactions. Unknown ids do not matter. @returns how many products went */
  delete(what: Iterable<string> | FirstOrLast): Promise<number>;
}

/** Interactions by pair. The stable order is that in which pairs first came. */
export interface InteractionStore {
  /**
   * Adds interactions; one whose pair is known replaces it and keeps its id and its place. Rows that break a rule are left out and
   * named in the result. Ids, values and times are read as by `Interactions.from`, but a value must be there.
   */
  putMany(rows: RowSource<InteractionInput>, options?: PutInteractionsOptions): Promise<PutResult>;
  /** All interactions as a stream, in stable order. Those added meanwhile are not among them. */
  all(): AsyncIterable<StoredInteraction>;
  /** Those of a user, in stable order. */
  ofUser(user: string, options?: RowListOptions): Promise<StoredInteraction[]>;
  /** Those with an item, in stable order. */
  ofItem(item: string, options?: RowListOptions): Promise<StoredInteraction[]>;
  /** Some interactions, in stable order. */
  page(options?: RowPageOptions): Promise<RowPage<StoredInteraction>>;
  /** How many there are. */
  count(): Promise<number>;
  /** Totals. */
  stats(): Promise<InteractionStats>;
  /** Deletes interactions. What is not there does not matter. @returns how many went */
  delete(what: InteractionSelection): Promise<number>;
}

/** Events by number. They are only ever added, and deleted by a filter. */
export interface EventStore {
  /** Adds one event. */
  append(event: EventInput): Promise<StoredEvent>;
  /** Adds events, all or none. @throws ERR_BAD_ROW, ERR_BAD_ID or ERR_BAD_VALUE naming the row (from 0). */
  appendMany(events: Iterable<EventInput>): Promise<StoredEvent[]>;
  /** Events as a stream, in the order in which they came. Those added meanwhile are not among them. */
  all(filter?: EventFilter): AsyncIterable<StoredEvent>;
  /** Those of a user, in the order in which they came. */
  ofUser(user: string, options?: RowListOptions & EventFilter): Promise<StoredEvent[]>;
  /** How many there are. */
  count(filter?: EventFilter): Promise<number>;
  /** Deletes the events that pass the filter; without one, all. Numbers are not used again. @returns how many went */
  delete(filter?: EventFilter): Promise<number>;
}

/** Rows to put: an array, any iterable, or a stream. */
export type RowSource<Row> = Iterable<Row> | AsyncIterable<Row>;

/** A product to put: its id and any columns. */
export interface ProductInput {
  /** Product id: text, or a whole number. */
  item: string | number;
  /** Further columns. A table with declared columns takes those, others take anything that JSON holds. */
  [column: string]: unknown;
}

/** A stored product. */
export interface ProductRow {
  /** Product id. */
  item: string;
  /** Further columns. */
  [column: string]: unknown;
}

/** An interaction to put. An `id` in it is ignored, because the store gives it; so rows of one store can be put into another. */
export interface InteractionInput {
  /** User id: text, or a whole number. */
  user: string | number;
  /** Item id: text, or a whole number. */
  item: string | number;
  /** Rating, count or weight: a finite number, or text that reads as one. */
  value: number | string;
  /** Milliseconds since 1970, a Date, or an ISO 8601 text. */
  timestamp?: number | string | Date | null;
  /** Further columns, as in {@link ProductInput}. */
  [column: string]: unknown;
}

/** A stored interaction. */
export interface StoredInteraction extends InteractionRow {
  /** Number of the row, ascending in stable order. */
  id: number;
  /** Further columns. */
  [column: string]: unknown;
}

/** An event to append. */
export interface EventInput {
  /** Who. */
  user: string;
  /** What happened, such as `'click'`. */
  type: string;
  /** When, in milliseconds since 1970. Default now. */
  timestamp?: number;
  /** Anything else that JSON holds. An `id` in it is ignored, because the store gives it. */
  [field: string]: unknown;
}

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
  onProgress?: (progress: Progress) => void;
  /** Aborts; the promise rejects with the signal's reason, and nothing of the call stays. */
  signal?: AbortSignal;
}

/** Options of `interactions.putMany`. */
export interface PutInteractionsOptions extends PutOptions {
  /** An interaction with an unknown product is rejected (`'reject'`, default), or a product with nothing but its id is made (`'stub'`). */
  unknownProducts?: 'reject' | 'stub';
  /**
   * When the pair is known: `'replace'` (default) takes the new row; `'newest'` takes it unless its timestamp is smaller than the
   * stored one, and rejects it then. A row without a timestamp counts as newer.
   */
  onConflict?: 'replace' | 'newest';
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
  /** At most so many rows, from 1. Default 100. */
  limit?: number;
  /** Skip so many rows. Default 0. */
  offset?: number;
  /** Start behind the page that named this in `next`. Cheaper than a large `offset`, and rows deleted meanwhile shift nothing. */
  after?: string;
}

/** Part of a list. */
export interface RowPage<Row> {
  /** The rows. */
  rows: Row[];
  /** What to pass as `after` for the next page; undefined when this is the last. */
  next?: string;
}

/** Options of the lists of one user or item. */
export interface RowListOptions {
  /** Latest time first, of equal ones the later row; those without a time last. Default false: in stable order. */
  newestFirst?: boolean;
  /** At most so many rows. Default all. */
  limit?: number;
}

/** The first or last rows in stable order. */
export type FirstOrLast =
  | {
      /** So many rows from the beginning. */
      first: number;
    }
  | {
      /** So many rows from the end. */
      last: number;
    };

/** Which interactions. */
export type InteractionSelection =
  | {
      /** Those of these pairs. */
      pairs: Iterable<Pick<InteractionRow, 'user' | 'item'>>;
    }
  | {
      /** All of these users. */
      users: Iterable<string>;
    }
  | {
      /** All with these items. */
      items: Iterable<string>;
    }
  | {
      /** Those with these numbers. */
      ids: Iterable<number>;
    }
  | FirstOrLast;

/** Which events; all conditions must hold. */
export interface EventFilter {
  /** One type, or several. */
  type?: string | readonly string[];
  /** Only events at or after this time, milliseconds since 1970. */
  since?: number;
  /** Only events before this time, milliseconds since 1970. */
  until?: number;
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
