import { AttuneError, shown } from '../../errors.ts';

/** Types of the format that have an array here, in `words` elements a number. `own` is the one such an array is written as. */
export const storedTypes = {
  F64: { array: Float64Array, own: true, words: 1 },
  I64: { array: Int32Array, own: false, words: 2 },
  F32: { array: Float32Array, own: true, words: 1 },
  I32: { array: Int32Array, own: true, words: 1 },
  U32: { array: Uint32Array, own: true, words: 1 },
  I16: { array: Int16Array, own: true, words: 1 },
  U16: { array: Uint16Array, own: true, words: 1 },
  F16: { array: Uint16Array, own: false, words: 1 },
  BF16: { array: Uint16Array, own: false, words: 1 },
  I8: { array: Int8Array, own: true, words: 1 },
  U8: { array: Uint8Array, own: true, words: 1 },
  BOOL: { array: Uint8Array, own: false, words: 1 },
} as const;

/** Name of a type in the file. */
export type StoredType = keyof typeof storedTypes;

/** One tensor as the header describes it; checked. */
export interface HeaderEntry {
  name: string;
  type: StoredType;
  shape: number[];
  /** First byte, counted from the start of the data. */
  from: number;
  /** Byte behind the last. */
  to: number;
}

/** Other readers refuse longer headers, so that a damaged length cannot make them allocate. */
const maxHeader = 100_000_000;

/**
 * Reads and checks the header of a safetensors file: every tensor lies in the file, with the size its shape says, and the
 * tensors fill the data without gap or overlap.
 *
 * @throws ERR_BAD_FILE, ERR_NOT_SUPPORTED
 */
export function readHeader(bytes: Uint8Array): { entries: HeaderEntry[]; metadata: Record<string, string>; dataStart: number } {
  if (!(bytes instanceof Uint8Array)) bad(`expected a Uint8Array of its bytes, got ${shown(bytes)}`);
  if (bytes.length < 10) bad(`it has only ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const dataStart = 8 + length;
  if (view.getUint32(4, true) !== 0 || length > maxHeader || dataStart > bytes.length) bad('its header is longer than the file');
  const { text, header } = parse(bytes.subarray(8, dataStart));
  const { __metadata__: metadata = {}, ...tensors } = header;
  const entries = Object.entries(tensors).map(([name, entry]) => readEntry(name, entry));
  const texts = readMetadata(metadata);
  const keys = Object.values(header).reduce((count: number, entry) => count + 1 + Object.keys(entry as object).length, 0);
  if (keysIn(text) !== keys) bad('a key occurs twice in its header');
  let end = 0;
  for (const { name, from, to } of [...entries].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) bad(`tensor ${shown(name)} starts at ${from}, where ${end} is free`);
    end = to;
  }
  if (dataStart + end !== bytes.length) bad(`its tensors need ${dataStart + end} bytes, it has ${bytes.length}`);
  return { entries, metadata: texts, dataStart };
}

function parse(bytes: Uint8Array): { text: string; header: Record<string, unknown> } {
  let text = '';
  let header: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    header = JSON.parse(text);
  } catch {
    bad('its header is not JSON');
  }
  return isObject(header) ? { text, header } : bad('its header is not an object');
}

function readEntry(name: string, entry: unknown): HeaderEntry {
  if (!isObject(entry)) return bad(`tensor ${shown(name)} is not described`);
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string') return bad(`tensor ${shown(name)} has no type`);
  if (!Object.hasOwn(storedTypes, dtype)) {
    if (!/^[A-Z]\d?[A-Z0-9_]{1,10}$/.test(dtype)) bad(`tensor ${shown(name)} has the type ${shown(dtype)}`);
    throw new AttuneError('ERR_NOT_SUPPORTED', `Tensor ${shown(name)} has the type ${dtype}, for which attune has no array. Convert it.`);
  }
  const type = dtype as StoredType;
  if (!isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) return bad(`tensor ${shown(name)} has no proper shape or place`);
  const [from, to] = offsets;
  // Beyond 2^53 a product may be inexact, but then it is far larger than any file.
  const { array, words } = storedTypes[type];
  const size = shape.reduce((a, b) => a * b, 1) * words * array.BYTES_PER_ELEMENT;
  if (to - from !== size) bad(`tensor ${shown(name)} needs ${size} bytes and has ${to - from}`);
  return { name, type, shape, from, to };
}

function readMetadata(metadata: unknown): Record<string, string> {
  if (!isObject(metadata)) return bad('its metadata are not an object');
  for (const [key, value] of Object.entries(metadata)) if (typeof value !== 'string') bad(`its metadata ${shown(key)} are not text`);
  return metadata as Record<string, string>;
}

/** Keys as they stand in JSON text, at every depth. JSON.parse keeps the last of equal ones, another reader may keep the first. */
function keysIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    at++;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at++;
    while (/\s/.test(text[at])) at++;
    if (text[at] === ':') count++;
  }
  return count;
}

/** Whether JSON is an object, not an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Whether a value is a list of whole numbers from 0. */
export function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function bad(what: string): never {
  throw new AttuneError('ERR_BAD_FILE', `Not a readable safetensors file: ${what}. Restore it from a copy, or write it again.`);
}
