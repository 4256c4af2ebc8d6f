import { AttuneError, shown } from '../errors.ts';
import { anything, callback, choice, number, optional, readOptions, workOptions } from '../options.ts';
import type { Columns } from './columns.ts';
import { type Csr, csrFromCoordinates, transpose } from './csr.ts';
import { type DecayOptions, decayedValues, timeOption } from './decay.ts';
import { type DuplicatePolicy, duplicatePolicies, mergeDuplicates } from './duplicates.ts';
import { type FeatureInput, type FeatureInputs, type Features, pickFeatures, readFeatures } from './features.ts';
import { fieldOption } from './fields.ts';
import type { IdMap } from './id-map.ts';
import type { InteractionRow, InteractionsFilter, InteractionsOptions } from './interactions-options.ts';
import { coreRows } from './k-core.ts';
import { type InteractionColumns, readColumns } from './read-columns.ts';
import { readRows } from './read-rows.ts';
import { selectRows } from './select-rows.ts';
import { type Sequences, sequencesOf } from './sequences.ts';
import { type TimestampUnit, timestampUnits } from './time-column.ts';

let ofColumns: (columns: Columns, features: { userFeatures: Features; itemFeatures: Features }) => Interactions;

/** Interactions of columns that are known to be right, because they were taken out of others. */
export const interactionsOfColumns: typeof ofColumns = (columns, features) => ofColumns(columns, features);

/**
 * Who did what with which item: columns of dense user and item indices, values and optional times, with the ids beside
 * them. Immutable; one row per (user, item) pair. Rows keep the order in which their pair first came.
 */
export class Interactions implements Iterable<InteractionRow> {
  static {
    ofColumns = (columns, more) => new Interactions(columns, more);
  }
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
    columns: InteractionColumns,
    options: { duplicates?: DuplicatePolicy | undefined; timestampUnit?: TimestampUnit | undefined } = {},
  ): Interactions {
    const { columns: read, duplicates, notices } = readColumns(columns, options);
    return new Interactions(read, { duplicates, notices });
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
    const { users, items, skipped, duplicates, notices } = this;
    const userFeatures = { ...this.userFeatures, ...readFeatures('users', users, o.users) };
    const itemFeatures = { ...this.itemFeatures, ...readFeatures('items', items, o.items) };
    return new Interactions(this.#columns, { skipped, duplicates, notices, userFeatures, itemFeatures });
  }

  /**
   * The same rows with values that fade with age: each is multiplied by 1/2 for every `halfLifeDays` before `until`. For models that read the
   * size of values, so that what somebody did long ago counts less.
   * @param options.halfLifeDays above 0
   * @param options.until where age is counted from: milliseconds since 1970 or a Date. Default: the time of the newest row. Later rows count
   *   in full.
   * @throws ERR_BAD_OPTION; ERR_BAD_ARGUMENT when the rows have no times
   * @example
   * await new AlsRecommender().fit(interactions.decayed({ halfLifeDays: 90 }));
   */
  decayed(options: DecayOptions): Interactions {
    const o = readOptions('Interactions.decayed', options, { halfLifeDays: number({ above: 0 }), until: optional(timeOption) });
    const { skipped, duplicates, notices, userFeatures, itemFeatures } = this;
    return new Interactions({ ...this.#columns, v: decayedValues(this, o) }, { skipped, duplicates, notices, userFeatures, itemFeatures });
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
   * The rows at the given positions, as interactions of their own: users and items without a row are gone, and indices start from 0.
   * @param rows distinct positions in [0, size), in the order of the result.
   * @throws ERR_BAD_ARGUMENT when a position is out of range or comes twice.
   */
  select(rows: ArrayLike<number>): Interactions {
    const { columns, users, items } = selectRows(this.#columns, rows);
    return new Interactions(columns, {
      userFeatures: pickFeatures(this.userFeatures, users),
      itemFeatures: pickFeatures(this.itemFeatures, items),
    });
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

  get #columns(): Columns {
    const { users, items, userIndices: u, itemIndices: i, values: v, timestamps: t } = this;
    return { users, items, u, i, v, t };
  }
}
