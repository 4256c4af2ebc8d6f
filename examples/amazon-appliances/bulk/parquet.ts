import { closeSync, openSync, writeSync } from 'node:fs';
import { startOf, type Texts } from './orders.ts';
import { CompactWriter } from './thrift.ts';

/** A column of a Parquet file: numbers, times of which some may be missing (NaN), or texts. */
export type ParquetColumn =
  | { name: string; type: 'int32'; data: Int32Array }
  | { name: string; type: 'float'; data: Float32Array }
  | { name: string; type: 'double'; data: Float64Array }
  /** Whole numbers below 2^53; NaN becomes null. */
  | { name: string; type: 'int64'; data: Float64Array }
  | { name: string; type: 'text'; data: Texts };

/** Codes of the format: https://github.com/apache/parquet-format */
const physical = { int32: 1, int64: 2, float: 4, double: 5, text: 6 };
const encodings = { plain: 0, rle: 3 };
const bytesOf = { int32: 4, float: 4, double: 8, int64: 8 };

/** Readers take a row group at a time, and a page of each column at a time. */
const groupRows = 1 << 19;
const pageRows = 1 << 15;

interface Chunk {
  column: ParquetColumn;
  offset: number;
  bytes: number;
  values: number;
}

/** Writes columns of equal length. The values stand as they are in memory, without compression, so that writing costs next to nothing. */
export function writeParquetFile(path: string, columns: readonly ParquetColumn[]): void {
  const rows = lengthOf(columns[0]);
  const file = openSync(path, 'w');
  try {
    let offset = 0;
    const write = (bytes: Uint8Array) => {
      for (let from = 0; from < bytes.length; ) from += writeSync(file, bytes, from);
      offset += bytes.length;
    };
    write(Buffer.from('PAR1'));
    const groups: { rows: number; chunks: Chunk[] }[] = [];
    for (let from = 0; from < rows; from += groupRows) {
      const to = Math.min(from + groupRows, rows);
      const chunks = columns.map((column): Chunk => {
        const start = offset;
        for (let page = from; page < to; page += pageRows)
          for (const part of pageOf(column, page, Math.min(page + pageRows, to))) write(part);
        return { column, offset: start, bytes: offset - start, values: to - from };
      });
      groups.push({ rows: to - from, chunks });
    }
    const footer = metadata(columns, rows, groups);
    write(footer);
    const end = Buffer.alloc(8, 'PAR1', 'latin1');
    end.writeUInt32LE(footer.length);
    write(end);
  } finally {
    closeSync(file);
  }
}

function lengthOf({ type, data }: ParquetColumn): number {
  return type === 'text' ? data.ends.length : data.length;
}

/** The header and the content of a page. */
function pageOf(column: ParquetColumn, from: number, to: number): Uint8Array[] {
  const content = contentOf(column, from, to);
  const size = content.reduce((sum, part) => sum + part.length, 0);
  const header = new CompactWriter();
  header.i32(1, 0).i32(2, size).i32(3, size); // a data page, with and without compression
  header
    .begin(5)
    .i32(1, to - from)
    .i32(2, encodings.plain)
    .i32(3, encodings.rle)
    .i32(4, encodings.rle)
    .end();
  return [header.finish(), ...content];
}

function contentOf(column: ParquetColumn, from: number, to: number): Uint8Array[] {
  if (column.type === 'text') return [textBytes(column.data, from, to)];
  if (column.type === 'int64') return timeBytes(column.data.subarray(from, to));
  const { buffer, byteOffset } = column.data;
  const size = bytesOf[column.type];
  return [new Uint8Array(buffer, byteOffset + from * size, (to - from) * size)]; // little-endian, as every machine Node runs on
}

function textBytes({ bytes, ends }: Texts, from: number, to: number): Uint8Array {
  const start = startOf(ends, from);
  const content = Buffer.allocUnsafe(ends[to - 1] - start + 4 * (to - from));
  for (let k = from, begin = start, at = 0; k < to; begin = ends[k++]) {
    content.writeInt32LE(ends[k] - begin, at);
    at += 4;
    for (let byte = begin; byte < ends[k]; byte++) content[at++] = bytes[byte];
  }
  return content;
}

/** Which values there are, one bit each, and those values. */
function timeBytes(times: Float64Array): Uint8Array[] {
  const groups = Math.ceil(times.length / 8);
  const run = new CompactWriter().varint((groups << 1) | 1).bytes();
  const levels = Buffer.alloc(4 + run.length + groups);
  levels.writeUInt32LE(run.length + groups);
  levels.set(run, 4);
  const values = new BigInt64Array(times.length);
  const words = new Int32Array(values.buffer);
  let filled = 0;
  for (let k = 0; k < times.length; k++) {
    const time = times[k];
    if (Number.isNaN(time)) continue;
    levels[4 + run.length + (k >> 3)] |= 1 << (k & 7);
    const high = Math.floor(time / 2 ** 32);
    words[2 * filled] = time - high * 2 ** 32;
    words[2 * filled + 1] = high;
    filled++;
  }
  return [levels, new Uint8Array(values.buffer, 0, 8 * filled)];
}

function metadata(columns: readonly ParquetColumn[], rows: number, groups: { rows: number; chunks: Chunk[] }[]): Uint8Array {
  const out = new CompactWriter();
  out.i32(1, 1);
  out.list(2, columns.length + 1);
  out.beginItem().text(4, 'schema').i32(5, columns.length).end();
  for (const { name, type } of columns) {
    out
      .beginItem()
      .i32(1, physical[type])
      .i32(3, type === 'int64' ? 1 : 0)
      .text(4, name);
    if (type === 'text') out.i32(6, 0).begin(10).begin(1).end().end(); // UTF-8, in the old way of saying it and in the new one
    out.end();
  }
  out.i64(3, rows);
  out.list(4, groups.length);
  for (const group of groups) {
    out.beginItem();
    out.list(1, group.chunks.length);
    for (const { column, offset, bytes, values } of group.chunks) {
      out.beginItem().i64(2, offset).begin(3);
      out.i32(1, physical[column.type]).numbers(2, [encodings.plain, encodings.rle]).texts(3, [column.name]);
      out.i32(4, 0).i64(5, values).i64(6, bytes).i64(7, bytes).i64(9, offset);
      out.end().end();
    }
    out.i64(
      2,
      group.chunks.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    out.i64(3, group.rows);
    out.end();
  }
  out.text(6, 'attune amazon-appliances');
  return out.finish();
}
