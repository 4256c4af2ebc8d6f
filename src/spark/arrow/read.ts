import { AttuneError } from '../../errors.ts';
import { FlatTable } from './flat-reader.ts';

/** Numbers of a column. */
export type Numbers = Int32Array | BigInt64Array | Float32Array | Float64Array;

/** A column of a record batch, over the bytes it was read from or a copy of them. */
export type Column =
  | { kind: 'numbers'; values: Numbers }
  /** Text k is the UTF-8 from `offsets[k]` to `offsets[k + 1]`. */
  | { kind: 'texts'; offsets: Int32Array; bytes: Uint8Array }
  /** List k is the floats from `offsets[k]` to `offsets[k + 1]`. */
  | { kind: 'lists'; offsets: Int32Array; values: Float32Array };

/** A record batch. */
export interface Batch {
  rows: number;
  columns: Record<string, Column>;
}

const messageOf = { schema: 1, batch: 3 };
const typeOf = { int: 2, float: 3, text: 5, list: 12 };

/**
 * Reads an Arrow IPC stream of numbers, texts and lists of floats, which is what factors, ids and histories are. Spark sends a whole stream
 * per batch. Missing texts are empty. @throws ERR_BAD_FILE for anything else, missing numbers among them
 */
export function readArrow(data: Uint8Array): Batch[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const batches: Batch[] = [];
  let fields: FlatTable[] = [];
  let at = 0;
  try {
    while (at + 4 <= data.length) {
      let length = view.getInt32(at, true);
      at += 4;
      if (length === -1) {
        length = view.getInt32(at, true);
        at += 4;
      }
      if (length === 0) break;
      const message = FlatTable.root(view, at);
      const body = at + length;
      if (message.byte(1) === messageOf.schema) fields = message.table(2)?.tables(1) ?? [];
      if (message.byte(1) === messageOf.batch) batches.push(readBatch(message.table(2) as FlatTable, fields, data, body));
      at = body + message.long(3);
    }
  } catch (cause) {
    if (cause instanceof AttuneError) throw cause;
    throw unreadable('is damaged or ends early', cause);
  }
  return batches;
}

function readBatch(batch: FlatTable, fields: FlatTable[], data: Uint8Array, body: number): Batch {
  if (batch.table(3)) throw unreadable('is compressed');
  const rows = batch.long(0);
  const nodes = batch.pairs(1);
  const buffers = batch.pairs(2);
  const columns: Batch['columns'] = {};
  let node = 0;
  let buffer = 1; // the first of each column says which values are there
  // Where there are no rows, not even the offsets need to be there.
  const next = <T extends Exclude<Column, { kind: 'texts' }>['values'] | Uint8Array>(type: ArrayOf<T>, count: number): T => {
    const [offset] = buffers[buffer];
    buffer++;
    return rows === 0 ? new type(new ArrayBuffer(count * type.BYTES_PER_ELEMENT), 0, count) : aligned(type, data, body + offset, count);
  };
  const skipValidity = () => {
    buffer++;
  };
  for (const field of fields) {
    const name = field.text(0);
    const type = field.table(3);
    const kind = field.byte(2);
    if (nodes[node][1] > 0 && kind !== typeOf.text) throw unreadable(`has missing values in column ${name}`);
    node++;
    if (kind === typeOf.int || kind === typeOf.float) columns[name] = { kind: 'numbers', values: next(numberType(field, name), rows) };
    else if (kind === typeOf.text) {
      const offsets = next(Int32Array, rows + 1);
      columns[name] = { kind: 'texts', offsets, bytes: next(Uint8Array, offsets[rows]) };
    } else if (kind === typeOf.list && field.tables(5)[0]?.byte(2) === typeOf.float && field.tables(5)[0].table(3)?.short(0) === 1) {
      const offsets = next(Int32Array, rows + 1);
      if (nodes[node][1] > 0) throw unreadable(`has missing values in the lists of column ${name}`);
      node++;
      skipValidity();
      columns[name] = { kind: 'lists', offsets, values: next(Float32Array, offsets[rows]) };
    } else throw unreadable(`has a column ${name} of type ${kind}${type ? '' : ' without a description'}`);
    skipValidity();
  }
  return { rows, columns };
}

interface ArrayOf<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, offset: number, length: number): T;
}

function numberType(field: FlatTable, name: string): ArrayOf<Numbers> {
  const type = field.table(3);
  if (field.byte(2) === typeOf.int) {
    const bits = type?.int(0);
    if (bits === 32 && type?.byte(1)) return Int32Array;
    if (bits === 64 && type?.byte(1)) return BigInt64Array;
    throw unreadable(`has a column ${name} of ${bits}-bit integers`);
  }
  const precision = type?.short(0);
  if (precision === 1) return Float32Array;
  if (precision === 2) return Float64Array;
  throw unreadable(`has a column ${name} of half floats`);
}

/** A part of the bytes as numbers; copied when it does not begin where numbers may. */
function aligned<T>(type: ArrayOf<T>, data: Uint8Array, at: number, count: number): T {
  const length = count * type.BYTES_PER_ELEMENT;
  if (at < 0 || at + length > data.length) throw unreadable('ends early');
  const start = data.byteOffset + at;
  if (start % type.BYTES_PER_ELEMENT === 0) return new type(data.buffer, start, count);
  return new type(new Uint8Array(data.subarray(at, at + length)).buffer, 0, count); // slice() of a Buffer would not copy
}

function unreadable(why: string, cause?: unknown): AttuneError {
  return new AttuneError(
    'ERR_BAD_FILE',
    `Expected an Arrow stream of numbers, texts and lists of floats from Spark, got one that ${why}.`,
    { cause },
  );
}
