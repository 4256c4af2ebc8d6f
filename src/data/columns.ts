import { AttuneError } from '../errors.ts';
import { grown } from '../numeric/grown.ts';
import { IdMap } from './id-map.ts';

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
    const needed = 2 * this.#size;
    this.#u = grown(this.#u, needed);
    this.#i = grown(this.#i, needed);
    this.#v = grown(this.#v, needed);
    if (this.#t) this.#t = grown(this.#t, needed);
  }
}
