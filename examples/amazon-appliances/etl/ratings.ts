import { IdMap } from 'attune';
import { type Ranked, ranked, type Texts } from '../bulk/orders.ts';
import type { RatingBatch } from './batch.ts';
import type { Rating } from './review.ts';

/** The numbers of a rating; of ids there are indices. */
const columns = {
  user: Int32Array,
  item: Int32Array,
  value: Float64Array,
  /** NaN for none. */
  time: Float64Array,
  verified: Int8Array,
  helpful: Int32Array,
  line: Int32Array,
};
type Columns = { -readonly [name in keyof typeof columns]: InstanceType<(typeof columns)[name]> };

/** Ratings as numbers in columns, longer than needed, with the ids that `user` and `item` count. */
export interface RatingColumns extends Readonly<Columns> {
  users: Texts;
  items: Texts;
  /** The users in order, if they were put there before. */
  userOrder?: Ranked;
}

/**
 * Ratings in columns, the newest of each (user, product) pair; of equal times the later row. Thirty-five bytes per rating besides
 * the ids, so that a whole category fits into memory.
 */
export class Ratings {
  users = new IdMap();
  items = new IdMap();
  #size = 0;
  #columns = columnsOf(1024);
  /** The row in which each user came first: most users rate once, so that most pairs need no table. */
  #first: Int32Array = new Int32Array(1024);
  /** Row + 1 of every other rating by a hash of the pair, 0 = free; never more than half full. A Map takes ten times as much. */
  #table = new Int32Array(4096);
  #ordered?: { users: Texts; order: Ranked };

  get size(): number {
    return this.#size;
  }

  /** The numbers of all ratings; longer than `size`, and replaced when they have to grow. */
  get columns(): Readonly<Columns> {
    return this.#columns;
  }

