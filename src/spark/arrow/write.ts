// Writing of the one kind of Arrow stream that is sent to a cluster: columns of 32-bit numbers without missing values.

/** A column to write. */
export type WrittenColumn = Int32Array | Float32Array;

const version5 = 4;
const continuation = 0xffffffff;

/** An Arrow IPC stream of one record batch. */
export function writeArrow(columns: Record<string, WrittenColumn>): Uint8Array {
  const entries = Object.entries(columns);
  const rows = entries[0][1].length;
  const size = pad(rows * 4);
  const schema = metadata(1, table({ 1: vector(entries.map(([name, column]) => fieldOf(name, column))) }), 0);
  const nodes = entries.map(() => [rows, 0] as const);
  // Of each column the bits that say which values are there, none of them missing, and the values.
  const buffers = entries.flatMap((_, k) => [[k * size, 0] as const, [k * size, rows * 4] as const]);
  const batch = metadata(3, table({ 0: long(rows), 1: pairs(nodes), 2: pairs(buffers) }), entries.length * size);
  const result = new Uint8Array(schema.length + batch.length + entries.length * size + 8);
  result.set(schema);
  result.set(batch, schema.length);
  entries.forEach(([, column], k) => {
    result.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), schema.length + batch.length + k * size);
  });
  new DataView(result.buffer).setUint32(result.length - 8, continuation, true);
  return result;
}

function fieldOf(name: string, column: WrittenColumn): Part {
  const [kind, type] = column instanceof Int32Array ? [2, table({ 0: int(32), 1: byte(1) })] : [3, table({ 0: short(1) })];
  return table({ 0: string(name), 2: byte(kind), 3: type });
}

/** A message without its body, padded, with its length before it. */
function metadata(kind: number, header: Part, bodyBytes: number): Uint8Array {
  const flat = flatbuffer(table({ 0: short(version5), 1: byte(kind), 2: header, 3: long(bodyBytes) }));
  const length = pad(flat.length);
  const result = new Uint8Array(8 + length);
  const view = new DataView(result.buffer);
  view.setUint32(0, continuation, true);
  view.setInt32(4, length, true);
  result.set(flat, 8);
  return result;
}

const pad = (bytes: number) => Math.ceil(bytes / 8) * 8;

// A flatbuffer is written front to back: a table, then what its fields refer to.

type Scalar = { size: 1 | 2 | 4 | 8; set: (view: DataView, at: number) => void };
/** Something that fields refer to: it is appended, and says where it begins. */
type Part = { append: (out: FlatWriter) => number };

const byte = (value: number): Scalar => ({ size: 1, set: (view, at) => view.setUint8(at, value) });
const short = (value: number): Scalar => ({ size: 2, set: (view, at) => view.setInt16(at, value, true) });
const int = (value: number): Scalar => ({ size: 4, set: (view, at) => view.setInt32(at, value, true) });
const long = (value: number): Scalar => ({ size: 8, set: (view, at) => view.setBigInt64(at, BigInt(value), true) });

class FlatWriter {
  bytes = new Uint8Array(4096);
  view = new DataView(this.bytes.buffer);
  length = 0;

  /** Room for some bytes; their begin is a multiple of `align`, `shift` bytes later. */
  reserve(bytes: number, align: number, shift = 0): number {
    while ((this.length + shift) % align !== 0) this.length++;
    const at = this.length;
    this.length += bytes;
    if (this.length > this.bytes.length) {
      const larger = new Uint8Array(this.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }
}

function flatbuffer(root: Part): Uint8Array {
  const out = new FlatWriter();
  const at = out.reserve(4, 8);
  const start = root.append(out);
  out.view.setUint32(at, start - at, true);
  return out.bytes.slice(0, out.length);
}

/** A table of fields by number; those not given are missing. */
function table(fields: Record<number, Scalar | Part>): Part {
  const given = Object.entries(fields).map(([number, field]) => ({ number: Number(number), field }));
  const count = Math.max(...given.map(({ number }) => number)) + 1;
  return {
    append(out) {
      const slots = out.reserve(4 + 2 * count, 2);
      const at = out.reserve(4 + 8 * given.length, 8, 4); // the fields, 8 bytes each, begin after 4 bytes
      out.view.setUint16(slots, 4 + 2 * count, true);
      out.view.setUint16(slots + 2, 4 + 8 * given.length, true);
      out.view.setInt32(at, at - slots, true);
      given.forEach(({ number, field }, k) => {
        const place = at + 4 + 8 * k;
        out.view.setUint16(slots + 4 + 2 * number, place - at, true);
        if ('size' in field) field.set(out.view, place);
      });
      given.forEach(({ field }, k) => {
        if ('size' in field) return;
        const place = at + 4 + 8 * k;
        const start = field.append(out);
        out.view.setUint32(place, start - place, true);
      });
      return at;
    },
  };
}

function string(value: string): Part {
  const utf8 = new TextEncoder().encode(value);
  return {
    append(out) {
      const at = out.reserve(4 + utf8.length + 1, 4);
      out.view.setUint32(at, utf8.length, true);
      out.bytes.set(utf8, at + 4);
      return at;
    },
  };
}

function vector(parts: Part[]): Part {
  return {
    append(out) {
      const at = out.reserve(4 + 4 * parts.length, 4);
      out.view.setUint32(at, parts.length, true);
      parts.forEach((part, k) => {
        const place = at + 4 + 4 * k;
        const start = part.append(out);
        out.view.setUint32(place, start - place, true);
      });
      return at;
    },
  };
}

/** Structs of two 64-bit numbers. */
function pairs(values: (readonly [number, number])[]): Part {
  return {
    append(out) {
      const at = out.reserve(4 + 16 * values.length, 8, 4);
      out.view.setUint32(at, values.length, true);
      values.flat().forEach((value, k) => {
        out.view.setBigInt64(at + 4 + 8 * k, BigInt(value), true);
      });
      return at;
    },
  };
}
