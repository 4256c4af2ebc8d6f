import { AttuneError, shown } from '../../errors.ts';
import { hashing, xxHash32 } from '../../numeric/xx-hash.ts';
import { atOnce } from '../../work/steps.ts';
import { type HeaderEntry, isCounts, readHeader, type StoredType, storedTypes } from './safetensors-header.ts';

/** The arrays that tensors are made of. */
export type TensorData = Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array | Uint16Array | Uint32Array;

/** A dense array with its shape. */
export interface Tensor {
  /** Row-major data. */
  data: TensorData;
  /** Sizes; their product is the length of `data`, of I64 half of it. */
  shape: number[];
  /**
   * Type in the file where `data` does not say it: F16 and BF16 are the bits in a Uint16Array, BOOL is a Uint8Array, and I64 an Int32Array of
   * the lower and the upper half of each number.
   */
  dtype?: 'F16' | 'BF16' | 'BOOL' | 'I64' | undefined;
}

/** What a safetensors file holds. */
export interface Safetensors {
  /** Named tensors. */
  tensors: Record<string, Tensor>;
  /** The `__metadata__` of the header. */
  metadata: Record<string, string>;
}

const zeroChecksum = '00000000';
const checksumKey = '"checksum":"';
const encoder = new TextEncoder();

/**
 * Writes tensors in the safetensors format (header length, JSON header, data), which Python, Rust and others read. Wide
 * types come first, so that every tensor is aligned and can be read in place. The metadata gets `checksum`, the xxHash32 of
 * the whole file with that field zero. Copies.
 *
 * @throws ERR_BAD_ARGUMENT for a shape that does not fit its data, or metadata that is not text.
 */
export function writeSafetensors(file: Safetensors): Uint8Array<ArrayBuffer> {
  return joined(safetensorsSections(file));
}

/** The same file as its bytes follow each other: the header, then views of the tensors, which are not copied. */
export function safetensorsSections({ tensors, metadata }: Safetensors): Uint8Array[] {
  const parts = Object.entries(tensors)
    .map(([name, tensor]) => checked(name, tensor))
    .sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let end = 0;
  const entries = parts.map(({ name, data, shape, dtype }): [string, unknown] => {
    const start = end;
    end += data.byteLength;
    return [name, { dtype, shape, data_offsets: [start, end] }];
  });
  const texts = { ...checkedMetadata(metadata), checksum: zeroChecksum };
  const json = encoder.encode(JSON.stringify(Object.fromEntries([['__metadata__', texts], ...entries])));
  const dataStart = 8 + Math.ceil(json.length / 8) * 8;

  const head = new Uint8Array(dataStart);
  new DataView(head.buffer).setUint32(0, dataStart - 8, true);
  head.fill(0x20, 8, dataStart).set(json, 8);
  const sections = [head, ...parts.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
  head.set(encoder.encode(hex(xxHash32(...sections))), checksumPlace(head, dataStart));
  return sections;
}

/** Sections as one array of bytes. A single one is not copied. */
export function joined(sections: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (sections.length === 1) return sections[0] as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(sections.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const section of sections) {
    bytes.set(section, at);
    at += section.length;
  }
  return bytes;
}

/**
 * Reads a safetensors file and verifies its checksum when it has one. Tensors are views of `bytes` where alignment allows.
 *
 * @param isVerified whether that was done already, because the bytes are part of a file with a checksum of its own.
 * @throws ERR_BAD_FILE when it is damaged, truncated, or not what the format allows; ERR_NOT_SUPPORTED for a type that has no array here.
 */
export function readSafetensors(bytes: Uint8Array, isVerified = false): Safetensors {
  return atOnce(readingSafetensors(bytes, isVerified));
}

/** The same by steps between which others may work. */
export function* readingSafetensors(bytes: Uint8Array, isVerified: boolean): Generator<void, Safetensors> {
  const { entries, metadata, dataStart } = readHeader(bytes);
  if (!isVerified && metadata.checksum !== undefined) yield* verifying(bytes, dataStart, metadata.checksum);
  return {
    tensors: Object.fromEntries(entries.map((entry) => [entry.name, tensorAt(bytes, dataStart, entry)])),
    metadata,
  };
}

function tensorAt(bytes: Uint8Array, dataStart: number, { type, shape, from, to }: HeaderEntry): Tensor {
  const { array: Type, own } = storedTypes[type];
  const offset = bytes.byteOffset + dataStart + from;
  const length = (to - from) / Type.BYTES_PER_ELEMENT;
  const data =
    offset % Type.BYTES_PER_ELEMENT === 0
      ? new Type(bytes.buffer as ArrayBuffer, offset, length)
      : new Type(Uint8Array.from(bytes.subarray(dataStart + from, dataStart + to)).buffer, 0, length);
  return own ? { data, shape } : { data, shape, dtype: type as Tensor['dtype'] };
}

/** Hashes the file as it was before its checksum was set, without a copy of more than the header. */
function* verifying(bytes: Uint8Array, dataStart: number, checksum: string): Generator<void> {
  const place = checksumPlace(bytes, dataStart);
  const head = Uint8Array.from(bytes.subarray(0, dataStart));
  if (place >= 0) head.set(encoder.encode(zeroChecksum), place);
  if (place >= 0 && hex(yield* hashing(head, bytes.subarray(dataStart))) === checksum) return;
  throw new AttuneError(
    'ERR_BAD_FILE',
    'Expected a safetensors file whose contents fit its checksum, got one that was damaged or changed. Restore it from a copy, or write it again.',
  );
}

/** Where the digits of the checksum stand. Quotes inside a JSON text are escaped, so the key cannot appear in another value. */
function checksumPlace(bytes: Uint8Array, dataStart: number): number {
  const header = bytes.subarray(0, dataStart);
  const key = encoder.encode(checksumKey);
  for (let at = header.indexOf(key[0], 8); at >= 0 && at + key.length + 8 <= dataStart; at = header.indexOf(key[0], at + 1)) {
    if (key.every((byte, k) => header[at + k] === byte)) return at + key.length;
  }
  return -1;
}

function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}

function checked(name: string, { data, shape, dtype }: Tensor): { name: string; data: TensorData; shape: number[]; dtype: StoredType } {
  const own = (Object.keys(storedTypes) as StoredType[]).find((type) => storedTypes[type].own && data instanceof storedTypes[type].array);
  const type = dtype ?? own;
  const fits = type !== undefined && Object.hasOwn(storedTypes, type) && data instanceof storedTypes[type].array;
  const size = isCounts(shape) && fits ? shape.reduce((a, b) => a * b, 1) * storedTypes[type].words : -1;
  if (fits && size === data.length && name !== '__metadata__') return { name, data, shape, dtype: type };
  throw new AttuneError(
    'ERR_BAD_ARGUMENT',
    `Expected a typed array with a shape of as many numbers as tensor ${shown(name)}, got ${shown(data)} and shape ${JSON.stringify(shape)}.`,
  );
}

function checkedMetadata(metadata: Record<string, string>): Record<string, string> {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string') continue;
    throw new AttuneError('ERR_BAD_ARGUMENT', `Expected text as metadata ${shown(key)}, got ${shown(value)}.`);
  }
  return metadata;
}
