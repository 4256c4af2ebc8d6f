import type { Id } from '../data/ids.ts';
import type {
  EventFilter,
  FirstOrLast,
  InteractionSelection,
  InteractionStats,
  NewEvent,
  NewInteraction,
  NewProduct,
  ProductRow,
  PutInteractionsOptions,
  PutOptions,
  PutResult,
  RowListOptions,
  RowPage,
  RowPageOptions,
  RowSource,
  StoredEvent,
  StoredInteraction,
} from './data-store-rows.ts';
import type { ColumnsOf, ColumnTypes, InputColumns, OnlyColumns } from './declared-columns.ts';

export type * from './data-store-rows.ts';
export type * from './declared-columns.ts';

/**
 * Keeps products, interactions and events. Rows use the library's names (`item`; `user`, `item`, `value`, `timestamp`)
 * whatever the columns of a table are called, and carry further columns in addition. A column that is undefined or null
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
   * How far streams have been read into this store. Set in the transaction of the rows that came from there, it makes that every message
   * counts exactly once. The stores of this library have it.
   */
  readonly positions?: PositionStore;
  /**
   * Runs several calls as one: all of them count, or, when `work` rejects or the process dies, none. Use the store that
   * `work` is given; calls on the outer store may wait until it is done, so awaiting one inside may deadlock.
   */
  transaction<T>(work: (store: DataStore<Tables>) => Promise<T>): Promise<T>;
  /**
   * Rewrites the files of the backend without what deletes have left in them, where it leaves anything and can be told to. Takes as long
   * as copying them, and holds up other work.
   */
  purge?(): Promise<void>;
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
  /** All products as a stream, in stable order. Those added while it is read are not included. */
  all(): AsyncIterable<ProductRow<C>>;
  /** Some products, in stable order. */
  page(options?: RowPageOptions): Promise<RowPage<ProductRow<C>>>;
  /** The number of rows. */
  count(): Promise<number>;
  /** Deletes products, and with them their interactions. Unknown ids are ignored. @returns the number of products deleted */
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
  /** All interactions as a stream, in stable order. Those added while it is read are not included. */
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
  /** Deletes interactions. Missing ones are ignored. @returns the number of rows deleted */
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
  /** Adds events as `appendMany` does and returns only how many, which takes some databases a fraction of the time. */
  addMany?<Event extends NewEvent>(events: Iterable<Event>): Promise<number>;
  /** Events as a stream, in the order in which they came. Those added while it is read are not included. */
  all(filter?: EventFilter): AsyncIterable<StoredEvent>;
  /** Those of a user, in the order in which they came. */
  ofUser(user: Id, options?: RowListOptions & EventFilter): Promise<StoredEvent[]>;
  /** Those of many users in one look, in the order in which they came. The stores of this library have it. */
  ofUsers?(users: Iterable<Id>, filter?: Omit<EventFilter, 'user'>): Promise<StoredEvent[]>;
  /** The number of rows. */
  count(filter?: EventFilter): Promise<number>;
  /** Deletes the events that pass the filter; without one, all. Numbers are not reused. @returns the number of events deleted */
  delete(filter?: EventFilter): Promise<number>;
}

/** Positions of streams by the name of their source, such as `'events/3'` for a partition. */
export interface PositionStore {
  /**
   * The position of a source, undefined when it was never set. In a transaction nobody else can set it until that ends, so that two
   * readers of one source cannot both store what comes next.
   */
  get(source: string): Promise<number | undefined>;
  /** Sets it: a whole number from 0. @throws ERR_BAD_ARGUMENT */
  set(source: string, position: number): Promise<void>;
  /**
   * Moves several sources ahead, none back, and says where they were; 0 for one that was never set. The same as `get` and `set` of each, in
   * the order of their names, in two statements of a database.
   */
  advance?(positions: Readonly<Record<string, number>>): Promise<Record<string, number>>;
  /** All of them, or those whose source begins with a text. */
  all(prefix?: string): Promise<Record<string, number>>;
}
