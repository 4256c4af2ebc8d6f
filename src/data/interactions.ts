import { AttuneError, shown } from '../errors.ts';
import { anything, callback, choice, number, optional, type Progress, readOptions, workOptions } from '../options.ts';
import { ColumnBuilder, type Columns } from './columns.ts';
import { type Csr, csrFromCoordinates, transpose } from './csr.ts';
import { type DuplicatePolicy, duplicatePolicies, mergeDuplicates } from './duplicates.ts';
import { type FeatureInput, type FeatureInputs, type Features, pickFeatures, readFeatures } from './features.ts';
import { fieldOption, readRowId, readValue } from './fields.ts';
import type { IdMap } from './id-map.ts';
import type { Id } from './ids.ts';
import { coreRows } from './k-core.ts';
import { readRows } from './read-rows.ts';
import { Renumbering } from './renumbering.ts';
import { type Sequences, sequencesOf } from './sequences.ts';
import { TimeColumn, type TimestampUnit, timestampUnits } from './time-column.ts';

export type * from './features.ts';
export type { Sequences } from './sequences.ts';
export type { TimestampUnit } from './time-column.ts';

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

/** Options of {@link Interactions.from}. */
export interface InteractionsOptions<Row = Record<string, unknown>> {
  /** User id: text, or a whole number. Default `'user'`. */
  user?: Field<Row> | undefined;
  /** Item id: text, or a whole number. Default `'item'`. */
  item?: Field<Row> | undefined;
  /**
   * Value: a finite number, or text that reads as one. Default `'value'`, or when there is no such column the one that is called `rating`,
   * `score`, `overall`, `stars` or the like, which {@link Interactions.notices} says; without any, each row counts as 1.
   */
  value?: Field<Row> | undefined;
  /**
   * Time: seconds, milliseconds, microseconds or nanoseconds since 1970 (see `timestampUnit`), a Date, or a text such as
   * `2014-01-05 10:00:00`, which is UTC where it names no zone. Default `'timestamp'`, which may be missing from all rows.
   */
  timestamp?: Field<Row> | undefined;
  /** Default `'last'`: the row with the largest timestamp, of equal ones (or without times) the one that comes later. */
  duplicates?: DuplicatePolicy | undefined;
  /** Named columns of users, such as their age: see {@link Interactions.withFeatures}. A function or a Map by id, since ids have no order yet. */
  userFeatures?: Readonly<Record<string, FeatureInput>> | undefined;
  /** Named columns of items, such as their brand. */
  itemFeatures?: Readonly<Record<string, FeatureInput>> | undefined;
  /**
   * What numbers that stand for times count since 1970. Default `'auto'`: told by the size of all of them, and said in
   * {@link Interactions.notices}; a column of several units is an error.
   */
  timestampUnit?: TimestampUnit | undefined;
  /** What to do with a row that has a bad id, value or time: `'throw'` (default), or `'skip'` and count it in {@link Interactions.skipped}. */
  onBadRow?: 'throw' | 'skip' | undefined;
  /** Called about every 65,536 rows with phase `'reading'`. */
  onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborts; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Conditions of {@link Interactions.filter}; all of them hold in the result. */
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

/**
 * Who did what with which item: columns of dense user and item indices, values and optional times, with the ids beside
 * them. Immutable; one row per (user, item) pair. Rows keep the order in which their pair first came.
 */
export class Interactions implements Iterable<InteractionRow> {
  /** User ids; the index is what {@link userIndices} holds. */
  readonly users: IdMap;
  /** Item ids; the index is what {@link itemIndices} holds. */
  readonly items: IdMap;
  /** Dense user index of each row. */
  readonly userIndices: Int32Array;
  /** Dense item index of each row. */
  readonly itemIndices: Int32Array;
  /** Value of each row. */
  readonly values: Float32Array;
  /** Time of each row in milliseconds since 1970, or undefined when the data has no times. */
  readonly timestamps: Float64Array | undefined;
  /** Rows that were left out because of `onBadRow: 'skip'`. */
  readonly skipped: number;
  /** Rows that became one with another of their (user, item) pair when the data was read. */
  readonly duplicates: number;
  /** What was decided while the data was read and not asked for by an option: the unit of times, the column of values. */
  readonly notices: readonly string[];
  /** Named columns of users, in the order of {@link users}. */
  readonly userFeatures: Features;
  /** Named columns of items, in the order of {@link items}. */
  readonly itemFeatures: Features;
  #byUser: Csr | undefined;
  #byItem: Csr | undefined;
  #sequences: Sequences | undefined;

  private constructor(
    columns: Columns,
    more: {
      skipped?: number | undefined;
      duplicates?: number | undefined;
      notices?: readonly string[] | undefined;
      userFeatures?: Features | undefined;
      itemFeatures?: Features | undefined;
    } = {},
  ) {
    this.users = columns.users;
    this.items = columns.items;
    this.userIndices = columns.u;
    this.itemIndices = columns.i;
    this.values = columns.v;
    this.timestamps = columns.t;
    this.skipped = more.skipped ?? 0;
    this.duplicates = more.duplicates ?? 0;
    this.notices = more.notices ?? [];
    this.userFeatures = more.userFeatures ?? {};
    this.itemFeatures = more.itemFeatures ?? {};
  }

