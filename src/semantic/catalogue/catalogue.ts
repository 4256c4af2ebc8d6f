import type { Metadata, WhereTest } from '../../contracts/where.ts';
import { IdMap } from '../../data/id-map.ts';
import type { Id } from '../../data/ids.ts';
import { AttuneError } from '../../errors.ts';
import { grown } from '../../numeric/grown.ts';
import { Column } from './column.ts';
import { rowsIn } from './json-rows.ts';

/**
 * What is in an index: ids, their keys, and their metadata. The key of an id never changes and is never given to another one, so
 * an answer that comes late cannot name the wrong item.
 */
export class Catalogue {
  #ids = new IdMap();
  #present = new Uint8Array(0);
  #rows: (Metadata | undefined)[] = [];
  #columns = new Map<string, Column>();
  #size = 0;

  /** Number of items. */
  get size(): number {
    return this.#size;
  }

  /** All keys are below this. */
  get keys(): number {
    return this.#ids.size;
  }

  /** The key of a present id, or -1. */
  keyOf(id: Id): number {
    const key = this.#ids.indexOf(id);
    return key >= 0 && this.#present[key] ? key : -1;
  }

  /** The id of a key. */
  idOf(key: number): string {
    return this.#ids.idAt(key);
  }

  /** Whether the item of a key is there now. */
  isPresent(key: number): boolean {
    return this.#present[key] === 1;
  }

  /** Gives each id a key, without making it present. @throws ERR_BAD_ID */
  reserve(ids: readonly string[]): Int32Array {
    return Int32Array.from(ids, (id) => this.#ids.add(id));
  }

  /** Makes reserved keys present, with what is kept of them. */
  put(keys: Int32Array, rows: readonly Metadata[]): void {
    this.#present = grown(this.#present, this.keys);
    for (let k = 0; k < keys.length; k++) {
      const key = keys[k];
      this.#size += 1 - this.#present[key];
      this.#present[key] = 1;
      this.#rows[key] = rows[k];
      for (const [field, column] of this.#columns) column.set(key, rows[k][field]);
    }
  }

  /** Removes keys; their numbers stay reserved. */
  delete(keys: Iterable<number>): void {
    for (const key of keys) {
      this.#size -= this.#present[key];
      this.#present[key] = 0;
      this.#rows[key] = undefined;
      for (const column of this.#columns.values()) column.set(key, undefined);
    }
  }

  /** What is kept of a key. */
  rowOf(key: number): Metadata | undefined {
    return this.#rows[key];
  }

  /** One flag per key: 1 where the item is there and passes all tests. */
  matching(tests: readonly WhereTest[]): Uint8Array {
    const flags = this.#present.slice(0, this.keys);
    for (const { field, test } of tests) this.#column(field).mask(flags, test);
    return flags;
  }

  /**
   * A value of a field that a comparison with numbers (or with text) silently misses: text that reads as a number where numbers are compared, a
   * number where text is, if the field never holds any of the other type. A range of numbers misses such text beside numbers too, and all text
   * where there are none. Undefined when there is none.
   */
  otherType(field: string, compares: 'number' | 'string', isRange = false): unknown {
    return this.#column(field).otherType(compares, isRange);
  }

  /** A number that a field holds as text and that lies on another side of a bound by the alphabet than by its size: `5` and `10`. Undefined when there is none. */
  misplaced(field: string, bounds: readonly string[]): unknown {
    return this.#column(field).misplaced(bounds);
  }

  /** The ids, in the order of their keys. */
  *ids(): IterableIterator<string> {
    for (let key = 0; key < this.keys; key++) if (this.#present[key]) yield this.#ids.idAt(key);
  }

  /** The parts of a file. */
  toColumns(): { ids: IdMap; present: Uint8Array; metadata: Uint8Array } {
    const rows: Metadata[] = [];
    for (let key = 0; key < this.keys; key++) if (this.#present[key]) rows.push(this.#rows[key] ?? {});
    return { ids: this.#ids, present: this.#present.slice(0, this.keys), metadata: new TextEncoder().encode(JSON.stringify(rows)) };
  }

  /** The inverse of {@link toColumns}, by steps between which others may work. @throws ERR_BAD_FILE */
  static *opening(ids: IdMap, present: Uint8Array, metadata: Uint8Array): Generator<void, Catalogue> {
    const catalogue = new Catalogue();
    catalogue.#ids = ids;
    catalogue.#present = new Uint8Array(present.length);
    const keys = presentKeys(present);
    let count = 0;
    for (const rows of rowsIn(metadata)) {
      count += rows.length;
      if (count <= keys.length) catalogue.put(keys.subarray(count - rows.length, count), rows);
      yield;
    }
    if (count !== keys.length || present.length !== ids.size) {
      throw new AttuneError('ERR_BAD_FILE', `Expected metadata of ${keys.length} items in the file of a search index, got ${count}.`);
    }
    return catalogue;
  }

  /** Built on the first filter that asks for a field, then kept up to date. */
  #column(field: string): Column {
    let column = this.#columns.get(field);
    if (!column) {
      column = new Column();
      for (let key = 0; key < this.keys; key++) column.set(key, this.#rows[key]?.[field]);
      this.#columns.set(field, column);
    }
    return column;
  }
}

/** The keys whose flag is 1. */
export function presentKeys(present: Uint8Array): Int32Array {
  const keys = new Int32Array(present.length);
  let count = 0;
  for (let key = 0; key < present.length; key++) if (present[key] === 1) keys[count++] = key;
  return keys.slice(0, count);
}
