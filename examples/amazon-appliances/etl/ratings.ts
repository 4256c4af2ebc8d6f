import { IdMap } from 'attune';
import type { Rating } from './review.ts';

/**
 * Ratings in columns, the newest of each (user, product) pair; of equal times the later row. Thirty bytes per rating besides
 * the ids, so that a whole category fits into memory.
 */
export class Ratings {
  readonly users = new IdMap();
  readonly items = new IdMap();
  #size = 0;
  #user = new Int32Array(1024);
  #item = new Int32Array(1024);
  #value = new Float32Array(1024);
  #time = new Float64Array(1024);
  #verified = new Int8Array(1024);
  #helpful = new Int32Array(1024);
  #line = new Int32Array(1024);
  /** Row + 1 by a hash of the pair, 0 = free; never more than half full. A Map of two million pairs takes ten times as much. */
  #table = new Int32Array(4096);

  get size(): number {
    return this.#size;
  }

  /** Takes a rating in. @returns the one it supersedes, or itself when there is a newer one; undefined for a new pair. */
  add(rating: Rating, line: number): { line: number; rating: Rating } | undefined {
    const user = this.users.add(rating.user);
    const item = this.items.add(rating.item);
    const slot = this.#slot(user, item);
    const row = this.#table[slot] - 1;
    if (row < 0) {
      if (this.#size === this.#user.length) this.#grow();
      this.#user[this.#size] = user;
      this.#item[this.#size] = item;
      this.#write(this.#size++, rating, line);
      this.#table[slot] = this.#size;
      if (this.#size * 2 > this.#table.length) this.#rehash();
      return undefined;
    }
    const older =
      this.#time[row] > (rating.timestamp ?? Number.NEGATIVE_INFINITY) ? { line, rating } : { line: this.#line[row], rating: this.at(row) };
    if (older.rating !== rating) this.#write(row, rating, line);
    return older;
  }

  at(row: number): Rating {
    return {
      user: this.users.idAt(this.#user[row]),
      item: this.items.idAt(this.#item[row]),
      value: this.#value[row],
      timestamp: this.timeOf(row),
      verified: this.#verified[row] < 0 ? undefined : this.#verified[row] === 1,
      helpful: this.#helpful[row] < 0 ? undefined : this.#helpful[row],
    };
  }

  valueOf(row: number): number {
    return this.#value[row];
  }

  timeOf(row: number): number | undefined {
    return this.#time[row] === Number.NEGATIVE_INFINITY ? undefined : this.#time[row];
  }

  lineOf(row: number): number {
    return this.#line[row];
  }

  itemIndex(row: number): number {
    return this.#item[row];
  }

  userIndex(row: number): number {
    return this.#user[row];
  }

  /** Positions of the ratings whose user and product pass, then the core in which every user and product has `least` of them. */
  select({ keepUser, keepItem, least }: { keepUser(user: number): boolean; keepItem(item: number): boolean; least: number }): Int32Array {
    const users = Uint8Array.from({ length: this.users.size }, (_, user) => (keepUser(user) ? 1 : 0));
    const items = Uint8Array.from({ length: this.items.size }, (_, item) => (keepItem(item) ? 1 : 0));
    const perUser = new Int32Array(this.users.size);
    const perItem = new Int32Array(this.items.size);
    let rows = new Int32Array(this.#size);
    let kept = 0;
    for (let row = 0; row < this.#size; row++) {
      if (!users[this.#user[row]] || !items[this.#item[row]]) continue;
      perUser[this.#user[row]]++;
      perItem[this.#item[row]]++;
      rows[kept++] = row;
    }
    rows = rows.slice(0, kept);
    for (;;) {
      const core = rows.filter((row) => perUser[this.#user[row]] >= least && perItem[this.#item[row]] >= least);
      if (core.length === rows.length) return rows;
      perUser.fill(0);
      perItem.fill(0);
      for (const row of core) {
        perUser[this.#user[row]]++;
        perItem[this.#item[row]]++;
      }
      rows = core;
    }
  }

  /** Where a pair stands in the table, or where it would. */
  #slot(user: number, item: number): number {
    const mask = this.#table.length - 1;
    const mixed = Math.imul(user, 0x9e3779b1) ^ Math.imul(item, 0x85ebca6b);
    for (let slot = (mixed ^ (mixed >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const row = this.#table[slot] - 1;
      if (row < 0 || (this.#user[row] === user && this.#item[row] === item)) return slot;
    }
  }

  #rehash(): void {
    this.#table = new Int32Array(this.#table.length * 2);
    for (let row = 0; row < this.#size; row++) this.#table[this.#slot(this.#user[row], this.#item[row])] = row + 1;
  }

  #write(row: number, rating: Rating, line: number): void {
    this.#value[row] = rating.value;
    this.#time[row] = rating.timestamp ?? Number.NEGATIVE_INFINITY;
    this.#verified[row] = rating.verified === undefined ? -1 : Number(rating.verified);
    this.#helpful[row] = rating.helpful ?? -1;
    this.#line[row] = line;
  }

  #grow(): void {
    const larger = <T extends { length: number; set(old: T): void }>(old: T): T => {
      const array = new (old.constructor as new (n: number) => T)(old.length * 2);
      array.set(old);
      return array;
    };
    this.#user = larger(this.#user);
    this.#item = larger(this.#item);
    this.#value = larger(this.#value);
    this.#time = larger(this.#time);
    this.#verified = larger(this.#verified);
    this.#helpful = larger(this.#helpful);
    this.#line = larger(this.#line);
  }
}