  /** Takes all ratings of a batch in. @param onSuperseded called with each that gives way to a newer one of its pair */
  addAll(batch: RatingBatch, onSuperseded: (line: number, rating: Rating) => void): void {
    const { ids, ends, size, times } = batch;
    for (let k = 0, start = 0; k < size; k++) {
      const known = this.users.size;
      const user = this.users.addBytes(ids, start, ends[2 * k]);
      const item = this.items.addBytes(ids, ends[2 * k], ends[2 * k + 1]);
      start = ends[2 * k + 1];
      let row = user === known ? -1 : this.#rowOf(user, item);
      if (row < 0) {
        if (this.#size === this.#columns.user.length) this.#columns = columnsOf(2 * this.#size, this.#columns);
        row = this.#size++;
        this.#columns.user[row] = user;
        this.#columns.item[row] = item;
        this.#write(row, batch, k);
        if (user === known) this.#first = withValue(this.#first, user, row);
        else this.#enter(row);
        continue;
      }
      const before = this.at(row);
      const line = this.#columns.line[row];
      const stays = (before.timestamp ?? Number.NEGATIVE_INFINITY) > (Number.isNaN(times[k]) ? Number.NEGATIVE_INFINITY : times[k]);
      this.#write(row, batch, k);
      if (!stays) {
        onSuperseded(line, before);
        continue;
      }
      onSuperseded(batch.lines[k], this.at(row));
      this.#restore(row, before, line);
    }
  }

  /** Puts the users in order, which takes a while: for when this thread has nothing else to do. */
  orderUsers(): void {
    const users = shared(this.users.toColumns());
    this.#ordered = { users, order: ranked(users) };
  }

  /** The columns alone, for the last steps: what finds ids and pairs takes as much memory, and is given up. */
  release(): RatingColumns {
    const { users, items } = this;
    const ordered = this.#ordered?.users.ends.length === users.size ? this.#ordered : undefined;
    this.#ordered = undefined;
    this.users = new IdMap();
    this.items = new IdMap();
    this.#first = new Int32Array(1024);
    this.#table = new Int32Array(4096);
    return {
      ...this.#columns,
      users: ordered?.users ?? shared(users.toColumns()),
      userOrder: ordered?.order,
      items: shared(items.toColumns()),
    };
  }

  at(row: number): Rating {
    const { user, item, value, time, verified, helpful } = this.#columns;
    return {
      user: this.users.idAt(user[row]),
      item: this.items.idAt(item[row]),
      value: value[row],
      timestamp: Number.isNaN(time[row]) ? undefined : time[row],
      verified: verified[row] < 0 ? undefined : verified[row] === 1,
      helpful: helpful[row] < 0 ? undefined : helpful[row],
    };
  }

  /** Positions of the ratings whose user and product pass, then the core in which every user and product has `least` of them. */
  select({ keepUser, keepItem, least }: { keepUser: Uint8Array; keepItem: Uint8Array; least: number }): Int32Array {
    const { user, item } = this.#columns;
    let rows = new Int32Array(this.#size);
    let kept = 0;
    for (let row = 0; row < this.#size; row++) if (keepUser[user[row]] && keepItem[item[row]]) rows[kept++] = row;
    rows = rows.slice(0, kept);
    while (least > 1) {
      const perUser = new Int32Array(this.users.size);
      const perItem = new Int32Array(this.items.size);
      for (const row of rows) {
        perUser[user[row]]++;
        perItem[item[row]]++;
      }
      const core = rows.filter((row) => perUser[user[row]] >= least && perItem[item[row]] >= least);
      if (core.length === rows.length) break;
      rows = core;
    }
    return rows;
  }

  /** The row of a pair of a known user, or -1. */
  #rowOf(user: number, item: number): number {
    const { user: users, item: items } = this.#columns;
    const first = this.#first[user];
    if (items[first] === item) return first;
    const mask = this.#table.length - 1;
    for (let slot = firstSlot(user, item) & mask; ; slot = (slot + 1) & mask) {
      const row = this.#table[slot] - 1;
      if (row < 0 || (users[row] === user && items[row] === item)) return row;
    }
  }

  /** Enters a row that is not the first of its user into the table. */
  #enter(row: number): void {
    const entered = this.#size - this.users.size;
    if (entered * 2 > this.#table.length) {
      this.#table = new Int32Array(this.#table.length * 2);
      for (let k = 0; k < row; k++) if (this.#first[this.#columns.user[k]] !== k) this.#place(k);
    }
    this.#place(row);
  }

  #place(row: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let slot = firstSlot(this.#columns.user[row], this.#columns.item[row]) & mask;
    while (table[slot] !== 0) slot = (slot + 1) & mask;
    table[slot] = row + 1;
  }

  #write(row: number, { values, times, verified, helpful, lines }: RatingBatch, k: number): void {
    const to = this.#columns;
    to.value[row] = values[k];
    to.time[row] = times[k];
    to.verified[row] = verified[k];
    to.helpful[row] = helpful[k];
    to.line[row] = lines[k];
  }

  #restore(row: number, { value, timestamp = Number.NaN, verified, helpful = -1 }: Rating, line: number): void {
    const to = this.#columns;
    to.value[row] = value;
    to.time[row] = timestamp;
    to.verified[row] = verified === undefined ? -1 : Number(verified);
    to.helpful[row] = helpful;
    to.line[row] = line;
  }
}

/** The array, or a longer one, with a value at a place. */
function withValue(array: Int32Array, at: number, value: number): Int32Array {
  let longer = array;
  if (at >= array.length) {
    longer = new Int32Array(2 * at);
    longer.set(array);
  }
  longer[at] = value;
  return longer;
}

function firstSlot(user: number, item: number): number {
  const mixed = Math.imul(user, 0x9e3779b1) ^ Math.imul(item, 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** A copy that threads share. */
function shared({ bytes, ends }: Texts): Texts {
  const copy = { bytes: new Uint8Array(new SharedArrayBuffer(bytes.length)), ends: new Int32Array(new SharedArrayBuffer(4 * ends.length)) };
  copy.bytes.set(bytes);
  copy.ends.set(ends);
  return copy;
}

/** Columns that threads share. */
function columnsOf(length: number, old?: Columns): Columns {
  const entries = Object.entries(columns).map(([name, type]) => {
    const array = new (type as new (memory: SharedArrayBuffer) => Columns[keyof Columns])(
      new SharedArrayBuffer(length * type.BYTES_PER_ELEMENT),
    );
    if (old) array.set(old[name as keyof Columns]);
    return [name, array];
  });
  return Object.fromEntries(entries) as Columns;
}
