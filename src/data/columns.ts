import { grown } from '../numeric/grown.ts';
import { IdMap } from './id-map.ts';
import { Renumbering } from './renumbering.ts';

/** Interactions under construction: ids, and one number per row in each column. */
export interface Columns {
  users: IdMap;
  items: IdMap;
  u: Int32Array;
  i: Int32Array;
  v: Float32Array;
  t: Float64Array | undefined;
}

/** Columns that grow as rows are appended. */
export class ColumnBuilder {
  #users = new IdMap();
  #items = new IdMap();
  #u = new Int32Array(1024);
  #i = new Int32Array(1024);
  #v = new Float32Array(1024);
  #t: Float64Array | undefined;
  #size = 0;

  /** Number of rows so far. */
  get size(): number {
    return this.#size;
  }

  /** @param time NaN for none; a column that no row has a time in is left out. */
  push(user: string, item: string, value: number, time: number): void {
    if (this.#size === this.#v.length) this.#grow();
    if (!this.#t && !Number.isNaN(time)) this.#t = new Float64Array(this.#v.length).fill(Number.NaN, 0, this.#size);
    this.#u[this.#size] = this.#users.add(user);
    this.#i[this.#size] = this.#items.add(item);
    this.#v[this.#size] = value;
    if (this.#t) this.#t[this.#size] = time;
    this.#size++;
  }

  /** The same with ids as UTF-8 in a buffer. */
  pushBytes(bytes: Uint8Array, user: number, userEnd: number, item: number, itemEnd: number, value: number, time: number): void {
    if (this.#size === this.#v.length) this.#grow();
    if (!this.#t && !Number.isNaN(time)) this.#t = new Float64Array(this.#v.length).fill(Number.NaN, 0, this.#size);
    this.#u[this.#size] = this.#users.addBytes(bytes, user, userEnd);
    this.#i[this.#size] = this.#items.addBytes(bytes, item, itemEnd);
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
    const needed = 2 * this.#size;
    this.#u = grown(this.#u, needed);
    this.#i = grown(this.#i, needed);
    this.#v = grown(this.#v, needed);
    if (this.#t) this.#t = grown(this.#t, needed);
  }
}

/** The columns without the rows at some positions, and without the users and items that only those had. */
export function withoutRows(c: Columns, left: ReadonlySet<number>): Columns {
  const rows = Array.from(c.v.keys()).filter((row) => !left.has(row));
  const users = new Renumbering(c.users.size);
  const items = new Renumbering(c.items.size);
  const t = c.t && Float64Array.from(rows, (row) => (c.t as Float64Array)[row]);
  return {
    u: Int32Array.from(rows, (row) => users.of(c.u[row])),
    i: Int32Array.from(rows, (row) => items.of(c.i[row])),
    v: Float32Array.from(rows, (row) => c.v[row]),
    t: t?.some((time) => !Number.isNaN(time)) ? t : undefined,
    users: c.users.subset(users.kept),
    items: c.items.subset(items.kept),
  };
}
