import { AttuneError, shown } from '../errors.ts';
import { anything, callback, choice, number, optional, type Progress, readOptions, workOptions } from '../options.ts';
import { type Csr, csrFromCoordinates, transpose } from './csr.ts';
import { IdMap } from './id-map.ts';

/** One interaction as a row. */
export interface InteractionRow {
  /** User id. */
  user: string;
  /** Item id. */
  item: string;
  /** Rating, count or weight. */
  value: number;
  /** Milliseconds since 1970; undefined when the data has no times. */
  timestamp?: number;
}

/** What happens to several rows of one (user, item) pair: keep the newest or oldest, combine the values, or refuse. */
export type DuplicatePolicy = 'last' | 'first' | 'sum' | 'max' | 'mean' | 'error';

/** How to read one field of a row: its key, or a function of the row and its number (from 0). */
export type Field<Row> = (keyof Row & string) | ((row: Row, index: number) => unknown);

/** Options of {@link Interactions.from}. */
export interface InteractionsOptions<Row = Record<string, unknown>> {
  /** User id: text, or a whole number. Default `'user'`. */
  user?: Field<Row>;
  /** Item id: text, or a whole number. Default `'item'`. */
  item?: Field<Row>;
  /** Value: a finite number, or text that reads as one. Default `'value'`; rows without that default key count as 1. */
  value?: Field<Row>;
  /** Time: milliseconds since 1970, a Date, or an ISO 8601 text. Default `'timestamp'`, which may be missing from all rows. */
  timestamp?: Field<Row>;
  /** Default `'last'`: the row with the largest timestamp, of equal ones (or without times) the one that comes later. */
  duplicates?: DuplicatePolicy;
  /** What to do with a row that has a bad id, value or time: `'throw'` (default), or `'skip'` and count it in {@link Interactions.skipped}. */
  onBadRow?: 'throw' | 'skip';
  /** Called about every 65,536 rows with phase `'reading'`. */
  onProgress?: (progress: Progress) => void;
  /** Aborts; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Conditions of {@link Interactions.filter}; all of them hold in the result. */
export interface InteractionsFilter {
  /** Users with fewer rows are dropped. Default 0. */
  minPerUser?: number;
  /** Items with fewer rows are dropped. Default 0. */
  minPerItem?: number;
  /** Rows with a smaller value are dropped first. Default none. */
  minValue?: number;
  /** Rows for which it returns false are dropped first. */
  where?: (row: InteractionRow) => boolean;
}

const duplicatePolicies = ['last', 'first', 'sum', 'max', 'mean', 'error'] as const;

/**
 * Who did what with which item: columns of dense user and item indices, values and optional times, with the ids beside
 * them. Immutable; one row a (user, item) pair. Rows keep the order in which their pair first came.
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
  #byUser: Csr | undefined;
  #byItem: Csr | undefined;

  private constructor(columns: Columns, skipped = 0) {
    this.users = columns.users;
    this.items = columns.items;
    this.userIndices = columns.u;
    this.itemIndices = columns.i;
    this.values = columns.v;
    this.timestamps = columns.t;
    this.skipped = skipped;
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
      onBadRow: choice(['throw', 'skip'], 'throw'),
      ...workOptions,
    });
    if (rows === null || typeof rows !== 'object' || !(Symbol.iterator in rows || Symbol.asyncIterator in rows)) {
      throw new AttuneError('ERR_BAD_ARGUMENT', `Interactions.from: expected an iterable or async iterable of rows, got ${shown(rows)}.`);
    }
    o.signal?.throwIfAborted();
    const needValue = options.value !== undefined;
    const needTime = options.timestamp !== undefined;
    const builder = new Builder();
    let index = 0;
    let skipped = 0;
    const take = (row: Row) => {
      try {
        if (row === null || typeof row !== 'object')
          throw new AttuneError('ERR_BAD_ROW', `Row ${index}: expected an object, got ${shown(row)}.`);
        const user = readId(o.user(row, index), 'user', index);
        const item = readId(o.item(row, index), 'item', index);
        const value = readValue(o.value(row, index), index, needValue);
        const time = readTime(o.timestamp(row, index), index, needTime);
        builder.push(user, item, value, time, index);
      } catch (error) {
        if (o.onBadRow === 'throw' || !(error instanceof AttuneError)) throw error;
        skipped++;
      }
      if ((++index & 0xffff) === 0) {
        o.signal?.throwIfAborted();
        o.onProgress?.({ phase: 'reading', done: index });
      }
    };
    if ('batches' in rows && typeof rows.batches === 'function') {
      for await (const batch of rows.batches() as AsyncIterable<Row[]>) for (const row of batch) take(row); // a file reader
    } else if (Symbol.asyncIterator in rows) for await (const row of rows) take(row);
    else for (const row of rows) take(row);
    o.signal?.throwIfAborted();
    o.onProgress?.({ phase: 'reading', done: index, total: index });
    return new Interactions(mergeDuplicates(builder.columns(), o.duplicates), skipped);
  }

  /**
   * Makes interactions from columns of equal length. Copies; `values` default to 1.
   * @throws ERR_COLUMN_LENGTH, ERR_BAD_ID, ERR_BAD_VALUE naming the row (from 0); ERR_DUPLICATE under `duplicates: 'error'`.
   */
  static fromColumns(
    columns: {
      users: ArrayLike<string | number>;
      items: ArrayLike<string | number>;
      values?: ArrayLike<number>;
      timestamps?: ArrayLike<number>;
    },
    options: { duplicates?: DuplicatePolicy } = {},
  ): Interactions {
    const { duplicates } = readOptions('Interactions.fromColumns', options, { duplicates: choice(duplicatePolicies, 'last') });
    const c = readOptions('Interactions.fromColumns', columns, {
      users: anything<ArrayLike<string | number>>(),
      items: anything<ArrayLike<string | number>>(),
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
    const builder = new Builder();
    for (let row = 0; row < length; row++) {
      const user = readId(c.users[row], 'user', row);
      const item = readId(c.items[row], 'item', row);
      const value = c.values ? readValue(c.values[row], row, true) : 1;
      const time = c.timestamps ? readTime(c.timestamps[row], row, true) : Number.NaN;
      builder.push(user, item, value, time, row);
    }
    return new Interactions(mergeDuplicates(builder.columns(), duplicates));
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

  *[Symbol.iterator](): IterableIterator<InteractionRow> {
    for (let row = 0; row < this.size; row++) yield this.at(row);
  }

  /**
   * The rows at the given positions, as interactions of their own: users and items without a row are gone, indices start anew.
   * @param rows distinct positions in [0, size), in the order the result shall have.
   * @throws ERR_BAD_ARGUMENT when a position is out of range or comes twice.
   */
  select(rows: ArrayLike<number>): Interactions {
    const count = rows.length;
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
    return new Interactions({ ...columns, users: this.users.subset(users.kept), items: this.items.subset(items.kept) });
  }

  /** The rows that meet the conditions; the minimum counts are applied again and again until they hold (k-core). */
  filter(filter: InteractionsFilter): Interactions {
    const o = readOptions('Interactions.filter', filter, {
      minPerUser: number({ default: 0, min: 0 }),
      minPerItem: number({ default: 0, min: 0 }),
      minValue: optional(number({})),
      where: callback<(row: InteractionRow) => boolean>(),
    });
    const kept = new Uint8Array(this.size);
    const perUser = new Int32Array(this.userCount);
    const perItem = new Int32Array(this.itemCount);
    for (let row = 0; row < this.size; row++) {
      if (o.minValue !== undefined && !(this.values[row] >= o.minValue)) continue;
      if (o.where && !o.where(this.at(row))) continue;
      kept[row] = 1;
      perUser[this.userIndices[row]]++;
      perItem[this.itemIndices[row]]++;
    }
    for (let changed = true; changed; ) {
      changed = false;
      for (let row = 0; row < this.size; row++) {
        const u = this.userIndices[row];
        const i = this.itemIndices[row];
        if (!kept[row] || (perUser[u] >= o.minPerUser && perItem[i] >= o.minPerItem)) continue;
        kept[row] = 0;
        perUser[u]--;
        perItem[i]--;
        changed = true;
      }
    }
    const rows: number[] = [];
    for (let row = 0; row < this.size; row++) if (kept[row]) rows.push(row);
    return this.select(rows);
  }
}

interface Columns {
  users: IdMap;
  items: IdMap;
  u: Int32Array;
  i: Int32Array;
  v: Float32Array;
  t: Float64Array | undefined;
}

/** New dense indices for those of the old ones that occur, in the order in which they first do. */
class Renumbering {
  readonly #to: Int32Array;
  readonly #kept: Int32Array;
  #size = 0;

  constructor(count: number) {
    this.#to = new Int32Array(count).fill(-1);
    this.#kept = new Int32Array(count);
  }

  of(index: number): number {
    if (this.#to[index] < 0) {
      this.#to[index] = this.#size;
      this.#kept[this.#size++] = index;
    }
    return this.#to[index];
  }

  /** The old indices by new ones. */
  get kept(): Int32Array {
    return this.#kept.subarray(0, this.#size);
  }
}

/** Growing columns while rows come in. */
class Builder {
  #users = new IdMap();
  #items = new IdMap();
  #u = new Int32Array(1024);
  #i = new Int32Array(1024);
  #v = new Float32Array(1024);
  #t: Float64Array | undefined;
  #size = 0;

  push(user: string, item: string, value: number, time: number, row: number): void {
    const timed = !Number.isNaN(time);
    if (this.#size === 0 && timed) this.#t = new Float64Array(1024);
    if (timed !== (this.#t !== undefined)) {
      throw new AttuneError(
        'ERR_BAD_VALUE',
        `Row ${row}: expected ${timed ? 'no timestamp, as the rows before it have none' : 'a timestamp, as the rows before it have one'}. Give all rows a time or none.`,
      );
    }
    if (this.#size === this.#v.length) this.#grow();
    this.#u[this.#size] = this.#users.add(user);
    this.#i[this.#size] = this.#items.add(item);
    this.#v[this.#size] = value;
    if (this.#t) this.#t[this.#size] = time;
    this.#size++;
  }

  columns(): Columns {
    const end = this.#size;
    return {
      users: this.#users,
      items: this.#items,
      u: this.#u.slice(0, end),
      i: this.#i.slice(0, end),
      v: this.#v.slice(0, end),
      t: this.#t?.slice(0, end),
    };
  }

  #grow(): void {
    const larger = <T extends { set(a: T): void }>(make: new (n: number) => T, old: T) => {
      const array = new make(this.#size * 2);
      array.set(old);
      return array;
    };
    this.#u = larger(Int32Array, this.#u);
    this.#i = larger(Int32Array, this.#i);
    this.#v = larger(Float32Array, this.#v);
    if (this.#t) this.#t = larger(Float64Array, this.#t);
  }
}

/** One row a pair. A hash table over pairs, because sorting two million rows to find a few duplicates costs ten times as much. */
function mergeDuplicates(c: Columns, policy: DuplicatePolicy): Columns {
  const count = c.v.length;
  let capacity = 64;
  while (capacity < count * 2) capacity *= 2;
  const table = new Int32Array(capacity);
  const weight = policy === 'mean' ? new Int32Array(count).fill(1) : undefined;
  const sums = policy === 'sum' || policy === 'mean' ? Float64Array.from(c.v) : undefined;
  let size = 0;
  for (let row = 0; row < count; row++) {
    const u = c.u[row];
    const i = c.i[row];
    let slot = pairHash(u, i) & (capacity - 1);
    while (table[slot] > 0 && !(c.u[table[slot] - 1] === u && c.i[table[slot] - 1] === i)) slot = (slot + 1) & (capacity - 1);
    const first = table[slot] - 1;
    if (first < 0) {
      c.u[size] = u;
      c.i[size] = i;
      c.v[size] = c.v[row];
      if (c.t) c.t[size] = c.t[row];
      if (sums) sums[size] = sums[row];
      table[slot] = ++size;
      continue;
    }
    const newer = !c.t || c.t[row] >= c.t[first];
    switch (policy) {
      case 'error':
        throw new AttuneError(
          'ERR_DUPLICATE',
          `Row ${row}: user ${shown(c.users.idAt(u))} and item ${shown(c.items.idAt(i))} came before. Choose duplicates: 'last', 'first', 'sum', 'max' or 'mean'.`,
        );
      case 'last':
        if (newer) c.v[first] = c.v[row];
        break;
      case 'first':
        if (c.t && c.t[row] < c.t[first]) c.v[first] = c.v[row];
        break;
      case 'max':
        c.v[first] = Math.max(c.v[first], c.v[row]);
        break;
      default:
        if (sums) sums[first] += c.v[row];
        if (weight) weight[first]++;
    }
    // A combined row has the time of its newest part, a chosen one its own.
    if (c.t && (policy === 'first' ? c.t[row] < c.t[first] : newer)) c.t[first] = c.t[row];
  }
  if (sums) {
    for (let row = 0; row < size; row++) {
      c.v[row] = sums[row] / (weight ? weight[row] : 1);
      if (!Number.isFinite(c.v[row])) {
        throw new AttuneError(
          'ERR_BAD_VALUE',
          `The values of user ${shown(c.users.idAt(c.u[row]))} and item ${shown(c.items.idAt(c.i[row]))} add up to more than a 32-bit float holds.`,
        );
      }
    }
  }
  if (size === count) return c;
  return { users: c.users, items: c.items, u: c.u.slice(0, size), i: c.i.slice(0, size), v: c.v.slice(0, size), t: c.t?.slice(0, size) };
}

function pairHash(u: number, i: number): number {
  const h = Math.imul(u, 0x9e3779b1) ^ Math.imul(i, 0x85ebca6b);
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) >>> 0;
}

function fieldOption(fallback: string) {
  return (value: unknown, name: string): ((row: unknown, index: number) => unknown) => {
    const field = value ?? fallback;
    if (typeof field === 'function') return field as (row: unknown, index: number) => unknown;
    if (typeof field === 'string')
      return (row) => (Object.hasOwn(row as object, field) ? (row as Record<string, unknown>)[field] : undefined);
    throw new AttuneError('ERR_BAD_OPTION', `${name} must be a key or a function of the row, got ${shown(value)}.`);
  };
}

function readId(value: unknown, what: string, row: number): string {
  if (typeof value === 'string' && value !== '' && value.isWellFormed?.() !== false) return value;
  if ((typeof value === 'number' && Number.isSafeInteger(value)) || typeof value === 'bigint') return String(value);
  throw new AttuneError(
    'ERR_BAD_ID',
    `Row ${row}: expected a non-empty ${what} id, got ${shown(value)}. Name its column with the option '${what}', repair the row, or pass onBadRow: 'skip'.`,
  );
}

function readValue(value: unknown, row: number, needed: boolean): number {
  if (value === undefined && !needed) return 1;
  const n = typeof value === 'string' && value.trim() !== '' ? Number(value) : typeof value === 'bigint' ? Number(value) : value;
  if (typeof n === 'number' && Number.isFinite(Math.fround(n))) return n;
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `Row ${row}: expected a finite value, got ${shown(value)}. Drop or repair the row, or pass onBadRow: 'skip'.`,
  );
}

function readTime(value: unknown, row: number, needed: boolean): number {
  if ((value === undefined || value === null) && !needed) return Number.NaN;
  const n =
    value instanceof Date
      ? value.getTime()
      : typeof value === 'bigint'
        ? Number(value)
        : typeof value === 'string' && value.trim() !== ''
          ? Number.isFinite(Number(value))
            ? Number(value)
            : Date.parse(value)
          : value;
  if (typeof n === 'number' && Number.isFinite(n)) return n;
  throw new AttuneError(
    'ERR_BAD_VALUE',
    `Row ${row}: expected a timestamp in milliseconds since 1970, got ${shown(value)}. Drop or repair the row, or pass onBadRow: 'skip'.`,
  );
}
