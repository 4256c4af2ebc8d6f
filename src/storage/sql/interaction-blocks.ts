import { type ByteSink, type RecordColumns, type RecordReader, type Records, recordBatches } from '../../data/records.ts';
import type { TimeColumn } from '../../data/time-column.ts';
import { yieldNow } from '../../work/yield-now.ts';
import type { Use } from './connection.ts';
import { endsOf, isAfter, type Place, type Placed } from './rows.ts';

/** Many rows as one row of columns, as `blockOf` of a dialect selects it. */
export interface StoredBlock {
  /** How many rows there are, and the place of the last one. */
  n: number;
  last: Place;
  /** Ids as UTF-8 with a NUL between them. */
  users: Uint8Array | ArrayBuffer | null;
  items: Uint8Array | ArrayBuffer | null;
  /** JSON arrays of numbers; a time may be null. */
  values: string;
  times: string;
  /** How many rows have something else than text, numbers and times in whole milliseconds. */
  odd: number;
}

const names = ['user', 'item', 'value', 'timestamp'] as const;
const rowsOfBlock = 4096;

/**
 * A stream of rows that `Interactions.from` reads in blocks of columns when it needs no others than these: without an object and two texts
 * for each row, which take most of the time.
 */
export function readInBlocks<Row extends object>(
  rows: AsyncGenerator<Row, void, undefined>,
  use: Use,
  sql: { ends: string; block: string; chunk: (wide: boolean) => string },
  rowOf: (stored: never) => Row,
): AsyncIterable<Row> & RecordReader<Row> {
  async function* blocks(): AsyncGenerator<Row[] | Records, void, undefined> {
    const ends = await use((connection) => endsOf(connection, sql.ends));
    if (!ends) return;
    const { before, last, wide } = ends;
    for (let after = before; ; await yieldNow()) {
      const block = await use((connection) => connection.one<StoredBlock>(sql.block, after, last, rowsOfBlock));
      if (!block || Number(block.n) === 0) return;
      const read = InteractionBlock.of(block);
      if (read) yield read;
      else {
        const stored = await use((connection) => connection.all<Placed>(sql.chunk(wide), after, rowsOfBlock));
        yield stored.filter(({ attune_place: place }) => !isAfter(place, last)).map((row) => rowOf(row as never));
      }
      if (Number(block.n) < rowsOfBlock) return;
      after = block.last;
    }
  }
  const reads = (columns: readonly string[]) => columns.every((column) => (names as readonly string[]).includes(column));
  return Object.assign(rows, { [recordBatches]: (columns: readonly string[]) => (reads(columns) ? blocks() : undefined) });
}

class InteractionBlock implements Records {
  readonly names = names;
  readonly length: number;
  readonly #bytes: Uint8Array; // of users, then of items
  /** Where the ids begin; each ends one byte before the next. By column. */
  readonly #starts: readonly [Int32Array, Int32Array];
  readonly #values: readonly number[];
  readonly #times: readonly (number | null)[];

  private constructor(bytes: Uint8Array, starts: readonly [Int32Array, Int32Array], values: number[], times: (number | null)[]) {
    this.#bytes = bytes;
    this.#starts = starts;
    this.#values = values;
    this.#times = times;
    this.length = values.length;
  }

  /** @returns undefined when the rows have to be read one by one: a table of the caller may hold other things than one of ours */
  static of({ n, users, items, values, times, odd }: StoredBlock): InteractionBlock | undefined {
    if (Number(odd) > 0 || !users || !items) return undefined;
    const [left, right] = [new Uint8Array(users as ArrayBuffer), new Uint8Array(items as ArrayBuffer)];
    const bytes = new Uint8Array(left.length + right.length + 2);
    bytes.set(left);
    bytes.set(right, left.length + 1);
    if (bytes.some((byte) => byte > 127) && !isUtf8(bytes)) return undefined;
    const own = startsOf(bytes, 0, left.length + 1, Number(n));
    const others = startsOf(bytes, left.length + 1, bytes.length, Number(n));
    return own && others && new InteractionBlock(bytes, [own, others], JSON.parse(values), JSON.parse(times));
  }

  rowAt(k: number): object {
    const text = (starts: Int32Array) => decoder.decode(this.#bytes.subarray(starts[k], starts[k + 1] - 1));
    const [user, item] = this.#starts.map(text);
    const time = this.#times[k];
    return { user, item, value: this.#values[k], ...(time !== null && { timestamp: time }) };
  }

  pushInto(from: number, to: number, sink: ByteSink, { user, item, value, time }: RecordColumns, times: TimeColumn): number {
    if (user > 1 || item > 1 || value !== 2 || time !== 3) return from;
    const users = this.#starts[user];
    const items = this.#starts[item];
    for (let k = from; k < to; k++) {
      const moment = times.readAlike(this.#times[k] ?? Number.NaN);
      if (moment === undefined || !Number.isFinite(Math.fround(this.#values[k]))) return k;
      if (users[k + 1] - users[k] < 2 || items[k + 1] - items[k] < 2) return k; // without an id
      sink.pushBytes(this.#bytes, users[k], users[k + 1] - 1, items[k], items[k + 1] - 1, this.#values[k], moment);
    }
    return to;
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Where each of `count` texts begins that end with a NUL, and where the next one would; undefined when there are more or fewer. */
function startsOf(bytes: Uint8Array, from: number, to: number, count: number): Int32Array | undefined {
  const starts = new Int32Array(count + 1).fill(from, 0, 1);
  let found = 0;
  for (let at = from; at < to; at++) {
    if (bytes[at] !== 0) continue;
    if (found === count) return undefined;
    starts[++found] = at + 1;
  }
  return found === count ? starts : undefined;
}
