import { AttuneError } from '../errors.ts';

/** The tensor types attune writes; names as in the format. */
export type TensorData = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array | Uint16Array | Uint32Array;

/** A dense array with its shape. */
export interface Tensor {
  /** Row-major data. */
  data: TensorData;
  /** Sizes; their product is the length of `data`. */
  shape: number[];
}

/** What a safetensors file holds. */
export interface Safetensors {
  /** Named tensors. */
  tensors: Record<string, Tensor>;
  /** The `__metadata__` of the header. */
  metadata: Record<string, string>;
}

const types = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  U16: Uint16Array,
  F16: Uint16Array, // the bits; JavaScript has no such array everywhere
  I8: Int8Array,
  U8: Uint8Array,
} as const;

const zeroChecksum = '00000000';

/**
 * Writes tensors in the safetensors format (header length, JSON header, data), which Python, Rust and others read. Wide
 * types come first, so that every tensor is aligned and can be read in place. The metadata gets `checksum`, the xxHash32 of
 * the whole file with that field zero.
 */
export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array<ArrayBuffer> {
  const names = Object.keys(tensors).sort((a, b) => tensors[b].data.BYTES_PER_ELEMENT - tensors[a].data.BYTES_PER_ELEMENT);
  const header: Record<string, unknown> = { __metadata__: { ...metadata, checksum: zeroChecksum } };
  let end = 0;
  for (const name of names) {
    const { data, shape } = tensors[name];
    const start = end;
    end += data.byteLength;
    header[name] = { dtype: typeName(data), shape, data_offsets: [start, end] };
  }
  let json = new TextEncoder().encode(JSON.stringify(header));
  if (json.length % 8) {
    const padded = new Uint8Array(json.length + 8 - (json.length % 8)).fill(0x20);
    padded.set(json);
    json = padded;
  }
  const bytes = new Uint8Array(8 + json.length + end);
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 8);
  let at = 8 + json.length;
  for (const name of names) {
    const { data } = tensors[name];
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  const place = checksumPlace(bytes, json.length);
  bytes.set(new TextEncoder().encode(xxHash32(bytes).toString(16).padStart(8, '0')), place);
  return bytes;
}

/**
 * Reads a safetensors file and verifies its checksum when it has one. Tensors are views of `bytes` where alignment allows.
 * @throws ERR_BAD_FILE when it is damaged or truncated.
 */
export function readSafetensors(bytes: Uint8Array): Safetensors {
  const bad = (what: string): never => {
    throw new AttuneError('ERR_BAD_FILE', `Not a readable safetensors file: ${what}. Restore it from a copy, or write it anew.`);
  };
  if (!(bytes instanceof Uint8Array)) return bad('expected a Uint8Array of its bytes');
  if (bytes.length < 10) return bad(`it has only ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  if (view.getUint32(4, true) !== 0 || 8 + length > bytes.length) return bad('the header is longer than the file');
  let header: Record<string, { dtype: keyof typeof types; shape: number[]; data_offsets: [number, number] }>;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, 8 + length)));
  } catch {
    return bad('the header is not JSON');
  }
  if (header === null || typeof header !== 'object' || Array.isArray(header)) return bad('the header is not an object');
  const metadata = (header.__metadata__ ?? {}) as unknown as Record<string, string>;
  const start = 8 + length;
  let longest = 0;
  const tensors: Record<string, Tensor> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const type = Object.hasOwn(types, entry?.dtype) ? types[entry.dtype] : bad(`tensor '${name}' has an unknown type`);
    const [from, to] = Array.isArray(entry.data_offsets) ? entry.data_offsets : [-1, -1];
    const count = Array.isArray(entry.shape) ? entry.shape.reduce((a, b) => a * b, 1) : -1;
    if (!(Number.isInteger(from) && from >= 0 && to - from === count * type.BYTES_PER_ELEMENT))
      return bad(`tensor '${name}' has a wrong size`);
    if (start + to > bytes.length) return bad('it is truncated');
    longest = Math.max(longest, to);
    const offset = bytes.byteOffset + start + from;
    const aligned = offset % type.BYTES_PER_ELEMENT === 0;
    const data = aligned
      ? new type(bytes.buffer as ArrayBuffer, offset, count)
      : new type(bytes.slice(start + from, start + to).buffer as ArrayBuffer, 0, count);
    tensors[name] = { data, shape: entry.shape };
  }
  if (start + longest !== bytes.length) return bad('there are bytes behind the last tensor');
  if (metadata.checksum !== undefined) {
    const place = checksumPlace(bytes, length);
    if (place < 0) return bad('its checksum cannot be found');
    const copy = bytes.slice();
    copy.set(new TextEncoder().encode(zeroChecksum), place);
    if (xxHash32(copy).toString(16).padStart(8, '0') !== metadata.checksum) return bad('its checksum does not fit its contents');
  }
  return { tensors, metadata };
}

function typeName(data: TensorData): string {
  for (const [name, type] of Object.entries(types)) if (data.constructor === type || data instanceof type) return name;
  throw new AttuneError('ERR_BAD_ARGUMENT', 'A tensor must be a typed array of numbers.');
}

/** Where the digits of the checksum stand. The header is ours, so the key is looked for as it was written. */
function checksumPlace(bytes: Uint8Array, headerLength: number): number {
  const key = new TextEncoder().encode('"checksum":"');
  outer: for (let at = 8; at + key.length + 8 <= 8 + headerLength; at++) {
    for (let k = 0; k < key.length; k++) if (bytes[at + k] !== key[k]) continue outer;
    return at + key.length;
  }
  return -1;
}

/** xxHash32 (Yann Collet, public specification), seed 0: four lanes over 16-byte stripes. */
export function xxHash32(bytes: Uint8Array): number {
  const p1 = 0x9e3779b1;
  const p2 = 0x85ebca77;
  const p3 = 0xc2b2ae3d;
  const p4 = 0x27d4eb2f;
  const p5 = 0x165667b1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rotl = (x: number, r: number) => (x << r) | (x >>> (32 - r));
  const length = bytes.length;
  let at = 0;
  let h: number;
  if (length >= 16) {
    let a = (p1 + p2) | 0;
    let b = p2 | 0;
    let c = 0;
    let d = -p1 | 0;
    for (; at + 16 <= length; at += 16) {
      a = Math.imul(rotl((a + Math.imul(view.getInt32(at, true), p2)) | 0, 13), p1);
      b = Math.imul(rotl((b + Math.imul(view.getInt32(at + 4, true), p2)) | 0, 13), p1);
      c = Math.imul(rotl((c + Math.imul(view.getInt32(at + 8, true), p2)) | 0, 13), p1);
      d = Math.imul(rotl((d + Math.imul(view.getInt32(at + 12, true), p2)) | 0, 13), p1);
    }
    h = (rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18)) | 0;
  } else {
    h = p5;
  }
  h = (h + length) | 0;
  for (; at + 4 <= length; at += 4) h = Math.imul(rotl((h + Math.imul(view.getInt32(at, true), p3)) | 0, 17), p4);
  for (; at < length; at++) h = Math.imul(rotl((h + Math.imul(bytes[at], p5)) | 0, 11), p1);
  h = Math.imul(h ^ (h >>> 15), p2);
  h = Math.imul(h ^ (h >>> 13), p3);
  return (h ^ (h >>> 16)) >>> 0;
}
