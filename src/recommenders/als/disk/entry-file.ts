import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../../../errors.ts';

// Entries (key, other, value) that are too many for memory, sorted by key: first distributed over parts of about equal size, then each
// part sorted in memory. Every entry is written and read twice, whatever their number. The order within a key stays.

const rawWords = 3;
const words = 2;

/** Takes entries in any order. */
export type Put = (key: number, other: number, value: number) => void;

/** Entries in the order of their keys. */
export interface SortedEntries {
  /** Where each key begins, counted in entries. */
  offsets: Int32Array;
  /** Calls `each` with every entry of the keys `from` to `to`, in order; `at` counts from 0. */
  read(from: number, to: number, each: (at: number, other: number, value: number) => void): void;
  /** The same, many at a time: `words` holds the other of entry `at + k` at 2 k, `floats`, the same bytes, its value at 2 k + 1. */
  readPieces(from: number, to: number, each: (at: number, count: number, words: Int32Array, floats: Float32Array) => void): void;
  /** Removes the file. */
  remove(): void;
}

/** Where entries are sorted, and with how much memory. */
export interface Scratch {
  folder: string;
  /** Bytes that sorting may take. */
  bytes: number;
}

/**
 * Sorts entries by key.
 * @param counts how many entries each key has
 * @param feed puts all of them
 */
export async function sortEntries(
  counts: Int32Array,
  name: string,
  scratch: Scratch,
  feed: (put: Put) => Promise<void>,
): Promise<SortedEntries> {
  const offsets = new Int32Array(counts.length + 1);
  for (let key = 0; key < counts.length; key++) offsets[key + 1] = offsets[key] + counts[key];
  const bounds = partBounds(offsets, Math.max(1, Math.floor(scratch.bytes / (4 * (rawWords + words)))));
  const partOf = new Uint16Array(counts.length);
  for (let part = 0; part + 1 < bounds.length; part++) partOf.fill(part, bounds[part], bounds[part + 1]);
  const parts: EntryWriter[] = [];
  const path = join(scratch.folder, `${name}.sorted`);
  const file = openScratch(path);
  try {
    const room = Math.max(1024, Math.min(2 ** 16, Math.floor(scratch.bytes / 8 / bounds.length / (4 * rawWords))));
    for (let part = 0; part + 1 < bounds.length; part++) parts.push(new EntryWriter(join(scratch.folder, `${name}.${part}`), room));
    await feed((key, other, value) => parts[partOf[key]].put(key, other, value));
    for (let part = 0; part + 1 < bounds.length; part++) {
      const sorted = sortedPart(parts[part].takeAll(), offsets, bounds[part], bounds[part + 1]);
      writeAll(file, sorted, offsets[bounds[part]] * words * 4);
    }
  } catch (error) {
    closeSync(file);
    throw error;
  } finally {
    for (const part of parts) part.remove();
  }
  return sortedFile(path, file, offsets);
}

/** Entries that come in the order of their keys already. */
export function orderedEntries(keys: number, name: string, scratch: Scratch, feed: (put: Put) => void): SortedEntries {
  const offsets = new Int32Array(keys + 1);
  const path = join(scratch.folder, `${name}.sorted`);
  const file = openScratch(path);
  const buffer = new Int32Array(2 ** 16 * words);
  const floats = new Float32Array(buffer.buffer);
  let filled = 0;
  let written = 0;
  const flush = () => {
    writeAll(file, buffer.subarray(0, filled), written * 4);
    written += filled;
    filled = 0;
  };
  try {
    feed((key, other, value) => {
      offsets[key + 1]++;
      buffer[filled] = other;
      floats[filled + 1] = value;
      filled += words;
      if (filled === buffer.length) flush();
    });
    flush();
  } catch (error) {
    closeSync(file);
    throw error;
  }
  for (let key = 0; key < keys; key++) offsets[key + 1] += offsets[key];
  return sortedFile(path, file, offsets);
}

/** Calls `each` with whole rows of entries, some keys at a time: those from `key` on, whose entries the arrays hold. */
export function forEachChunk(
  sorted: SortedEntries,
  each: (key: number, end: number, others: Int32Array, values: Float32Array) => void,
): void {
  const { offsets } = sorted;
  const keys = offsets.length - 1;
  for (let key = 0; key < keys; ) {
    let end = key + 1;
    while (end < keys && offsets[end + 1] - offsets[key] <= 2 ** 18) end++;
    const others = new Int32Array(offsets[end] - offsets[key]);
    const values = new Float32Array(others.length);
    sorted.readPieces(key, end, (at, count, words, floats) => {
      for (let k = 0; k < count; k++) {
        others[at + k] = words[2 * k];
        values[at + k] = floats[2 * k + 1];
      }
    });
    each(key, end, others, values);
    key = end;
  }
}