  /**
   * Reads rows from any iterable or async iterable.
   * @throws ERR_BAD_ID, ERR_BAD_VALUE naming the row (from 0); ERR_DUPLICATE under `duplicates: 'error'`; ERR_BAD_OPTION.
   */
  static async from<Row = Record<string, unknown>>(
    rows: Iterable<Row> | AsyncIterable<Row>,
    options: InteractionsOptions<Row> = {},
  ): Promise<Interactions> {
    const o = readOptions('Interactions.from', options, {
      user: fieldOption('user'),
      item: fieldOption('item'),
      value: fieldOption('value'),
      timestamp: fieldOption('timestamp'),
      duplicates: choice(duplicatePolicies, 'last'),
      userFeatures: anything<Readonly<Record<string, FeatureInput>> | undefined>(),
      itemFeatures: anything<Readonly<Record<string, FeatureInput>> | undefined>(),
      onBadRow: choice(['throw', 'skip'], 'throw'),
      timestampUnit: choice(timestampUnits, 'auto'),
      ...workOptions,
    });
    if (rows === null || typeof rows !== 'object' || !(Symbol.iterator in rows || Symbol.asyncIterator in rows)) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions.from: expected an iterable or async iterable of rows, got ${shown(rows)}.`);
    }
    o.signal?.throwIfAborted();
    const read = await readRows(rows, o, { value: options.value !== undefined, timestamp: options.timestamp !== undefined });
    const columns = mergeDuplicates(read.columns, o.duplicates);
    return new Interactions(columns, {
      skipped: read.skipped,
      duplicates: read.kept - columns.v.length,
      notices: read.notices,
      userFeatures: readFeatures('users', columns.users, o.userFeatures),
      itemFeatures: readFeatures('items', columns.items, o.itemFeatures),
    });
  }

  /**
   * Makes interactions from columns of equal length. Copies; `values` default to 1. Times are numbers as in {@link Interactions.from}.
   * @throws ERR_COLUMN_LENGTH, ERR_BAD_ID, ERR_BAD_VALUE naming the row (from 0); ERR_DUPLICATE under `duplicates: 'error'`.
   */
  static fromColumns(
    columns: {
      users: ArrayLike<Id>;
      items: ArrayLike<Id>;
      values?: ArrayLike<number> | undefined;
      timestamps?: ArrayLike<number> | undefined;
    },
    options: { duplicates?: DuplicatePolicy | undefined; timestampUnit?: TimestampUnit | undefined } = {},
  ): Interactions {
    const o = readOptions('Interactions.fromColumns', options, {
      duplicates: choice(duplicatePolicies, 'last'),
      timestampUnit: choice(timestampUnits, 'auto'),
    });
    const c = readOptions('Interactions.fromColumns', columns, {
      users: anything<ArrayLike<Id>>(),
      items: anything<ArrayLike<Id>>(),
      values: anything<ArrayLike<number> | undefined>(),
      timestamps: anything<ArrayLike<number> | undefined>(),
    });
    const length = c.users?.length;
    for (const name of ['users', 'items', 'values', 'timestamps'] as const) {
      const column = c[name];
      if (column === undefined && (name === 'values' || name === 'timestamps')) continue;
      if (typeof column === 'string' || !Number.isInteger(column?.length)) {
        throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions.fromColumns: expected an array as column '${name}', got ${shown(column)}.`);
      }
      if (column?.length !== length) {
        throw new AttuneError(
          'ERR_COLUMN_LENGTH',
          `Interactions.fromColumns: expected columns of equal length, got ${length} users and ${column?.length} ${name}.`,
        );
      }
    }
    const builder = new ColumnBuilder();
    const times = new TimeColumn(o.timestampUnit, true, false);
    for (let row = 0; row < length; row++) {
      const user = readRowId(c.users[row], 'user', row);
      const item = readRowId(c.items[row], 'item', row);
      const value = c.values ? readValue(c.values[row], row, true) : 1;
      const time = c.timestamps ? times.read(c.timestamps[row], row) : Number.NaN;
      builder.push(user, item, value, time);
    }
    const read = builder.columns();
    times.finish(read.t);
    const merged = mergeDuplicates(read, o.duplicates);
    return new Interactions(merged, { duplicates: length - merged.v.length, notices: times.notices });
  }

  /** Number of rows, which is the number of distinct (user, item) pairs. */
  get size(): number {
    return this.values.length;
  }

  /** Number of distinct users. */
  get userCount(): number {
    return this.users.size;
  }

  /** Number of distinct items. */
  get itemCount(): number {
    return this.items.size;
  }

  /** Rows of users: the items of each, ascending by index. Built on first use, then kept. Do not write to it. */
  get byUser(): Csr {
    this.#byUser ??= csrFromCoordinates(this.userCount, this.itemCount, this.userIndices, this.itemIndices, this.values);
    return this.#byUser;
  }

  /** Rows of items: the users of each, ascending by index. Built on first use, then kept. Do not write to it. */
  get byItem(): Csr {
    this.#byItem ??= transpose(this.byUser);
    return this.#byItem;
  }

  /**
   * What each user did, in time order: for models that read sequences. Without times, rows count in the order they have. Built on first use,
   * then kept. Do not write to it.
   */
  get sequences(): Sequences {
    this.#sequences ??= sequencesOf(this);
    return this.#sequences;
  }

  /**
   * The same rows with named columns of users and items: numbers, labels or vectors, for models that use content. A column of a name that
   * is there replaces it. They stay beside their ids in `select`, `filter` and `split`, and labels keep their codes in all parts.
   * @example
   * const rich = ratings.withFeatures({ users: { age: (user) => ages.get(user) }, items: { brand: brands, vector: (item) => index.vectorOf(item) } });
   * rich.itemFeatures.brand; // { kind: 'categorical', codes, labels }
   * @throws ERR_COLUMN_LENGTH, ERR_UNKNOWN_USER, ERR_UNKNOWN_ITEM, ERR_BAD_ID, ERR_BAD_VALUE, ERR_BAD_ARGUMENT
   */
  withFeatures(features: FeatureInputs): Interactions {
    const o = readOptions('Interactions.withFeatures', features, {
      users: anything<FeatureInputs['users']>(),
      items: anything<FeatureInputs['items']>(),
    });
    const { users, items, userIndices: u, itemIndices: i, values: v, timestamps: t, skipped, duplicates, notices } = this;
    return new Interactions(
      { users, items, u, i, v, t },
      {
        skipped,
        duplicates,
        notices,
        userFeatures: { ...this.userFeatures, ...readFeatures('users', users, o.users) },
        itemFeatures: { ...this.itemFeatures, ...readFeatures('items', items, o.items) },
      },
    );
  }

  /** The row at a position. */
  at(row: number): InteractionRow {
    if (!(Number.isInteger(row) && row >= 0 && row < this.size)) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions.at: expected a row from 0 to ${this.size - 1}, got ${shown(row)}.`);
    }
    const result: InteractionRow = {
      user: this.users.idAt(this.userIndices[row]),
      item: this.items.idAt(this.itemIndices[row]),
      value: this.values[row],
    };
    if (this.timestamps) result.timestamp = this.timestamps[row];
    return result;
  }

  /** The rows in order. */
  *[Symbol.iterator](): IterableIterator<InteractionRow> {
    for (let row = 0; row < this.size; row++) yield this.at(row);
  }

  /**
   * The rows at the given positions, as interactions of their own: users and items without a row are gone, indices start anew.
   * @param rows distinct positions in [0, size), in the order the result shall have.
   * @throws ERR_BAD_ARGUMENT when a position is out of range or comes twice.
   */
  select(rows: ArrayLike<number>): Interactions {
    const count = (rows as ArrayLike<number> | null)?.length;
    if (typeof rows !== 'object' || count === undefined || !Number.isInteger(count)) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions.select: expected an array of row positions, got ${shown(rows)}.`);
    }
    const columns = {
      u: new Int32Array(count),
      i: new Int32Array(count),
      v: new Float32Array(count),
      t: this.timestamps && new Float64Array(count),
    };
    const users = new Renumbering(this.userCount);
    const items = new Renumbering(this.itemCount);
    const taken = new Uint8Array(this.size);
    for (let k = 0; k < count; k++) {
      const row = rows[k];
      if (taken[row] !== 0) {
        const got = `${shown(row)}${taken[row] ? ' twice' : ''}`;
        throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions.select: expected distinct rows from 0 to ${this.size - 1}, got ${got}.`);
      }
      taken[row] = 1;
      columns.u[k] = users.of(this.userIndices[row]);
      columns.i[k] = items.of(this.itemIndices[row]);
      columns.v[k] = this.values[row];
      if (columns.t && this.timestamps) columns.t[k] = this.timestamps[row];
    }
    return new Interactions(
      { ...columns, users: this.users.subset(users.kept), items: this.items.subset(items.kept) },
      { userFeatures: pickFeatures(this.userFeatures, users.kept), itemFeatures: pickFeatures(this.itemFeatures, items.kept) },
    );
  }

  /** The rows that meet the conditions; the minimum counts are applied again and again until they hold (k-core). */
  filter(filter: InteractionsFilter): Interactions {
    const o = readOptions('Interactions.filter', filter, {
      minPerUser: number({ default: 0, min: 0 }),
      minPerItem: number({ default: 0, min: 0 }),
      minValue: optional(number({})),
      where: callback<(row: InteractionRow) => boolean>(),
    });
    const { minValue, where } = o;
    const isAllowed = (row: number) => (minValue === undefined || this.values[row] >= minValue) && (!where || where(this.at(row)));
    return this.select(coreRows(this, isAllowed, o));
  }
}