/** Keys of a part: together at most `entries`, but for keys that have more alone. At most 2^16 parts. */
function partBounds(offsets: Int32Array, entries: number): number[] {
  const last = offsets.length - 1;
  const target = Math.max(entries, Math.ceil(offsets[last] / 2000)); // as many files as a process may have open
  const bounds = [0];
  for (let key = 1; key < last; key++) if (offsets[key + 1] - offsets[bounds[bounds.length - 1]] > target) bounds.push(key);
  if (last > 0) bounds.push(last);
  return bounds;
}

/** Entries that are written one after the other, and read back once. */
export class EntryWriter {
  readonly #path: string;
  readonly #file: number;
  readonly #buffer: Int32Array;
  readonly #floats: Float32Array;
  #filled = 0;
  #written = 0;

  /** @param room entries that are kept before they are written */
  constructor(path: string, room: number) {
    this.#path = path;
    this.#file = openScratch(path);
    this.#buffer = new Int32Array(room * rawWords);
    this.#floats = new Float32Array(this.#buffer.buffer);
  }

  /** Number of entries. */
  get size(): number {
    return (this.#written + this.#filled) / rawWords;
  }

  put(key: number, other: number, value: number): void {
    const at = this.#filled;
    this.#buffer[at] = key;
    this.#buffer[at + 1] = other;
    this.#floats[at + 2] = value;
    this.#filled += rawWords;
    if (this.#filled === this.#buffer.length) this.#flush();
  }

  /** Calls `each` with every entry in the order they were put. */
  forEach(each: Put): void {
    this.#flush();
    const piece = new Int32Array(this.#buffer.length);
    const floats = new Float32Array(piece.buffer);
    for (let at = 0; at < this.#written; at += piece.length) {
      const count = Math.min(piece.length, this.#written - at);
      readAll(this.#file, piece.subarray(0, count), at * 4);
      for (let k = 0; k < count; k += rawWords) each(piece[k], piece[k + 1], floats[k + 2]);
    }
  }

  /** All entries, as three words each. */
  takeAll(): Int32Array {
    this.#flush();
    const all = new Int32Array(this.#written);
    readAll(this.#file, all, 0);
    return all;
  }

  /** Removes the file. */
  remove(): void {
    closeSync(this.#file);
    rmSync(this.#path, { force: true });
  }

  #flush(): void {
    writeAll(this.#file, this.#buffer.subarray(0, this.#filled), this.#written * 4);
    this.#written += this.#filled;
    this.#filled = 0;
  }
}

/** Opens a file and takes its name away, where the system lets one: a process that is killed then leaves nothing behind. */
function openScratch(path: string): number {
  const file = openSync(path, 'w+');
  try {
    rmSync(path);
  } catch {
    // Here an open file keeps its name; it is removed at the end.
  }
  return file;
}

function sortedPart(raw: Int32Array, offsets: Int32Array, from: number, to: number): Int32Array {
  const start = offsets[from];
  const next = offsets.slice(from, to);
  const sorted = new Int32Array((offsets[to] - start) * words);
  for (let at = 0; at < raw.length; at += rawWords) {
    const place = (next[raw[at] - from]++ - start) * words;
    sorted[place] = raw[at + 1];
    sorted[place + 1] = raw[at + 2];
  }
  return sorted;
}

function sortedFile(path: string, file: number, offsets: Int32Array): SortedEntries {
  const piece = new Int32Array(2 ** 16 * words);
  const floats = new Float32Array(piece.buffer);
  const readPieces: SortedEntries['readPieces'] = (from, to, each) => {
    const end = offsets[to];
    const first = offsets[from];
    for (let entry = first; entry < end; entry += piece.length / words) {
      const count = Math.min(piece.length / words, end - entry);
      readAll(file, piece.subarray(0, count * words), entry * words * 4);
      each(entry - first, count, piece, floats);
    }
  };
  return {
    offsets,
    readPieces,
    read: (from, to, each) =>
      readPieces(from, to, (at, count) => {
        for (let k = 0; k < count; k++) each(at + k, piece[words * k], floats[words * k + 1]);
      }),
    remove() {
      closeSync(file);
      rmSync(path, { force: true });
    },
  };
}

function writeAll(file: number, from: Int32Array, position: number): void {
  const bytes = new Uint8Array(from.buffer, from.byteOffset, from.byteLength);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, position + at);
  } catch (cause) {
    const advice = "Give option 'folder' one on a disk with room: 12 bytes a row three times over.";
    throw new AttuneError('ERR_STORE', `fitAlsOnDisk: the scratch files cannot be written: ${(cause as Error).message}. ${advice}`, {
      cause,
    });
  }
}

function readAll(file: number, into: Int32Array, position: number): void {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const read = readSync(file, bytes, at, Math.min(2 ** 30, bytes.length - at), position + at);
    if (read === 0) throw new Error('A scratch file ends early: something else has written to its folder.');
    at += read;
  }
}
